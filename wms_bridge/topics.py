"""What may have changed in the bridge."""

from collections.abc import Iterable
from enum import Enum, auto

from planner.warehouse.commands import (
    AnswerIntervention,
    Command,
    RaiseAlarm,
    RouteLine,
    ShortenLine,
    ShowCounts,
    ShowPicks,
    ShowPuts,
    WithdrawPicks,
)


class Topic(Enum):
    """What may have changed; told to subscribers after the change is kept."""

    FEED = auto()
    PICKS = auto()
    PUTS = auto()
    COUNTS = auto()
    OUTBOX = auto()
    ALARMS = auto()
    TOWER = auto()
    INTERVENTIONS = auto()


_TOPICS: dict[type[Command], tuple[Topic, ...]] = {
    ShowPuts: (Topic.PUTS,),
    ShowCounts: (Topic.COUNTS, Topic.FEED),
    ShowPicks: (Topic.PICKS, Topic.FEED),
    WithdrawPicks: (Topic.PICKS, Topic.FEED),
    ShortenLine: (Topic.OUTBOX,),
    RouteLine: (Topic.OUTBOX,),
    RaiseAlarm: (Topic.ALARMS,),
    AnswerIntervention: (Topic.INTERVENTIONS,),
}


def topics_of(commands: Iterable[Command]) -> tuple[Topic, ...]:
    """What commands of the dispatcher may have changed."""
    return tuple(dict.fromkeys(t for command in commands for t in _TOPICS.get(type(command), ())))
