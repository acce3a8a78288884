"""Drafts of the site file: kept, checked, and written as the file for the next start."""
