"""Interventions of operators: asking for them, and what the fleet answers."""
