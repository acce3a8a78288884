"""The bridge as an HTTP interface."""
