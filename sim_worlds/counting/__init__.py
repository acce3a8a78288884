"""A site that is counted while it works: robots and drones that look, people who count, a
supervisor who decides, and the bridge with its page."""
