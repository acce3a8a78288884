"""The vocabulary as JSON: one translation, used by the event log, the HTTP interface and files."""
