"""Drones beside the fast world: how they fly, what goes wrong, and who judges it."""
