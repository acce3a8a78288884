"""The tables for the connection to a WMS."""
