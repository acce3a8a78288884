"""The phases of a step, in the order in which :mod:`planner.dispatch.step` runs them."""
