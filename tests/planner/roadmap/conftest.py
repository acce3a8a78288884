"""The smallest site, small enough to reason about by hand.

::

    row 7    v < < < < <        columns 2 to 7
    row 6  C v P P . P ^        spots in columns 3 to 6, free ones at c005r006 and c006r005
    row 5    v P P P . ^        charger in column 1
    row 4    v < < < < ^
    row 3    > > > > > ^
    row 2      Q   E            lane: c003r002, c003r001, station c004r001,
    row 1      Q S E            c005r001, c005r002
"""

import pytest

from planner.roadmap.geometry import checked_roadmap
from planner.roadmap.roadmap import Roadmap
from planner.warehouse.site import Site
from sim_worlds.sites.catalogue import load_site


@pytest.fixture
def tiny() -> Site:
    return load_site("tiny")


@pytest.fixture
def tiny_roadmap(tiny: Site) -> Roadmap:
    return checked_roadmap(tiny)
