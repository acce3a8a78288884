"""Pictures of a run: planned beside driven, as an animation and as a plot."""
