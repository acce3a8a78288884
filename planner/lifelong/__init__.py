"""A team of agents with tasks without end: who takes which task, who drives where, step by step."""
