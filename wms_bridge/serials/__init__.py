"""Pieces known one by one, and what is packed in what. Start at ``carrying.carry_serials`` and
``packing.pack``; ``mending`` finds links that are wrong by what gates and cameras read."""
