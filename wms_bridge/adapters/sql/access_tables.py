"""The tables for accounts, keys and the audit log."""
