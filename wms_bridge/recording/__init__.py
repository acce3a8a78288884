"""What the fleet told of the floor, kept for looking back: a journal in files of its own."""
