"""Marks: fiducials that say where something is, and labels that say what it is."""
