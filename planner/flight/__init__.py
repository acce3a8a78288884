"""Drones that count: where they may fly, on which ways, in which order; no I/O.

Drones fly above everything that drives. The air is cut into cells, each with one holder at most. In
the lowest layer of cells drones look at the faces of pods; above it every drone has a layer of its
own to travel and to wait in. What a drone holds always ends at its pad: it can come home from
anywhere without asking anybody.
"""
