"""What the bridge remembers of accounts, keys and the audit log."""
