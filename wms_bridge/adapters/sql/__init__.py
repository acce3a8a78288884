"""Everything in an SQL database, kept through crashes."""
