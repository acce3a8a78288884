"""The robot side of VDA 5050: when an order is accepted and how it is carried out; no I/O."""
