"""Site files that ship with Podherd, how to find one, and a generator of rectangular floors."""
