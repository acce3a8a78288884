"""The tables for reservations and news for the WMS."""
