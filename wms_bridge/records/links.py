"""What the bridge remembers of the connection to a WMS."""
