"""Worlds that answer commands: sites, the fast simulator, seeded orders and faults."""
