"""The searches outwards, against a look at everything."""

from dataclasses import dataclass

import numpy as np
from fakes.crowded_floors import floors
from fakes.plain_dijkstra import NO_WAY, dijkstra
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.assign.proposals import NEVER, NOBODY, Board, Floor, best_agent, best_task
from planner.roadmap.access import Int32Array

WEIGHT = 3


@dataclass
class Market:
    """Agents and tasks on a floor, some held, some agents busy."""

    floor: Floor
    board: Board
    state: Int32Array
    margin: int
    shortest: int
    price: np.ndarray
    """What each agent would pay for each task, shape (m, s)."""

    @property
    def heading(self) -> Int32Array:
        return (self.state % 4).astype(np.int32)

    def task(self, agent: int) -> tuple[int, int]:
        slot, cost, looked_at = best_task(
            agent, int(self.state[agent]), WEIGHT, self.floor, self.board, self.margin,
            self.shortest,
        )  # fmt: skip
        assert 1 <= looked_at <= 3 * len(self.floor.cost) + 1
        return int(slot), int(cost)

    def agent(self, slot: int) -> tuple[int, int]:
        dearest = int(self.board.holding[~self.board.fixed].max(initial=0))
        agent, cost, looked_at = best_agent(
            slot, self.heading, WEIGHT, self.floor, self.board, self.margin, dearest
        )
        assert 4 <= looked_at <= 3 * len(self.floor.cost) + 4
        return int(agent), int(cost)

    def can_have(self, agent: int, slot: int) -> bool:
        """Both would be better off, by more than the margin where one has something already."""
        board, price = self.board, int(self.price[agent, slot])
        if price >= WEIGHT * NO_WAY:
            return False
        holder = board.holder[slot]
        rather = board.slot[agent] < 0 or price + self.margin < board.holding[agent]
        return bool(rather and (holder < 0 or price + self.margin < board.holding[holder]))


@st.composite
def markets(draw: st.DrawFn) -> Market:
    neighbours = draw(floors())
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = len(neighbours)
    drive = rng.integers(1, 200, (n, 4)).astype(np.int32)
    turn = int(rng.integers(1, 250))
    node = rng.permutation(n)[: int(rng.integers(1, 9))].astype(np.int32)
    m, s = len(node), int(rng.integers(1, 10))
    state = (node * 4 + rng.integers(0, 4, m)).astype(np.int32)
    pickup = rng.integers(0, n, s).astype(np.int32)
    length = rng.integers(0, 2000, s)
    to_go = np.array([dijkstra(neighbours, drive, turn, goal) for goal in pickup.tolist()])
    price = WEIGHT * to_go[:, state].T + length
    board = Board(
        pickup, np.full(s, -1, np.int32), np.full(n, -1, np.int32), length.astype(np.int64),
        np.full(s, -1, np.int32), np.full(m, -1, np.int32), np.full(m, NEVER, dtype=np.int64),
        rng.random(m) < 0.2, np.full(n, -1, np.int32),
    )  # fmt: skip
    board.on[node] = np.arange(m)
    for slot, at in enumerate(pickup.tolist()):
        board.next[slot], board.at[at] = board.at[at], slot
    # Some tasks have holders, some by a way of their own that costs more or less.
    for agent, slot in zip(rng.permutation(m), rng.permutation(s)[: m // 2], strict=False):
        board.holder[slot], board.slot[agent] = agent, slot
        board.holding[agent] = min(price[agent, slot], 500_000) + rng.integers(-300, 3000)
    margin = int(rng.choice([0, 50]))
    return Market(Floor.of(neighbours, drive, turn), board, state, margin, int(length.min()), price)


@settings(max_examples=150)
@given(markets())
def test_the_best_task_of_all(market: Market) -> None:
    for agent in range(len(market.state)):
        slots = range(len(market.board.pickup))
        open_slots = [slot for slot in slots if market.can_have(agent, slot)]
        found, cost = market.task(agent)
        if not open_slots:
            assert found == NOBODY
            continue
        assert found in open_slots
        assert cost == market.price[agent, found] == min(market.price[agent, open_slots])


@settings(max_examples=150)
@given(markets())
def test_the_best_agent_of_all(market: Market) -> None:
    board = market.board
    for slot in range(len(board.pickup)):
        board.holder[slot] = NOBODY
        prices = {
            agent: int(market.price[agent, slot])
            for agent in range(len(market.state))
            if not board.fixed[agent]
            and market.price[agent, slot] < WEIGHT * NO_WAY
            and market.price[agent, slot] + market.margin < board.holding[agent]
        }
        found, cost = market.agent(slot)
        if not prices:
            assert found == NOBODY
            continue
        assert cost == prices[found] == min(prices.values())


@settings(max_examples=30)
@given(markets())
def test_searches_leave_nothing_behind(market: Market) -> None:
    """The room for searches is the same for all: one after the other they find the same again."""
    first = [market.task(agent) for agent in range(len(market.state))]
    for slot in range(len(market.board.pickup)):
        market.agent(slot)
    assert (market.floor.head == -1).all()
    assert [market.task(agent) for agent in range(len(market.state))] == first


@settings(max_examples=30)
@given(markets())
def test_nothing_on_the_board_changes(market: Market) -> None:
    before = [field.copy() for field in market.board]
    for agent in range(len(market.state)):
        market.task(agent)
    for slot in range(len(market.board.pickup)):
        market.agent(slot)
    assert all(np.array_equal(a, b) for a, b in zip(before, market.board, strict=True))
