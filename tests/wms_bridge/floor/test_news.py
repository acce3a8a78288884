"""The stream of the floor: however slow a client is and however often it comes back, it ends up
knowing the floor as it is, and misses no change without being told the whole."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.codec.messages import decode
from planner.warehouse.errors import InvalidMessage
from planner.warehouse.ids import RobotId
from planner.warehouse.view import FloorView, RobotActivity, RobotView
from tests.wms_bridge.floor.views import NO_KPIS, Client, views
from wms_bridge.floor.frames import MOST_ROBOTS
from wms_bridge.floor.news import IDLE_MS, FloorNews, Reader, Why

ROBOT = RobotView(RobotId("R1"), 1.0, 2.0, 0.5, None, 0.9, RobotActivity.IDLE, None, (), (), None)
EMPTY = FloorView(0, (), (), (), NO_KPIS, ())


def view(at_ms: int, *robots: RobotView) -> FloorView:
    return replace(EMPTY, at_ms=at_ms, robots=robots)


def deliver(news: FloorNews, reader: Reader, client: Client, now_ms: int = 0) -> bool:
    """Sends a client what is new to it; false if there is nothing."""
    parcel = news.parcel(reader, now_ms)
    if parcel is None:
        return False
    for text in parcel.texts:
        client.take(text)
    assert parcel.poses is not None
    client.take(parcel.poses)
    return True


STEPS = st.lists(
    st.one_of(views(), st.sampled_from(["read", "read", "leave", "restart"])), max_size=25
)


@settings(max_examples=100, deadline=None)
@given(STEPS, st.integers(1, 4))
def test_a_client_always_catches_up(steps: list[FloorView | str], kept: int) -> None:
    news, client = FloorNews("a", kept=kept), Client()
    reader = news.join(None, None)
    shown: FloorView | None = None
    streams = 1
    for now_ms, step in enumerate(steps):
        if isinstance(step, FloorView):
            shown = step
            news.take(step, now_ms)
        elif step == "read":
            deliver(news, reader, client, now_ms)
        elif step == "leave":
            news.leave(now_ms)
            reader = news.join(client.stream, client.number)
        else:
            streams += 1
            news = FloorNews(f"stream {streams}", kept=kept)
            reader = news.join(client.stream, client.number)
            if shown is not None:
                news.take(shown, now_ms)
    deliver(news, reader, client, len(steps))
    if shown is None:
        assert client.poses is None
    else:
        client.check_knows(shown)
    assert not deliver(news, reader, client), "the same is not told twice"


def test_a_slow_client_misses_poses_but_no_change() -> None:
    news, slow = FloorNews("a"), Client()
    reader = news.join(None, None)
    news.take(view(0, ROBOT), 0)
    deliver(news, reader, slow)
    for step in range(1, 201):
        load = "P1" if step % 2 else None
        news.take(view(step, replace(ROBOT, x_m=float(step), load=load)), step)
    parcel = news.parcel(reader, 200)
    assert parcel is not None
    assert [decode(text)["number"] for text in parcel.texts] == list(range(2, 202))
    for text in parcel.texts:
        slow.take(text)
    assert parcel.poses is not None
    slow.take(parcel.poses)
    assert slow.poses is not None
    assert slow.poses.sequence == 201
    assert slow.whys == ["start"]


def test_a_client_that_is_too_far_behind_is_told_the_whole_and_why() -> None:
    news, client = FloorNews("a", kept=3), Client()
    reader = news.join(None, None)
    news.take(view(0, ROBOT), 0)
    deliver(news, reader, client)
    for step in range(1, 6):
        news.take(view(step, replace(ROBOT, load=str(step))), step)
    deliver(news, reader, client)
    assert client.whys == ["start", Why.BEHIND]
    assert client.robots["R1"]["load"] == "5"


def test_what_is_kept_has_a_limit_in_bytes() -> None:
    news, client = FloorNews("a", kept_bytes=2_000), Client()
    reader = news.join(None, None)
    news.take(view(0, ROBOT), 0)
    deliver(news, reader, client)
    for step in range(1, 6):
        news.take(view(step, replace(ROBOT, load="P" * 900 + str(step))), step)
    deliver(news, reader, client)
    assert client.whys == ["start", Why.BEHIND]


def test_who_comes_back_is_told_what_it_missed() -> None:
    news, client = FloorNews("a"), Client()
    reader = news.join(None, None)
    news.take(view(0, ROBOT), 0)
    deliver(news, reader, client)
    news.leave(0)
    news.take(view(1, replace(ROBOT, load="P1")), 1)
    deliver(news, news.join(client.stream, client.number), client, 1)
    assert client.whys == ["start"]
    assert client.robots["R1"]["load"] == "P1"


def test_nobody_watches_for_long_and_nothing_is_kept() -> None:
    news, client = FloorNews("a"), Client()
    reader = news.join(None, None)
    news.take(view(0, ROBOT), 0)
    deliver(news, reader, client)
    news.leave(0)
    news.take(view(1, replace(ROBOT, load="P1")), IDLE_MS)
    news.take(view(2, ROBOT), IDLE_MS + 1)
    deliver(news, news.join(client.stream, client.number), client)
    assert client.whys == ["start", Why.BEHIND], "a log with a gap is not taken for whole"


@pytest.mark.parametrize(("stream", "number"), [("b", 0), ("a", 10**9)])
def test_numbers_of_another_stream_are_not_believed(stream: str, number: int) -> None:
    news, client = FloorNews("a"), Client()
    news.take(view(0, ROBOT), 0)
    deliver(news, news.join(stream, number), client)
    assert client.whys == [Why.RESTART]


def test_robots_keep_their_place_and_new_ones_come_behind() -> None:
    news, client = FloorNews("a"), Client()
    reader = news.join(None, None)
    named = [replace(ROBOT, robot=RobotId(name)) for name in "abc"]
    news.take(view(0, *named), 0)
    deliver(news, reader, client)
    news.take(view(1, replace(ROBOT, robot=RobotId("d")), named[2], named[0]), 1)
    deliver(news, reader, client)
    assert client.order == ["a", "c", "d"]


def test_a_view_with_too_many_robots_changes_nothing() -> None:
    news, client = FloorNews("a"), Client()
    reader = news.join(None, None)
    news.take(view(0, ROBOT), 0)
    many = [replace(ROBOT, robot=RobotId(str(i))) for i in range(MOST_ROBOTS + 1)]
    with pytest.raises(InvalidMessage, match="robots"):
        news.take(view(1, *many), 1)
    deliver(news, reader, client)
    assert client.order == ["R1"]


def test_beats_tell_the_age_and_never_a_negative_one() -> None:
    news = FloorNews("a")
    assert decode(news.beat(5))["age_ms"] is None
    news.take(view(0, ROBOT), 1_000)
    assert decode(news.beat(3_500)) == {
        "type": "beat",
        "sequence": 1,
        "age_ms": 2_500,
        "now_ms": 3_500,
    }
    assert decode(news.beat(500))["age_ms"] == 0, "the clock was set back"
