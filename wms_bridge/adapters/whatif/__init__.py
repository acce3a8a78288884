"""What-if questions answered by ``podherd whatif`` as a process of its own."""
