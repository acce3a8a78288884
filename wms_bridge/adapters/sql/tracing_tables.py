"""The tables for serials and packs."""
