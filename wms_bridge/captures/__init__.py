"""EPCIS events captured from others, each done once. Start at ``desk``."""
