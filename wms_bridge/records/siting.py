"""The draft of a site file, as it is kept and told. Times are milliseconds since 1970 UTC."""

from dataclasses import dataclass

from planner.warehouse.site import Site


@dataclass(frozen=True, slots=True)
class SiteDraft:
    """The draft after its ``version``-th change; ``site`` is ``None`` once it was discarded.

    ``base_hash`` is the SHA-256 (hex) of the site file it was begun from; ``who`` changed it last,
    at ``at_ms``, and said ``why``.
    """

    version: int
    site: Site | None
    base_hash: str
    who: str
    why: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class SiteFault:
    """Where in the site file something is wrong (``stations[0].queue_m[2]``), what, what stood
    there and what to do about it."""

    field: str
    problem: str
    value: str
    remedy: str


@dataclass(frozen=True, slots=True)
class DraftTold:
    """The draft, or (``drafted`` false) the running site in its place. A draft with ``faults``
    cannot be written as a site file. ``base_hash`` other than ``running_hash``: the bridge has been
    started with another site since the draft was begun."""

    version: int
    drafted: bool
    site: Site
    base_hash: str
    running_hash: str
    who: str
    why: str
    at_ms: int
    faults: tuple[SiteFault, ...]
