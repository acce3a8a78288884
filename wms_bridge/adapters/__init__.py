"""Where the bridge meets the outside world: stores and ways to the WMS."""
