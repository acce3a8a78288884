"""Priority inheritance with backtracking over operations.

E. Yukhnevich, A. Andreychuk: Enhancing PIBT via Multi-Action Operations, 2025, arXiv 2511.09193;
after K. Okumura et al., AIJ 310 (2022).
"""

import numba as nb
import numpy as np

NOBODY = -1
MANY = -2


@nb.njit(cache=True, inline="always")
def place(agent, cells, occupied, depth):  # type: ignore[no-untyped-def]
    """Reserve an operation: ``occupied[cell * (depth + 1) + step]`` names who is there."""
    for step in range(depth):
        occupied[cells[step] * (depth + 1) + step + 1] = agent


@nb.njit(cache=True)
def blocker(start, cells, occupied, depth):  # type: ignore[no-untyped-def]
    """Who is in the way of an operation: nobody, one agent or ``MANY``."""
    found = NOBODY
    before = start
    for step in range(1, depth + 1):
        here = cells[step - 1]
        other = occupied[here * (depth + 1) + step]
        if other != NOBODY and other != found:
            if found != NOBODY:
                return MANY
            found = other
        if here != before:
            other = occupied[before * (depth + 1) + step]
            if other != NOBODY and other != found:
                if occupied[here * (depth + 1) + step - 1] == other:
                    if found != NOBODY:
                        return MANY
                    found = other
        before = here
    return found


@nb.njit(cache=True)
def reseat(  # type: ignore[no-untyped-def]
    root, limit, slack, budget, skip, seed,
    cell, op_cells, op_value, op_id, op_count, weight, rank_of,
    occupied, chosen, worth, busy, s_agent, s_at, s_total,
):  # fmt: skip
    """Let ``root`` choose anew, and whoever is in its way. Returns (done, total)."""
    depth = op_cells.shape[2]
    place(NOBODY, op_cells[root, chosen[root]], occupied, depth)
    level = 0
    s_agent[0] = root
    s_at[0] = 0
    s_total[0] = 0.0
    busy[root] = True
    while level >= 0:
        agent = s_agent[level]
        at = s_at[level]
        pushed = False
        while at < op_count[agent]:
            total = s_total[level] + weight[agent] * (op_value[agent, at] - worth[agent])
            if total > limit + slack:
                break
            kind = op_id[agent, at]
            if skip > 0 and draw(seed) % 128 < skip:
                at += 1
                continue
            cells = op_cells[agent, kind]
            other = blocker(cell[agent], cells, occupied, depth)
            if other == NOBODY:
                if total <= limit:
                    place(agent, cells, occupied, depth)
                    s_at[level] = at
                    for frame in range(level + 1):
                        who = s_agent[frame]
                        chosen[who] = op_id[who, s_at[frame]]
                        worth[who] = op_value[who, s_at[frame]]
                        busy[who] = False
                    return True, total
            elif other != MANY and not busy[other] and budget > 0 and rank_of[other] > rank_of[root]:
                if total + weight[other] * (op_value[other, 0] - worth[other]) <= limit:
                    budget -= 1
                    place(NOBODY, op_cells[other, chosen[other]], occupied, depth)
                    place(agent, cells, occupied, depth)
                    s_at[level] = at
                    level += 1
                    s_agent[level] = other
                    s_at[level] = 0
                    s_total[level] = total
                    busy[other] = True
                    pushed = True
                    break
            at += 1
        if pushed:
            continue
        busy[agent] = False
        level -= 1
        if level >= 0:
            before = s_agent[level]
            place(NOBODY, op_cells[before, op_id[before, s_at[level]]], occupied, depth)
            place(agent, op_cells[agent, chosen[agent]], occupied, depth)
            s_at[level] += 1
    place(root, op_cells[root, chosen[root]], occupied, depth)
    return False, 0.0


@nb.njit(cache=True, inline="always")
def draw(seed):  # type: ignore[no-untyped-def]
    """Next of a stream of random 31-bit numbers (xorshift64*)."""
    x = seed[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    seed[0] = x
    return np.int64((x * np.uint64(2685821657736338717)) >> np.uint64(33))


@nb.njit(cache=True)
def epibt(  # type: ignore[no-untyped-def]
    order, cell, op_cells, op_value, op_id, op_count, occupied, chosen, budget_each, passes
):
    agents = order.shape[0]
    depth = op_cells.shape[2]
    rank_of = np.empty(agents, dtype=np.int32)
    for at in range(agents):
        rank_of[order[at]] = at
    busy = np.zeros(agents, dtype=np.bool_)
    weight = np.zeros(agents, dtype=np.float64)
    worth = np.zeros(agents, dtype=np.float64)
    s_agent = np.empty(agents + 1, dtype=np.int32)
    s_at = np.empty(agents + 1, dtype=np.int32)
    s_total = np.empty(agents + 1, dtype=np.float64)
    seed = np.ones(1, dtype=np.uint64)
    for agent in range(agents):
        place(agent, op_cells[agent, chosen[agent]], occupied, depth)
    for _ in range(passes):
        for agent in order:
            reseat(
                agent, 0.0, 1.0, budget_each, 0, seed,
                cell, op_cells, op_value, op_id, op_count, weight, rank_of,
                occupied, chosen, worth, busy, s_agent, s_at, s_total,
            )  # fmt: skip


@nb.njit(cache=True)
def lns(  # type: ignore[no-untyped-def]
    rounds, cell, op_cells, op_value, op_id, op_count, weight, occupied, chosen, skip, temp, each, slack, seed
):
    agents = cell.shape[0]
    rank_of = np.ones(agents, dtype=np.int32)
    worth = np.empty(agents, dtype=np.float64)
    s_agent = np.empty(agents + 1, dtype=np.int32)
    s_at = np.empty(agents + 1, dtype=np.int32)
    s_total = np.empty(agents + 1, dtype=np.float64)
    total = 0.0
    for agent in range(agents):
        for at in range(op_count[agent]):
            if op_id[agent, at] == chosen[agent]:
                worth[agent] = op_value[agent, at]
                total += weight[agent] * (worth[agent] - op_value[agent, 0])
    first = total
    busy = np.zeros(agents, dtype=np.bool_)
    for turn in range(rounds):
        agent = draw(seed) % agents
        if worth[agent] <= op_value[agent, 0]:
            continue
        limit = 0.0
        if temp > 0:
            limit = -temp * np.log((draw(seed) + 1.0) / 2147483649.0)
        rank_of[agent] = 0
        done, gain = reseat(
            agent, limit, slack, each, skip, seed,
            cell, op_cells, op_value, op_id, op_count, weight, rank_of,
            occupied, chosen, worth, busy, s_agent, s_at, s_total,
        )  # fmt: skip
        rank_of[agent] = 1
        total += gain
    return first, total
