"""Everything in memory: for the simulator and tests; gone when the process ends."""
