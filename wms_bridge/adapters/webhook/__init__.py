"""Confirmations to a WMS by HTTP POST."""
