"""What the bridge remembers of reservations and news for the WMS."""
