"""A site with another number of robots."""

from dataclasses import replace

from planner.roadmap.compile import compile_roadmap
from planner.warehouse.errors import InvalidSite
from planner.warehouse.ids import RobotId
from planner.warehouse.site import Site, SiteRobot


def with_robots(site: Site, count: int) -> Site:
    """The first ``count`` robots of the site; more are made like the first one and start beneath
    pods, on spots where no robot stands. :class:`InvalidSite` if there is no room."""
    if count < 1:
        raise InvalidSite("a shift needs robots", field="robots", value=count)
    if count <= len(site.robots):
        return replace(site, robots=site.robots[:count])
    return replace(site, robots=(*site.robots, *_more(site, count - len(site.robots))))


def _more(site: Site, count: int) -> list[SiteRobot]:
    roadmap = compile_roadmap(site)
    taken = set(roadmap.robots.values())
    free = [roadmap.index[spot] for spot in roadmap.spots if spot not in taken]
    if count > len(free):
        raise InvalidSite(
            "there are not enough spots to start from",
            field="robots",
            value=len(site.robots) + count,
            remedy=f"Ask for at most {len(site.robots) + len(free)} robots on {site.name}.",
        )
    chosen = [free[index * len(free) // count] for index in range(count)]
    first = site.robots[0]
    return [
        replace(first, id=RobotId(f"X{number:03}"), start_m=_point(*roadmap.xy_m[node].tolist()))
        for number, node in enumerate(chosen, start=1)
    ]


def _point(x_m: float, y_m: float) -> tuple[float, float]:
    return x_m, y_m
