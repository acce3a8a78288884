"""Lots on hold: by what somebody decides, and by their dates."""
