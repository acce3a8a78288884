"""The control tower: one stream of all that happens, what waits for somebody, what would be if."""
