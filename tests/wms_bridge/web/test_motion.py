"""The page's own arithmetic (js/motion.js, camera.js, live.js, kpis.js), run in the browser."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from planner.codec.messages import to_json
from planner.warehouse.site import Point, Site
from tests.wms_bridge.web.floor_server import FloorServer
from tests.wms_bridge.web.played_shift import PlayedShift
from tests.wms_bridge.web.watched import WatchedPage

pytestmark = pytest.mark.browser
Run = Callable[..., Any]

FRAME_MS = 100


@pytest.fixture(scope="module")
def run(browser: Browser, site: Site) -> Iterator[Run]:
    """Runs a function body of the modules ``motion``, ``camera``, ``live``, ``format``, ``kpis``
    and ``header`` with an argument ``a``."""
    server = FloorServer(site)
    server.start()
    page = WatchedPage(browser.new_page(), server.url).page

    def call(body: str, argument: object = None) -> Any:
        return page.evaluate(
            f"""async a => {{
                const [motion, camera, live, format, kpis, header] = await Promise.all([
                    "motion", "camera", "live", "format", "panels/kpis", "panels/header",
                ].map(name => import(`./js/${{name}}.js`)));
                {body}
            }}""",
            argument,
        )

    yield call
    page.close()
    server.stop()


def robot(x_m: float, y_m: float, base: list[Point], horizon: list[Point]) -> dict[str, object]:
    """One robot of a frame."""
    return {"robot": "R", "x_m": x_m, "y_m": y_m, "theta_rad": 0, "base": base, "horizon": horizon}


TWO_FRAMES = """
    const move = new motion.Motion();
    move.accept({at_ms: 0, robots: [a.first]}, 1000);
    move.accept({at_ms: a.passed_ms, robots: [a.second]}, 1100);
    const seen = [];
    for (let t = 1100; t <= 1300; t += 5) seen.push(move.posesAt(t)[0]);
    return seen.map(pose => [pose.x_m, pose.y_m]);
