"""What if: many futures of a site side by side, and how much of everything is needed."""
