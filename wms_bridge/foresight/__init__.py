"""When open orders will be finished, how likely each is late, and what it waits for."""
