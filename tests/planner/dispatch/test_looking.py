"""Robots that count: where they are sent, when not, and what becomes of looks under way."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise

from fakes.hopping_world import HoppingWorld
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.assign.counting import HOUR_MS, CountingParams
from planner.dispatch.params import DispatchParams
from planner.dispatch.state import Robot, State
from planner.dispatch.step import TICK_MS, Dispatcher
from planner.warehouse.commands import Command, SendTransportOrder
from planner.warehouse.events import (
    Event,
    NodesClosed,
    OrderReceived,
    RescanWanted,
    SlotSettled,
)
from planner.warehouse.ids import ClosureId, OrderId, PodId, RobotId, Sku, SlotId
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.site import Site
from planner.warehouse.stock import Balance, slot_id
from planner.warehouse.view import RobotActivity
from sim_worlds.shift import COUNTER, with_counters
from sim_worlds.sites.catalogue import load_site

SCOUT = RobotId("COUNT01")


def slot(pod: PodId, column: int = 1) -> SlotId:
    return slot_id(pod, "A", 1, column)


def order(name: str, sku: Sku, quantity: int = 1) -> OrderReceived:
    key = OrderId(name)
    return OrderReceived(PickOrder(key, (OrderLine(line_id(key, 1), sku, quantity),)))


class Counted:
    """The small site with stock in the first slot of every pod, each of an SKU of its own."""

    def __init__(
        self,
        counters: int = 1,
        params: CountingParams | None = None,
        chance: float = 1.0,
        site: Site | None = None,
        seed: int = 0,
    ):
        site = with_counters(site or load_site("small"), counters) if counters else site
        assert site is not None
        dispatch = DispatchParams(counting=params or CountingParams())
        self.dispatcher = Dispatcher(site, dispatch)
        self.state: State = self.dispatcher.start()
        self.pods = sorted(self.state.pods)
        stock = tuple(Balance(slot(pod), Sku(pod), 5) for pod in self.pods)
        self.world = HoppingWorld(self.dispatcher, stock, seed, chance)
        self.ticks = 0
        self.ordered: list[tuple[int, RobotId, PodId]] = []
        self.seen: list[PodId] = []
        self.settles = True
        """Whether what is looked at is settled."""
        self.commands: list[Command] = []

    def play(self, ticks: int, events: tuple[Event, ...] = ()) -> None:
        self.world.waiting += events
        for _ in range(ticks):
            self.ticks += 1
            now_ms = self.ticks * TICK_MS
            looked = len(self.world.looks)
            told = self.world.tick(now_ms)
            new = [pod for _, pod in self.world.looks[looked:]]
            self.seen += new
            if self.settles:
                told += [SlotSettled(slot(pod), now_ms) for pod in new]
            before = self.state
            self.state, commands = self.dispatcher.step(self.state, told, now_ms)
            self.commands += commands
            self._note(before)
            self.world.obey(commands)
        assert self.world.collisions == []

    def _note(self, before: State) -> None:
        for robot in self.state.robots.values():
            then = before.robots[robot.robot].leg
            now = robot.leg
            if now is None or now.activity is not RobotActivity.COUNT or now.action is None:
                continue
            if then is None or then.action != now.action:
                assert now.action.pod is not None
                self.ordered.append((self.state.now_ms, robot.robot, now.action.pod))

    def robot(self, name: RobotId = SCOUT) -> Robot:
        return self.state.robots[name]

    def target(self, name: RobotId = SCOUT) -> PodId | None:
        leg = self.robot(name).leg
        return leg.action.pod if leg is not None and leg.action is not None else None


def free_looks() -> CountingParams:
    """A budget that is never in the way."""
    return CountingParams(looks_per_h=3600, burst=3000)


def test_a_robot_looks_at_every_pod_and_then_parks() -> None:
    floor = Counted(params=free_looks())
    floor.play(1600)
    views = floor.dispatcher.floor.sights.places
    assert all(views[node] for node in floor.state.pods.values())
    assert set(floor.seen) == set(floor.pods)
    # What was settled is not looked at again: there is next to nothing to learn.
    assert max(Counter(floor.seen).values()) == 1
    assert floor.state.tally.looks == len(floor.pods)
    assert floor.state.tally.slots_settled == len(floor.pods)
    kinds = floor.dispatcher.floor.roadmap.kind
    assert floor.robot().leg is None
    assert kinds[floor.robot().node] == 1, "it stands beneath a pod, out of the way"
    assert floor.robot().visit is None
    assert floor.state.tally.metres_counting > 0


def test_what_is_wanted_goes_first() -> None:
    floor = Counted()
    far = max(floor.pods)
    floor.play(3, (RescanWanted(slot(far)), RescanWanted(slot(far))))
    assert floor.target() == far
    assert floor.state.rescans.keys() == {slot(far)}
    floor.play(60)
    assert floor.seen[0] == far
    assert floor.state.rescans == {}


def test_what_is_wanted_again_is_looked_at_again_at_once() -> None:
    floor = Counted()
    pod = floor.pods[0]
    floor.play(100, (RescanWanted(slot(pod)),))
    assert floor.seen.count(pod) == 1
    floor.play(100, (RescanWanted(slot(pod)),))
    assert floor.seen.count(pod) == 2


def test_what_a_look_itself_makes_wanted_is_not_taken_for_served() -> None:
    """Its evidence may be judged before the robot says that it is done, or at the same time."""
    floor = Counted()
    pod = floor.pods[20]
    floor.settles = False
    floor.play(1, (RescanWanted(slot(pod)),))
    while pod not in floor.seen:
        floor.play(1)
        if floor.world.looks:
            floor.play(1, (RescanWanted(slot(pod)), RescanWanted(slot(pod, 2))))
    assert floor.target() == pod
    assert floor.state.rescans.keys() == {slot(pod), slot(pod, 2)}
    floor.play(20)
    assert floor.seen.count(pod) == 2
    assert floor.state.rescans == {}


def test_slots_that_robots_cannot_see_are_not_looked_at() -> None:
    floor = Counted()
    nowhere = SlotId("P999/A/1/1")
    back = slot_id(floor.pods[0], "B", 1, 1)
    floor.play(50, (RescanWanted(nowhere), RescanWanted(back), SlotSettled(nowhere, 0)))
    assert floor.state.rescans.keys() == {back}


def test_doubtful_pods_come_before_others_that_are_as_near() -> None:
    """A short pick makes a slot suspect: it is looked at before pods that nothing happened to."""
    floor = Counted(params=CountingParams(looks_per_h=6, burst=1, kept=0, opening=0.001))
    picked = floor.pods[-1]
    floor.world.true_stock[slot(picked)] = 1
    floor.play(400, (order("A", Sku(picked), 3),))
    assert floor.state.doubts[slot(picked)].wrong >= 0.5 or picked in floor.seen
    floor.play(1600)
    assert picked in floor.seen[:3]


def test_no_more_is_ordered_than_the_budget_allows() -> None:
    params = CountingParams(looks_per_h=20, burst=3, kept=1)
    floor = Counted(counters=2, params=params)
    floor.play(1500)
    hours = 1500 * TICK_MS / HOUR_MS
    assert 2 < len(floor.ordered) <= 3 + 17 * hours
    # The rest of the burst is kept for looks that are wanted.
    assert len([one for one in floor.ordered if one[0] < 60_000]) == 2


def test_wanted_looks_may_have_all_of_the_budget() -> None:
    params = CountingParams(looks_per_h=20, burst=3, kept=2)
    floor = Counted(params=params)
    floor.play(200)
    assert len(floor.seen) == 1
    wanted = [pod for pod in floor.pods if pod not in floor.seen][:2]
    floor.play(300, tuple(RescanWanted(slot(pod)) for pod in wanted))
    assert set(floor.seen[1:3]) == set(wanted)


def test_a_pod_that_is_fetched_meanwhile_is_given_up() -> None:
    floor = Counted()
    pod = max(floor.pods, key=lambda pod: (len(pod), pod))
    floor.play(3, (RescanWanted(slot(pod)),))
    assert floor.target() == pod
    floor.play(30, (order("A", Sku(pod)),))
    assert floor.target() != pod or pod not in {v.pod for v in floor.state.visits.values()}
    floor.play(900)
    assert floor.state.orders == {}
    assert pod in floor.seen, "it is looked at once it is back"


def test_a_look_that_fails_is_tried_again_but_not_at_once() -> None:
    floor = Counted()
    pod = floor.pods[20]
    stood_at = floor.world.pods.pop(pod)
    floor.play(60, (RescanWanted(slot(pod)),))
    assert floor.state.tally.looks_failed == 1
    tries = [one for one in floor.ordered if one[2] == pod]
    assert len(tries) == 1
    floor.world.pods[pod] = stood_at
    floor.play(200)
    tries = [one for one in floor.ordered if one[2] == pod]
    assert tries[1][0] - tries[0][0] >= CountingParams().failed_ms
    assert pod in floor.seen


def test_what_was_settled_in_passing_is_not_looked_at() -> None:
    floor = Counted()
    pod = max(floor.pods)
    floor.play(4, (RescanWanted(slot(pod)),))
    assert floor.target() == pod
    floor.play(1, (SlotSettled(slot(pod), floor.ticks * TICK_MS),))
    assert floor.target() != pod
    floor.play(80)
    assert pod not in floor.seen


def test_what_is_not_settled_is_looked_at_again_after_a_while_only() -> None:
    floor = Counted(params=replace(free_looks(), again_ms=120_000))
    floor.settles = False
    floor.play(1200)
    assert floor.seen
    times: dict[PodId, list[int]] = {}
    for at_ms, _, pod in floor.ordered:
        times.setdefault(pod, []).append(at_ms)
    for when in times.values():
        assert all(later - sooner >= 120_000 for sooner, later in pairwise(when))


def test_nobody_is_sent_into_a_closure() -> None:
    floor = Counted(params=free_looks())
    roadmap = floor.dispatcher.floor.roadmap
    pod = floor.pods[10]
    places = floor.dispatcher.floor.sights.places[floor.state.pods[pod]]
    closed = tuple(roadmap.nodes[place] for place in places)
    floor.play(400, (NodesClosed(ClosureId("C"), closed), RescanWanted(slot(pod))))
    assert pod not in {one[2] for one in floor.ordered}
    assert floor.seen


def test_no_more_robots_look_from_one_way_aisles_than_may() -> None:
    floor = Counted(counters=3, params=replace(free_looks(), one_way_max=1))
    sights = floor.dispatcher.floor.sights
    most = 0
    for _ in range(300):
        floor.play(1)
        legs = [robot.leg for robot in floor.state.robots.values() if robot.leg is not None]
        goals = [leg.goal for leg in legs if leg.activity is RobotActivity.COUNT]
        assert len(goals) == len(set(goals))
        most = max(most, sum(goal in sights.one_way for goal in goals))
    assert most == 1


def carrying_counters() -> Site:
    """All robots carry, and have a scanner as well."""
    site = load_site("small")
    kinds = tuple(replace(kind, scanner=COUNTER.scanner) for kind in site.robot_types)
    return replace(site, robot_types=kinds)


def test_robots_that_carry_look_only_while_there_is_nothing_to_carry() -> None:
    floor = Counted(counters=0, params=free_looks(), site=carrying_counters())
    floor.play(20)
    looking = {name for _, name, _ in floor.ordered}
    assert len(looking) > 1
    orders = tuple(order(f"O{index}", Sku(pod)) for index, pod in enumerate(floor.pods[:20]))
    floor.play(40, orders)
    fetching = [robot for robot in floor.state.robots.values() if robot.visit is not None]
    assert len(fetching) == len(floor.state.robots), "all have left off looking"
    floor.play(2500)
    assert floor.state.orders == {}
    assert set(floor.seen) == set(floor.pods)


def test_robots_that_do_not_carry_fetch_nothing() -> None:
    floor = Counted(counters=2)
    orders = tuple(order(f"O{index}", Sku(pod)) for index, pod in enumerate(floor.pods[:10]))
    visits: set[RobotId | None] = set()
    floor.play(1, orders)
    for _ in range(600):
        floor.play(1)
        visits |= {visit.robot for visit in floor.state.visits.values()}
    assert floor.state.orders == {}
    assert visits.isdisjoint({SCOUT, RobotId("COUNT02")})
    view = floor.dispatcher.view(floor.state)
    assert 0 < view.kpis.robot_utilisation < 1
    activities = {robot.activity for robot in view.robots if robot.robot.startswith("COUNT")}
    assert activities <= {RobotActivity.COUNT, RobotActivity.PARK, RobotActivity.IDLE}


def test_a_flat_robot_charges_before_it_looks() -> None:
    floor = Counted()
    hopper = floor.world.robots[SCOUT]
    hopper.state = replace(hopper.state, battery=0.10)
    floor.play(2)
    leg = floor.robot().leg
    assert leg is not None
    assert leg.activity is RobotActivity.CHARGE
    floor.play(200)
    assert hopper.state.battery == 1.0
    assert floor.seen


def test_floors_without_robots_that_count_keep_no_doubts() -> None:
    floor = Counted(counters=0, site=load_site("small"))
    pod = floor.pods[3]
    floor.play(400, (order("A", Sku(pod), 5), RescanWanted(slot(pod)), SlotSettled(slot(pod), 1)))
    assert floor.state.finished
    assert (floor.state.doubts, floor.state.face_bits, floor.state.look_budget) == ({}, {}, None)
    assert floor.ordered == []


def test_a_pick_that_empties_a_slot_makes_it_doubtful_and_settling_ends_that() -> None:
    floor = Counted()
    params = CountingParams()
    pod = floor.pods[30]
    floor.settles = False
    floor.play(400, (order("A", Sku(pod), 5),))
    assert floor.state.slots[slot(pod)].quantity == 0
    assert floor.state.doubts[slot(pod)].wrong >= params.zero
    before = floor.state.face_bits[pod]
    floor.play(1, (SlotSettled(slot(pod), floor.ticks * TICK_MS),))
    assert floor.state.doubts[slot(pod)].wrong < params.zero / 10
    assert floor.state.face_bits[pod] < before / 4


def test_the_whole_way_replays_to_the_same_commands() -> None:
    first, again = Counted(counters=2, chance=0.8), Counted(counters=2, chance=0.8)
    orders = tuple(order(f"O{index}", Sku(pod)) for index, pod in enumerate(first.pods[:6]))
    wanted = (RescanWanted(slot(first.pods[40])),)
    first.play(250, (*orders, *wanted))
    again.play(250, (*orders, *wanted))
    assert first.commands == again.commands
    assert any(isinstance(command, SendTransportOrder) for command in first.commands)


@settings(max_examples=5)
@given(
    st.integers(0, 2**16),
    st.floats(0.4, 1.0),
    st.integers(1, 4),
    st.lists(st.integers(0, 59), max_size=8),
)
def test_under_any_delays_nobody_collides_and_what_is_wanted_is_seen(
    seed: int, chance: float, counters: int, wanted: list[int]
) -> None:
    floor = Counted(counters=counters, chance=chance, seed=seed)
    orders = tuple(order(f"O{index}", Sku(floor.pods[index])) for index in range(0, 60, 12))
    pods = {floor.pods[index] for index in wanted}
    floor.play(700, (*orders, *(RescanWanted(slot(pod)) for pod in sorted(pods))))
    assert floor.state.orders == {}
    assert pods <= set(floor.seen)
    assert floor.state.rescans == {}
