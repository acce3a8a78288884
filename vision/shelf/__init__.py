"""Shelves in pictures: which slots hold something, and how many pieces."""
