"""From evidence to what is believed: where each tagged thing is, how many pieces a slot holds."""
