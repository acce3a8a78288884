"""The League of Robot Runners as a world: its files, its rules, its output, and our own referee."""
