"""Lots in the books: which a slot holds, which of them may be taken, and what the fleet is told."""
