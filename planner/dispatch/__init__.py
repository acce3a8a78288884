"""Where the parts meet: state, phases and the one step that turns events into commands."""
