"""One-shot multi-agent path finding: every agent once from its start to its goal, at least cost."""
