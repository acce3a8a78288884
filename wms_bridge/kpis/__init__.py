"""Key figures over time: measured as the work goes on, kept in samples, told for any window."""
