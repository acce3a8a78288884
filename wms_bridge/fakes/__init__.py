"""Stand-ins for systems the bridge talks to, for tests and demonstrations."""
