"""What operators have told a robot beside its work."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Override:
    """Nodes are indices of the roadmap. ``sent`` is where the robot drives to and stays, with no
    other work, until it is freed. Until ``avoids_until_ms`` it looks for ways that do not lead
    through ``avoids``. ``keeps`` is there from when its reservation was cleared until it has all of
    it again: those nodes of its base that are still only its own."""

    sent: int | None = None
    avoids: tuple[int, ...] = ()
    avoids_until_ms: int = 0
    keeps: tuple[int, ...] = ()


NO_OVERRIDE = Override()
"""Nothing but work."""
