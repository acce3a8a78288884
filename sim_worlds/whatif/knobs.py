"""What can be varied, and what values it can take."""

from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from difflib import get_close_matches
from enum import Enum, StrEnum
from typing import Any

from planner.dispatch.params import DispatchParams
from planner.warehouse.errors import InvalidStudy
from planner.warehouse.ids import StationId
from planner.warehouse.site import Site, StationRole
from sim_worlds.whatif.vary import Axis, Settings, Value

WHOLE = {"robots": 1, "stations": 1, "pods": 1, "seed": 0}
"""Whole numbers, and the least that makes sense."""
POSITIVE = ("volume", "speed_up", "pick_s")
"""Factors of the orders and of their arrivals, and the seconds a picker takes for a line."""
CLOSED = "closed"
"""Stations that are closed from a moment on, joined by ``+``, and no others; ``none``."""
NAMES = (*WHOLE, *POSITIVE, CLOSED)

Record = Any
"""A frozen dataclass of parameters."""


def check_axes(
    axes: Sequence[Axis], site: Site, params: DispatchParams, *, live: bool = False
) -> None:
    """:class:`InvalidStudy` names the first thing that cannot be varied on this site, or the first
    value that it cannot have; ``live`` if futures begin in the middle of a run."""
    for axis in axes:
        for value in axis.values:
            _check(axis.key, value, site, params, live)


def _check(key: str, value: Value, site: Site, params: DispatchParams, live: bool) -> None:
    if key in WHOLE:
        if not isinstance(value, int) or value < WHOLE[key]:
            remedy = f"Give whole numbers of {WHOLE[key]} or more."
            raise InvalidStudy("cannot be so many", field=key, value=value, remedy=remedy)
        if live and key in ("stations", "pods"):
            raise InvalidStudy(
                "cannot be varied in the middle of a run: orders and pods are there already",
                field=key,
                value=value,
                remedy="Vary it in a study from the beginning of a shift.",
            )
        _check_room(key, value, site)
    elif key in POSITIVE:
        if isinstance(value, str) or value <= 0:
            raise InvalidStudy("must be a number above 0", field=key, value=value)
    elif key == CLOSED:
        if not live:
            raise InvalidStudy(
                "can be varied in the middle of a run only",
                field=key,
                value=value,
                remedy="Add --from-log LOG, or vary stations.",
            )
        closed_stations(value, site)
    else:
        with_param(params, key, value)


def _check_room(key: str, value: int, site: Site) -> None:
    spots = sum(block.columns * block.rows for block in site.storage_blocks)
    room = {
        "stations": (len(pick_stations(site)), "stations"),
        "pods": (spots, "spots for pods"),
        "robots": (spots + len(site.robots), "places to start from"),
    }
    most, what = room.get(key, (value, ""))
    if value > most:
        raise InvalidStudy(
            f"{site.name} has {most} {what}",
            field=key,
            value=value,
            remedy=f"Ask for at most {most}, or make a larger site with 'podherd site grid'.",
        )


def pick_stations(site: Site) -> tuple[int, ...]:
    """Places in ``site.stations`` of those where orders are picked."""
    return tuple(i for i, s in enumerate(site.stations) if StationRole.PICK in s.roles)


def with_stations(site: Site, count: int) -> Site:
    """The site with ``count`` of its pick stations open, spread evenly over them; the lanes of the
    others are not there. Stations where nobody picks stay."""
    picking = pick_stations(site)
    open_now = {picking[index * len(picking) // count] for index in range(count)}
    kept = (s for i, s in enumerate(site.stations) if i in open_now or i not in picking)
    return replace(site, stations=tuple(kept))


def closed_stations(value: Value, site: Site) -> frozenset[StationId]:
    """The stations that a value of ``closed`` names; :class:`InvalidStudy` if the site has not all
    of them, or if nobody could pick any more."""
    text = str(value)
    names = frozenset(StationId(name) for name in text.split("+") if text != "none")
    known = [station.id for station in site.stations]
    for name in sorted(names):
        if name not in known:
            remedy = f"Known: {', '.join(known)}, or none."
            raise InvalidStudy("no such station", field=CLOSED, value=name, remedy=remedy)
    if all(site.stations[place].id in names for place in pick_stations(site)):
        raise InvalidStudy(
            "nobody could pick", field=CLOSED, value=value, remedy="Leave one pick station open."
        )
    return names


# --- parameters of the dispatcher ----------------------------------------------------------


def param_names(params: Record, before: str = "") -> tuple[str, ...]:
    """Dotted names of all parameters that can be varied: numbers, choices, yes or no."""
    names: list[str] = []
    for spec in fields(params):
        value = getattr(params, spec.name)
        if is_dataclass(value):
            names += param_names(value, f"{before}{spec.name}.")
        elif isinstance(value, int | float | Enum):
            names.append(before + spec.name)
    return tuple(names)


def with_param(params: DispatchParams, name: str, value: Value) -> DispatchParams:
    """The parameters with one changed, by its dotted name such as ``release.rule``.

    :class:`InvalidStudy` if there is none of that name (with those that look like it), or if it
    cannot have that value.
    """
    known = param_names(params)
    if name not in known:
        names = (*NAMES, *known)
        near = get_close_matches(name, names, n=3, cutoff=0.5)
        meant = f"Did you mean {' or '.join(near)}? " if near else ""
        raise InvalidStudy(
            "there is nothing of this name to vary",
            field="vary",
            value=name,
            remedy=f"{meant}Known: {', '.join(names)}.",
        )
    try:
        changed: DispatchParams = _changed(params, name.split("."), name, value)
    except (ValueError, TypeError) as error:
        raise InvalidStudy(f"cannot have this value: {error}", field=name, value=value) from error
    return changed


def with_params(params: DispatchParams, settings: Settings) -> DispatchParams:
    """The parameters with everything of ``settings`` that is one of them."""
    for key, value in settings:
        if key not in NAMES:
            params = with_param(params, key, value)
    return params


def _changed(record: Record, path: list[str], name: str, value: Value) -> Record:
    first, rest = path[0], path[1:]
    old = getattr(record, first)
    if not rest and _declared_float(record, first) and not isinstance(value, str):
        new: object = float(value)
    else:
        new = _changed(old, rest, name, value) if rest else _typed(name, old, value)
    return replace(record, **{first: new})


def _declared_float(record: Record, name: str) -> bool:
    kinds = {spec.name: spec.type for spec in fields(record)}
    return kinds[name] in (float, "float")


def _typed(name: str, old: object, value: Value) -> object:
    """``value`` as the type that stood there."""
    if isinstance(old, StrEnum):
        return _choice(name, [item.value for item in type(old)], value, type(old))
    if isinstance(old, bool):
        return _choice(name, ["false", "true"], str(value).lower(), lambda word: word == "true")
    if isinstance(value, str):
        raise InvalidStudy("a number is needed", field=name, value=value)
    if isinstance(old, int) and not isinstance(value, int):
        raise InvalidStudy("a whole number is needed", field=name, value=value)
    return value


def _choice(name: str, words: Sequence[str], value: Value, make: Any) -> object:
    if str(value) not in words:
        remedy = f"Known: {', '.join(words)}."
        raise InvalidStudy("no such choice", field=name, value=value, remedy=remedy)
    return make(str(value))
