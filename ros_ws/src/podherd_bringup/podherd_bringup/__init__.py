"""Starting things: the command line, the demo shift, the topic table."""
