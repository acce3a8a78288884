"""The tables for lots, owners, holds and recalls."""
