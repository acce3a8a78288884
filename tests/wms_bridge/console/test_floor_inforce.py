"""What is in force, on the floor of the console: stops, people, closures, robots held by hand."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from planner.warehouse.ids import ClosureId, NodeId
from planner.warehouse.view import ClosureView, EntryView, FloorView, StopView
from tests.fakes.played_shift import PlayedShift
from tests.wms_bridge.console.floor_server import FloorServer
from tests.wms_bridge.console.opened import OpenedConsole

pytestmark = pytest.mark.browser
Look = Callable[..., OpenedConsole]
AREA = ((3.0, 9.0), (11.0, 9.0), (11.0, 12.6), (3.0, 12.6))
ZONE = ((14.0, 9.0), (20.0, 9.0), (20.0, 12.6), (14.0, 12.6))
CLOSED = tuple((x * 1.2, 7.2) for x in range(10, 18))


def shown(look: Look, floor: FloorServer, view: FloorView, **more: object) -> OpenedConsole:
    floor.show(view)
    console = look(**more)
    console.until("s.link === 'live' && s.at_ms === a && s.pictures > 0", view.at_ms)
    return console


def ink(console: OpenedConsole, x_m: float, y_m: float) -> tuple[int, ...]:
    """The colour of the still picture at a place of the floor (metres)."""
    x_px, y_px = console.page.evaluate(
        """([x, y]) => {
            const { view } = podherd.floor();
            const box = document.querySelector(".floor-canvas").getBoundingClientRect();
            const [px, py] = [(x - view.x_m) * view.scale, (y - view.y_m) * view.scale];
            return [box.width / 2 + px, box.height / 2 - py];
        }""",
        [x_m, y_m],
    )
    return console.ink(0, x_px, y_px)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_they_are_drawn_while_they_are_in_force(
    look: Look, floor: FloorServer, shift: PlayedShift, theme: str
) -> None:
    bare = shift.advance(30_000)
    console = shown(look, floor, bare, theme=theme)
    places = ((4.0, 9.0), (19.0, 9.0), (CLOSED[0][0] - 0.2, 7.2))
    before = [ink(console, *place) for place in places]
    told = replace(
        bare,
        at_ms=bare.at_ms + 500,
        stops=(StopView("spill", (), ZONE),),
        entries=(EntryView("E1", AREA, "draining", ()),),
        closures=(ClosureView(ClosureId("rule/aisle-7"), CLOSED),),
    )
    floor.show(told)
    console.until("s.at_ms === a", told.at_ms)
    console.page.wait_for_timeout(200)
    during = [ink(console, *place) for place in places]
    assert all(one != other for one, other in zip(before, during, strict=True)), (before, during)
    over = replace(bare, at_ms=bare.at_ms + 1_000)
    floor.show(over)
    console.until("s.at_ms === a", over.at_ms)
    console.page.wait_for_timeout(200)
    assert [ink(console, *place) for place in places] == before
    # That this test reads pixels is all that the browser may mind.
    assert [one for one in console.complaints if "getImageData" not in one] == []


def test_details_tell_what_holds_a_robot(
    look: Look, floor: FloorServer, shift: PlayedShift
) -> None:
    view = shift.advance(30_000)
    first, *rest = view.robots
    held = replace(first, paused=True, sent=NodeId("c004r007"), leaving=True)
    console = shown(look, floor, replace(view, robots=(held, *rest)))
    console.click_robot(first.robot)
    facts = console.page.locator(".facts")
    expect(facts).to_contain_text("is paused; was sent to c004r007 and stays there")
    expect(facts).to_contain_text("is taken out of service")
    free = replace(view, at_ms=view.at_ms + 500)
    floor.show(free)
    expect(facts).not_to_contain_text("is paused")


def test_the_legend_tells_the_signs_in_both_languages(
    look: Look, floor: FloorServer, shift: PlayedShift
) -> None:
    view = shift.advance(30_000)
    for language, words in (("en", "a person on the floor"), ("zh", "有人在场")):
        console = shown(look, floor, view, language=language)
        console.page.get_by_role("tab").nth(2).click()
        legend = console.page.locator(".legend")
        expect(legend.locator(".area-person")).to_contain_text(words)
        expect(legend.locator(".area-closed, .area-stop, .sign-paused")).to_have_count(3)


def test_a_stop_of_the_whole_site_is_outlined_and_its_name_stays_text(
    look: Look, floor: FloorServer, shift: PlayedShift
) -> None:
    view = shift.advance(30_000)
    console = shown(look, floor, view)
    x_m, y_m = floor.site.floor_m[0]
    before = ink(console, x_m + 0.02, (y_m + floor.site.floor_m[2][1]) / 2)
    stopped = replace(
        view, at_ms=view.at_ms + 500, stops=(StopView("<b onclick=alert(1)>", (), ()),)
    )
    floor.show(stopped)
    console.until("s.at_ms === a", stopped.at_ms)
    console.page.wait_for_timeout(200)
    assert ink(console, x_m + 0.02, (y_m + floor.site.floor_m[2][1]) / 2) != before
    assert console.page.locator("b").count() == 0
