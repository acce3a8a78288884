"""Videos that stop and readers that fall silent are told, once, and when they are well again."""

from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.commands import AlarmKind
from vision.counting.sources import MOST_UNANSWERED, Sources


def test_a_video_that_stands_still_is_told_once() -> None:
    sources = Sources()
    assert sources.asked("R1/camera", "frame 1") == ()
    said = [sources.asked("R1/camera", "frame 1") for _ in range(10)]
    alarms = [alarm for one in said for alarm in one]
    assert [(a.kind, a.subject, a.active) for a in alarms] == [
        (AlarmKind.READER_FAILED, "R1/camera", True)
    ]
    assert said.index((alarms[0],)) == MOST_UNANSWERED - 1


def test_it_is_told_when_it_goes_on() -> None:
    sources = Sources(most=2)
    sources.asked("R1/camera", None)
    sources.asked("R1/camera", None)
    (alarm,) = sources.asked("R1/camera", "frame 7")
    assert not alarm.active
    assert sources.asked("R1/camera", "frame 8") == ()


def test_one_that_is_silent_does_not_speak_for_another() -> None:
    sources = Sources(most=1)
    assert sources.asked("R1/camera", None)
    assert sources.asked("R2/camera", "frame 1") == ()


@given(st.lists(st.sampled_from([None, "a", "b"]), max_size=40), st.integers(1, 5))
def test_alarms_begin_and_end_in_turn(answers: list[str | None], most: int) -> None:
    sources = Sources(most)
    active = [alarm.active for one in answers for alarm in sources.asked("R1/reader", one)]
    assert active == [number % 2 == 0 for number in range(len(active))]
