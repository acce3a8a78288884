"""How long counting takes by people alone and by robots with people last; every assumption is in
``counting_time.json``.

People alone count every slot once, at a station to which pods come: they wait ``person_pod_s`` for
a pod, take ``person_slot_s`` to find a slot and scan its label, ``person_piece_s`` for every piece
and ``person_entry_s`` to enter the number. Robots look at every face, ``robot_look_s`` and
``robot_drive_s`` on the mean, and again where the ladder wants it; what is left goes to people, all
doubtful slots of a pod at a time, and to a supervisor. Our assumptions; a published figure to hold
them against: 8,000 pallet places by 22 people in 2 days, 158 s a place with everything
(Neurospace).
"""

import json
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_suffix(".json")


@dataclass(frozen=True, slots=True)
class TimeModel:
    """Everything in the file; seconds."""

    pieces_per_slot: float
    slots_per_face: int
    person_pod_s: float
    person_slot_s: float
    person_piece_s: float
    person_entry_s: float
    supervisor_decision_s: float
    robot_drive_s: float
    robot_look_s: float

    @property
    def count_s(self) -> float:
        """A person counts a slot of a pod that stands there."""
        pieces_s = self.pieces_per_slot * self.person_piece_s
        return self.person_slot_s + pieces_s + self.person_entry_s

    def people_alone_s(self, slots: int) -> float:
        """Every slot is counted once by a person."""
        return slots * (self.count_s + self.person_pod_s / self.slots_per_face)

    def people_last_s(self, slots: int, counted: float, decided: float) -> float:
        """What is left for people: ``counted`` counts and ``decided`` decisions per slot of the
        site, spread evenly; a pod comes once for all slots of it that are to be counted."""
        pods = slots / self.slots_per_face
        visits = pods * (1 - (1 - min(counted, 1.0)) ** self.slots_per_face)
        each_s = counted * self.count_s + decided * self.supervisor_decision_s
        return slots * each_s + visits * self.person_pod_s

    def robots_s(self, slots: int, looks_per_face: float) -> float:
        """Robot time, all robots together."""
        faces = slots / self.slots_per_face
        return faces * looks_per_face * (self.robot_drive_s + self.robot_look_s)


def load_time_model() -> TimeModel:
    """As the file has it."""
    return TimeModel(**json.loads(FILE.read_text()))
