"""Where things are, where they were and how they came there. Start at ``service.Traces``."""