"""


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [(0, 1, 1), (3, -3, 0.2832), (-3, 3, -0.2832), (0, 7, 0.7168), (1, 1, 0)],
)
def test_turns_go_the_short_way(run: Run, start: float, end: float, expected: float) -> None:
    found = run("return motion.turn(a[0], a[1])", [start, end])
    assert found == pytest.approx(expected, abs=1e-4)


def test_a_robot_drives_round_the_corner_it_had_announced(run: Run) -> None:
    first = robot(0, 0, [(5, 0)], [(5, 5), (9, 5)])
    second = robot(5, 4, [(5, 5)], [])
    way = run(TWO_FRAMES, {"first": first, "second": second, "passed_ms": 7000})
    assert way[0] == [0, 0]
    assert way[-1] == [5, 4]
    assert all(y == pytest.approx(0) or x == pytest.approx(5) for x, y in way)
    assert any(0 < x < 5 for x, _ in way)
    assert any(0 < y < 4 for _, y in way)


def test_a_jump_no_robot_can_make_is_shown_at_once(run: Run) -> None:
    jump = {"first": robot(0, 0, [], []), "second": robot(40, 0, [], []), "passed_ms": 1000}
    assert run(TWO_FRAMES, jump)[0] == [40, 0]


def test_a_step_beside_the_announced_way_is_driven_straight(run: Run) -> None:
    step = {"first": robot(0, 0, [(5, 0)], []), "second": robot(0, 2, [], []), "passed_ms": 1000}
    way = run(TWO_FRAMES, step)
    assert way[0] == [0, 0]
    assert way[-1] == [0, 2]
    assert any(0 < y < 2 for _, y in way)


def test_a_robot_that_comes_late_or_leaves_is_no_trouble(run: Run) -> None:
    found = run(
        """
        const move = new motion.Motion();
        move.accept({at_ms: 0, robots: []}, 1000);
        move.accept({at_ms: 100, robots: [a]}, 1100);
        const here = move.posesAt(1101).length;
        move.accept({at_ms: 200, robots: []}, 1200);
        return [here, move.posesAt(1201).length];
        """,
        robot(1, 1, [], []),
    )
    assert found == [1, 0]


def test_at_seventy_times_the_wall_clock_robots_stay_on_their_lanes(
    run: Run, site: Site, shift: PlayedShift
) -> None:
    frames = [to_json(shift.advance(70 * FRAME_MS)) for _ in range(60)]
    drawn = run(
        """
        const move = new motion.Motion();
        const seen = [];
        a.frames.forEach((frame, i) => {
            move.accept(frame, i * a.every);
            for (let t = 0; t < a.every; t += 10) {
                for (const {x_m, y_m} of move.posesAt(i * a.every + t)) seen.push([x_m, y_m]);
            }
        });
        return seen;
        """,
        {"frames": frames, "every": FRAME_MS},
    )
    half = site.pitch_m / 2
    off_lane = [
        point
        for point in drawn
        if all(abs(value / site.pitch_m - round(value / site.pitch_m)) > 0.02 for value in point)
    ]
    assert len(drawn) == 60 * 10 * len(site.robots)
    assert len({(round(x / half), round(y / half)) for x, y in drawn}) > 100
    assert len(off_lane) < 0.02 * len(drawn)


def test_back_off_grows_to_a_limit_and_spreads(run: Run) -> None:
    waits = run("return [0, 1, 2, 3, 9].map(n => live.backoff_ms(n, 0.5))")
    assert waits == [500, 1000, 2000, 4000, 15000]
    assert run("return [live.backoff_ms(0, 0), live.backoff_ms(0, 1)]") == [375, 625]


def test_the_camera_finds_its_way_back(run: Run) -> None:
    found = run(
        """
        const view = new camera.Camera();
        view.resize(900, 600);
        view.show({left: 0, right: 80, bottom: 0, top: 40});
        view.zoomAt(2.5, 100, 80);
        view.panBy(13, -7);
        const at = view.toScreen(12, 34);
        return view.toFloor(at.x, at.y);
        """
    )
    assert found == {"x_m": pytest.approx(12), "y_m": pytest.approx(34)}


def test_the_rate_is_that_of_the_last_minutes_and_survives_a_new_shift(run: Run) -> None:
    found = run(
        """
        const history = new kpis.RateHistory(300000, 50);
        for (let s = 0; s <= 3600; s += 2) history.add(s * 1000, s < 1800 ? 0 : (s - 1800) / 6);
        const late = history.now;
        const kept = history.samples.length;
        history.add(0, 0);
        return [late, kept, history.now, history.samples.length];
        """
    )
    assert found[0] == pytest.approx(600, rel=0.01)
    assert 20 < found[1] <= 51
    assert found[2:] == [None, 0]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "–"), (42.4, "42 s"), (59.6, "1:00"), (252, "4:12"), (3599.9, "1:00 h"), (9999, "2:46 h")],
)
def test_durations_read_well(run: Run, seconds: float, text: str) -> None:
    assert run("return format.duration(a)", seconds) == text


@pytest.mark.parametrize(
    ("at_ms", "text"),
    [(0, "00:00:00"), (27_730_000, "07:42:10"), (90_000_000, "1 d 01:00:00")],
)
def test_the_site_clock_reads_well(run: Run, at_ms: int, text: str) -> None:
    assert run("return format.clock(a)", at_ms) == text


def test_the_age_of_the_picture_is_told_when_no_frames_come(run: Run) -> None:
    found = run(
        """
        const linked = {state: "live", retryAt_ms: null};
        const lost = {state: "lost", retryAt_ms: 4000};
        return [[linked, 200], [linked, 5000], [linked, 20000], [linked, null], [lost, 12000]]
            .map(([feed, age]) => header.linkWords(feed, age, 1000))
            .concat(header.linkWords(linked, null, 1000, true));
        """
    )
    assert [link["state"] for link in found] == ["live", "stale", "stale", "stale", "lost", "stale"]
    assert [link["text"] for link in found] == [
        "Live",
        "5 s old",
        "20 s old",
        "No picture yet",
        "12 s old",
        "Age not known",
    ]
    assert found[2]["notice"].startswith("No news from the fleet.")
    assert found[4]["notice"].endswith("12 s ago. Trying again in 3 s.")
