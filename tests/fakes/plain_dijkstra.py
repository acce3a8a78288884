"""Costs to go with nothing but a heap, to judge quicker searches by."""

import heapq

from planner.roadmap.access import Int32Array

NO_WAY = 10**9


def dijkstra(neighbours: Int32Array, drive: Int32Array, turn: int, goal: int) -> list[int]:
    """Cost from every ``[node * 4 + heading]`` to the goal."""
    before: dict[int, list[tuple[int, int]]] = {state: [] for state in range(4 * len(neighbours))}
    for node, row in enumerate(neighbours.tolist()):
        for heading, there in enumerate(row):
            state = node * 4 + heading
            if there >= 0:
                before[there * 4 + heading].append((state, int(drive[node, heading])))
            for after in ((heading + 1) % 4, (heading - 1) % 4):
                before[node * 4 + after].append((state, turn))
    cost = [NO_WAY] * len(before)
    queue = [(0, goal * 4 + heading) for heading in range(4)]
    while queue:
        so_far, state = heapq.heappop(queue)
        if cost[state] == NO_WAY:
            cost[state] = so_far
            for earlier, more in before[state]:
                heapq.heappush(queue, (so_far + more, earlier))
    return cost
