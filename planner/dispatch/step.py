"""The dispatcher: one pure, deterministic step from events to commands.

``step`` reads no clock, file, socket or random source. The same site, parameters and events give
the same commands, bit for bit; the state it is given stays as it was.
"""

from collections.abc import Iterable

from planner.dispatch.floor import Floor
from planner.dispatch.kpis import tally_time
from planner.dispatch.params import DispatchParams
from planner.dispatch.phases.absorb import absorb
from planner.dispatch.phases.binding import release_unserved
from planner.dispatch.phases.changes import ask_again, rank_waiting, turn_back_idle, withdrawals
from planner.dispatch.phases.counting import join_counts, request_counts
from planner.dispatch.phases.deadlock import break_deadlocks
from planner.dispatch.phases.detours import reroute
from planner.dispatch.phases.driving import drive, whole_order
from planner.dispatch.phases.improve import improve_neighbourhood
from planner.dispatch.phases.legs import (
    close_legs,
    finish_picking,
    show_at_stations,
    shown_at,
)
from planner.dispatch.phases.looking import look_at_pods
from planner.dispatch.phases.orders import (
    close_orders,
    give_up_missing,
    top_up,
)
from planner.dispatch.phases.overriding import clear_objection, reroute_objection
from planner.dispatch.phases.release import drop_blocked, release_waiting, request_pods
from planner.dispatch.phases.replenish import combine_visits, request_puts
from planner.dispatch.phases.reslot import reslot
from planner.dispatch.phases.returning import assign_spots
from planner.dispatch.phases.robots import (
    abandon_silent,
    assign,
    begin_legs,
    park_idle,
)
from planner.dispatch.phases.rotation import note_stranded
from planner.dispatch.phases.sending import send_objection, send_robots
from planner.dispatch.phases.stations import empty_shut, give_up_failed, open_stations
from planner.dispatch.phases.straight import go_straight_on
from planner.dispatch.phases.watch import watch
from planner.dispatch.state import Phase, Robot, State
from planner.dispatch.turn import Turn
from planner.dispatch.view import floor_view
from planner.mapf.guidance import Guidance
from planner.roadmap.compile import compile_roadmap
from planner.warehouse.commands import Command
from planner.warehouse.events import Event, ReservationCleared, RobotRerouted, RobotSent
from planner.warehouse.site import Site
from planner.warehouse.view import FloorView

TICK_MS = 500
"""How often worlds and nodes call :meth:`Dispatcher.step`, in site time."""


class Dispatcher:
    """Decides for one site. Holds nothing that changes but a cache of travel times.

    With ``guidance`` robots keep to its lanes; :class:`InvalidGuidance` if it is of another floor.
    """

    def __init__(
        self,
        site: Site,
        params: DispatchParams | None = None,
        guidance: Guidance | None = None,
    ):
        self.floor = Floor(site, compile_roadmap(site), guidance)
        self.params = params or DispatchParams()

    def start(self) -> State:
        """The site as its file describes it: pods on their spots, robots where they start."""
        roadmap = self.floor.roadmap
        return State(
            pods={pod: roadmap.index[node] for pod, node in roadmap.pods.items()},
            robots={
                robot.id: Robot(robot.id, robot.type, roadmap.index[roadmap.robots[robot.id]])
                for robot in self.floor.site.robots
            },
            walls=dict.fromkeys(self.floor.stations, ()),
        )

    def step(
        self, state: State, events: Iterable[Event], now_ms: int
    ) -> tuple[State, tuple[Command, ...]]:
        """Take in ``events`` at ``now_ms`` and decide; time never runs backwards."""
        turn = Turn(state.fork(), self._floor(state), self.params, max(now_ms, state.now_ms))
        tally_time(turn)
        turn.state.now_ms = turn.now_ms
        for event in events:
            absorb(turn, event)
        turn.floor = self._floor(turn.state)
        self._decide(turn)
        turn.book_counts()
        return turn.state, tuple(turn.commands)

    def _decide(self, turn: Turn) -> None:
        watch(turn)
        note_stranded(turn)
        close_legs(turn)
        close_orders(turn)
        give_up_failed(turn)
        empty_shut(turn)
        open_stations(turn)
        rank_waiting(turn)
        abandon_silent(turn)
        drop_blocked(turn)
        release_waiting(turn)
        give_up_missing(turn)
        close_orders(turn)
        top_up(turn)
        turn_back_idle(turn)
        combine_visits(turn)
        join_counts(turn)
        show_at_stations(turn)
        finish_picking(turn)
        go_straight_on(turn)
        reroute(turn)
        release_unserved(turn)
        rank_waiting(turn)
        assign_spots(turn)
        request_pods(turn)
        improve_neighbourhood(turn)
        rank_waiting(turn)
        request_puts(turn)
        request_counts(turn)
        reslot(turn)
        assign(turn)
        send_robots(turn)
        begin_legs(turn)
        look_at_pods(turn)
        park_idle(turn)
        ask_again(turn)
        break_deadlocks(turn)
        self._drive(turn)

    def _drive(self, turn: Turn) -> None:
        drive(turn)

    def outstanding(self, state: State) -> tuple[Command, ...]:
        """All that should be known outside, for a restart; receivers ignore what they have."""
        turn = Turn(state, self._floor(state), self.params, state.now_ms)
        commands: list[Command] = [*state.shortened.values(), *state.routed.values()]
        commands += state.alarms.values()
        commands += withdrawals(turn, state.withdrawing)
        for visit in state.visits.values():
            if visit.phase is Phase.PICK:
                commands += shown_at(turn, visit)
        for robot in state.robots.values():
            order = whole_order(turn, robot)
            if order is not None:
                commands.append(order)
        return tuple(commands)

    def objection(
        self, state: State, event: RobotSent | RobotRerouted | ReservationCleared, now_ms: int
    ) -> str:
        """Why an event would change nothing if it came at ``now_ms``; empty if it would."""
        turn = Turn(state, self._floor(state), self.params, max(now_ms, state.now_ms))
        match event:
            case RobotSent():
                return send_objection(turn, event)
            case RobotRerouted(robot):
                return reroute_objection(turn, robot)
            case ReservationCleared(robot):
                return clear_objection(turn, robot)

    def _floor(self, state: State) -> Floor:
        """The floor under the rules in force."""
        return self.floor.under(state.rules.values())

    def view(self, state: State) -> FloorView:
        """What a person is shown."""
        return floor_view(state, self.floor)
