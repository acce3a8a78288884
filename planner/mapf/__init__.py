"""Lifelong multi-agent path finding: who drives where next, without conflict."""
