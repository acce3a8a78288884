"""Checks of a site's records one by one: values, names and sizes, before any geometry."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Protocol

from planner.codec.sitebounds import out_of_bounds
from planner.roadmap.problem import SiteProblem
from planner.warehouse.site import Site, ZoneKind


class _Named(Protocol):
    @property
    def id(self) -> str: ...


def record_problems(site: Site) -> Iterator[SiteProblem]:
    """Everything wrong with single records and with the names between them."""
    for error in out_of_bounds(site):
        yield SiteProblem.of(error)
    named: tuple[tuple[str, Sequence[_Named]], ...] = (
        ("storage_blocks", site.storage_blocks),
        ("aisles", site.aisles),
        ("stations", site.stations),
        ("chargers", site.chargers),
        ("robot_types", site.robot_types),
        ("robots", site.robots),
        ("zones", site.zones),
    )
    for field, records in named:
        yield from _same_names(field, records)
    yield from _same_faces(site)
    yield from _boards(site)
    yield from _unknown_types(site)
    yield from _zone_rules(site)
    yield from _sizes(site)


def _same_names(field: str, records: Sequence[_Named]) -> Iterator[SiteProblem]:
    first: dict[str, int] = {}
    for number, record in enumerate(records):
        holder = first.setdefault(record.id, number)
        if holder != number:
            yield SiteProblem(
                f"{field}[{number}].id",
                f"{field}[{holder}] has the same name",
                record.id,
                "Give each its own name.",
            )


def _same_faces(site: Site) -> Iterator[SiteProblem]:
    faces = site.pod_model.faces
    if len(set(faces)) < len(faces):
        yield SiteProblem(
            "pod_model.faces", "two faces have one name", list(faces), "Give each its own name."
        )


def _boards(site: Site) -> Iterator[SiteProblem]:
    boards, levels = site.pod_model.boards_z_m, site.pod_model.levels
    rise = all(low < high for low, high in pairwise((0.0, *boards)))
    if boards and (len(boards) != levels + 1 or not rise):
        yield SiteProblem(
            "pod_model.boards_z_m",
            "not the heights of the boards, from below",
            list(boards),
            f"Give {levels + 1} heights that rise, or none.",
        )


def _unknown_types(site: Site) -> Iterator[SiteProblem]:
    known = [kind.id for kind in site.robot_types]
    for number, robot in enumerate(site.robots):
        if robot.type not in known:
            yield SiteProblem(
                f"robots[{number}].type",
                "no such robot type",
                robot.type,
                f"Known: {', '.join(known)}.",
            )


def _zone_rules(site: Site) -> Iterator[SiteProblem]:
    """A zone says what its kind needs, and nothing that its kind ignores."""
    for number, zone in enumerate(site.zones):
        for name, value, kind in (
            ("max_speed_mps", zone.max_speed_mps, ZoneKind.SLOW),
            ("heading_rad", zone.heading_rad, ZoneKind.ONE_WAY),
        ):
            field = f"zones[{number}].{name}"
            if zone.kind is kind and value is None:
                yield SiteProblem(field, "missing", remedy=f"A {kind} zone needs it.")
            elif zone.kind is not kind and value is not None:
                yield SiteProblem(
                    field, f"means nothing in a {zone.kind} zone", value, "Leave it out."
                )


def _sizes(site: Site) -> Iterator[SiteProblem]:
    """What turns on the spot must clear what stands in the next cell."""
    largest_m = site.pitch_m / math.sqrt(2)
    if site.pod_model.size_m > largest_m + 1e-9:
        yield SiteProblem(
            "pod_model.size_m",
            f"a pod that turns would touch its neighbour on a lattice of {site.pitch_m:g} m",
            site.pod_model.size_m,
            f"Use at most {math.floor(largest_m * 1000) / 1000:g} m, or a wider pitch_m.",
        )
    for number, kind in enumerate(site.robot_types):
        diagonal_m = math.hypot(kind.length_m, kind.width_m)
        if diagonal_m > site.pitch_m + 1e-9:
            yield SiteProblem(
                f"robot_types[{number}].length_m",
                f"its diagonal of {diagonal_m:.3f} m is more than the pitch of {site.pitch_m:g} m",
                kind.length_m,
                "Robots turn on the spot inside one cell: use a shorter robot or a wider pitch_m.",
            )
