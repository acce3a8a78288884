"""Executing plans under delay: who may drive how far, so that no delay can cause a collision."""
