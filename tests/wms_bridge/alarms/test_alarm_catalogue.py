"""Every kind of alarm is rationalised, in words of its own."""

from collections import Counter
from itertools import pairwise

import pytest

from planner.warehouse.commands import AlarmKind
from wms_bridge.adapters.sql.migrations.versions.r0014_alarms import _SEVERITY
from wms_bridge.alarms.catalogue import CATALOGUE, Consequence, Urgency, entry_of
from wms_bridge.alarms.shelving import LONGEST_S, SHORTEST_S
from wms_bridge.records.alarms import Severity

TEXTS = ("title", "cause", "effect", "action")


def texts(kind: AlarmKind) -> list[str]:
    return [getattr(entry_of(kind), name) for name in TEXTS]


@pytest.mark.parametrize("kind", AlarmKind)
def test_every_kind_has_an_entry_with_all_its_texts(kind: AlarmKind) -> None:
    entry = entry_of(kind)
    assert entry.kind is kind
    assert entry.key == f"alarm.{kind.value}"
    assert all(text == text.strip() and len(text) >= 10 for text in texts(kind))
    assert not entry.title.endswith(".")
    assert all(text.endswith(".") for text in texts(kind)[1:])


def test_every_text_says_something_else() -> None:
    said = Counter(text.lower() for kind in AlarmKind for text in texts(kind))
    assert [text for text, times in said.items() if times > 1] == []


def test_worse_consequences_and_less_time_are_never_less_severe() -> None:
    by = {(one.consequence, one.urgency): one.severity.rank for one in CATALOGUE.values()}
    for (consequence, urgency), rank in by.items():
        for (other, sooner), worse in by.items():
            if tuple(Consequence).index(other) <= tuple(Consequence).index(consequence) and (
                sooner.within_min <= urgency.within_min
            ):
                assert worse <= rank, ((consequence, urgency), (other, sooner))


def test_few_kinds_are_critical_and_every_severity_is_used() -> None:
    """EEMUA 191 and ISA-18.2: where all is urgent nothing is."""
    found = Counter(entry.severity for entry in CATALOGUE.values())
    assert set(found) == set(Severity)
    assert found[Severity.CRITICAL] <= 0.1 * len(CATALOGUE)
    assert found[Severity.CRITICAL] < found[Severity.HIGH] < found[Severity.MEDIUM]


def test_the_catalogue_begins_with_the_worst_and_less_urgent_means_more_time() -> None:
    ranks = [entry.severity.rank for entry in CATALOGUE.values()]
    assert ranks == sorted(ranks)
    assert all(one.within_min < other.within_min for one, other in pairwise(Urgency))


def test_the_worse_an_alarm_the_shorter_it_may_be_shelved() -> None:
    longest = [LONGEST_S[severity] for severity in Severity]
    assert longest == sorted(longest)
    assert longest[0] > SHORTEST_S
    assert longest[-1] <= 12 * 3600


def test_the_migration_gave_alarms_the_severities_of_the_catalogue() -> None:
    """As they were when it was written: a kind may become another severity later, then this test
    is to name it."""
    given = {kind: name for name, kinds in _SEVERITY.items() for kind in kinds}
    for kind in AlarmKind:
        assert given.get(kind.value, "medium") == entry_of(kind).severity
