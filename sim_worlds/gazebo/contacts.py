"""What has touched what: the proof, by Gazebo's own contact sensors, that nothing did."""

from collections.abc import Iterable
from typing import NamedTuple

from sim_worlds.gazebo.messages import Messages

FLOOR = "floor"
"""Model whose contacts are those of everything that stands or rolls."""
EMPTY_MAX_BYTES = 16
"""A message without contacts holds its time only."""


class Contact(NamedTuple):
    """Two collisions that touched at ``at_ms``, named ``model::link::collision``, ``a`` before
    ``b`` in the alphabet; ``depth_m`` is how far they were in each other."""

    at_ms: int
    a: str
    b: str
    depth_m: float


class Touch(NamedTuple):
    """All contacts of one pair of collisions."""

    a: str
    b: str
    first_ms: int
    last_ms: int
    contacts: int
    depth_max_m: float


class ContactLog:
    """Collects the contacts that the sensors tell. Two sensors may tell one contact: it is
    counted once."""

    def __init__(self, messages: Messages, floors: Iterable[str] = (FLOOR,)):
        self._messages = messages
        self._floors = frozenset(floors)
        self._fresh: dict[tuple[int, str, str], float] = {}

    def feel(self, payload: bytes) -> None:
        """Takes a message ``Contacts`` of one sensor."""
        if len(payload) <= EMPTY_MAX_BYTES:
            return
        for contact in self._messages.read("Contacts", payload).contact:
            a, b = sorted((contact.collision1, contact.collision2))
            if model_of(a) in self._floors or model_of(b) in self._floors:
                continue
            at_ms = contact.time.sec * 1000 + round(contact.time.nsec / 1e6)
            key = (at_ms, a, b)
            self._fresh[key] = max(self._fresh.get(key, 0.0), *contact.depth)

    def take(self) -> tuple[Contact, ...]:
        """The contacts since the last call, by time, then by name."""
        fresh, self._fresh = self._fresh, {}
        return tuple(Contact(*key, depth_m) for key, depth_m in sorted(fresh.items()))


def model_of(collision: str) -> str:
    """The model in ``model::link::collision``."""
    return collision.partition("::")[0]


def touches(contacts: Iterable[Contact]) -> tuple[Touch, ...]:
    """One line for each pair that touched, the first to touch first."""
    pairs: dict[tuple[str, str], list[Contact]] = {}
    for contact in contacts:
        pairs.setdefault((contact.a, contact.b), []).append(contact)
    found = [
        Touch(
            a,
            b,
            min(contact.at_ms for contact in all_of_pair),
            max(contact.at_ms for contact in all_of_pair),
            len(all_of_pair),
            max(contact.depth_m for contact in all_of_pair),
        )
        for (a, b), all_of_pair in pairs.items()
    ]
    return tuple(sorted(found, key=lambda touch: (touch.first_ms, touch.a, touch.b)))
