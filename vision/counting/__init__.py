"""Counting a site: reads and pictures of faces become counts of slots."""
