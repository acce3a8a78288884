"""Whether a site can work: every problem at once, or the roadmap of a site that has none."""

from collections.abc import Callable, Iterator

from planner.roadmap.compile import compile_roadmap
from planner.roadmap.problem import SiteProblem
from planner.roadmap.reach import reach_problems
from planner.roadmap.records import record_problems
from planner.roadmap.roadmap import Roadmap
from planner.roadmap.shapes import cell_problems, point_problems, polygon_problems
from planner.warehouse.errors import InvalidSite
from planner.warehouse.site import Site

_STAGES: tuple[Callable[[Site], Iterator[SiteProblem]], ...] = (
    record_problems,
    polygon_problems,
    point_problems,
    cell_problems,
)
"""Each stage may rely on the ones before it."""


def check_site(site: Site) -> tuple[SiteProblem, ...]:
    """Everything wrong with a site, in stages: records, drawing, then traffic.

    A later stage runs only when those before it found nothing, so that one slip is told once.
    An empty tuple means that every pod can go to every station and back, and every robot to
    every charger.
    """
    return _checked(site)[0]


def checked_roadmap(site: Site) -> Roadmap:
    """The roadmap of a site that works. Raises :class:`InvalidSite` with the first problem,
    and how many more :func:`check_site` tells."""
    problems, roadmap = _checked(site)
    if roadmap is None or problems:
        first = problems[0]
        more = f" ({len(problems) - 1} more problems.)" if len(problems) > 1 else ""
        raise InvalidSite(
            first.problem, field=first.field, value=first.value, remedy=first.remedy + more
        )
    return roadmap


def _checked(site: Site) -> tuple[tuple[SiteProblem, ...], Roadmap | None]:
    for stage in _STAGES:
        problems = tuple(stage(site))
        if problems:
            return problems, None
    try:
        roadmap = compile_roadmap(site)
    except InvalidSite as error:
        return (SiteProblem.of(error),), None
    return tuple(reach_problems(site, roadmap)), roadmap
