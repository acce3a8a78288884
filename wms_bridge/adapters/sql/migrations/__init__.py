"""Alembic migrations; run by code when the store is opened."""
