"""What whoever works at a station is told, as picture, light and voice from the same data."""
