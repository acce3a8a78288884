"""Pods for large orders: the cheapest pods that together hold all that is still open.

A weighted set covering problem with pieces, solved with HiGHS through OR-Tools. The greedy answer,
the pod that covers most per cost first, is within a factor of ln(lines) of the best (V. Chvatal, A
greedy heuristic for the set-covering problem, Mathematics of Operations Research 4, 1979); it is
the upper bound that the solver has to beat, and the answer where it does not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ortools.math_opt.python import mathopt

from planner.warehouse.ids import PodId, Sku


@dataclass(frozen=True, slots=True)
class CoverParams:
    """A pod costs as much as ``visit_cost_ms`` of driving besides its way. A cover is looked for
    where at least ``lines`` lines are open; 0: never. The ``pods`` best are looked at, and
    ``nodes`` nodes of the search tree; with ``seed`` the answer is the same every time."""

    lines: int = 0
    visit_cost_ms: int = 60_000
    pods: int = 80
    nodes: int = 50
    seed: int = 1

    def __post_init__(self) -> None:
        if self.lines < 0 or self.visit_cost_ms <= 0 or self.seed < 0:
            raise ValueError(
                "need lines >= 0, visit_cost_ms > 0 and seed >= 0 "
                f"(found {self.lines}, {self.visit_cost_ms}, {self.seed})"
            )
        if self.pods < 1 or self.nodes < 1:
            raise ValueError(f"pods and nodes must be at least 1 (found {self.pods}, {self.nodes})")


@dataclass(frozen=True, slots=True)
class CoverProblem:
    """``wanted`` pieces by SKU; ``contents`` the pieces that each pod holds and nobody has been
    promised; ``travel_ms`` how long each pod would drive. What all of them lack is left out."""

    wanted: Mapping[Sku, int]
    contents: Mapping[PodId, Mapping[Sku, int]]
    travel_ms: Mapping[PodId, int]


@dataclass(frozen=True, slots=True)
class Cover:
    """The pods, and what they cost together in ms; ``greedy_ms`` is what the greedy answer costs.
    ``greedy``: the solver had nothing cheaper than it; ``out_of_time``: nor could it prove within
    its nodes that nothing is."""

    pods: tuple[PodId, ...]
    cost_ms: int
    greedy: bool
    out_of_time: bool = False
    greedy_ms: int = field(default=0, compare=False)


def cover_lines(problem: CoverProblem, params: CoverParams) -> Cover:
    """The cheapest pods found that hold all that is wanted, as far as there is any."""
    useful = _useful(problem, params)
    wanted = _obtainable(problem, useful)
    first = _greedy(problem, useful, wanted, params)
    first = _without_needless(problem, first, wanted, params)
    known = Cover(
        tuple(sorted(first)),
        _cost(problem, first, params),
        greedy=True,
        greedy_ms=_cost(problem, first, params),
    )
    if len(first) < 2:
        return known
    found = _solve(problem, useful, wanted, known, params)
    return replace(found, greedy_ms=known.cost_ms)


def _cost(problem: CoverProblem, pods: Sequence[PodId], params: CoverParams) -> int:
    return sum(params.visit_cost_ms + problem.travel_ms[pod] for pod in pods)


def _useful(problem: CoverProblem, params: CoverParams) -> list[PodId]:
    """The pods that hold most per cost, and for every SKU those without which it is not to be had
    in full."""

    def per_cost(pod: PodId) -> tuple[float, PodId]:
        held = problem.contents[pod]
        part = sum(min(held.get(sku, 0), want) / want for sku, want in wanted.items())
        return -part / _cost(problem, [pod], params), pod

    wanted = {sku: want for sku, want in problem.wanted.items() if want > 0}
    ranked = sorted((pod for pod in problem.contents if pod in problem.travel_ms), key=per_cost)
    ranked = [pod for pod in ranked if per_cost(pod)[0] < 0]
    chosen = dict.fromkeys(ranked[: params.pods])
    for sku, want in wanted.items():
        held = sum(problem.contents[pod].get(sku, 0) for pod in chosen)
        for pod in ranked[params.pods :]:
            if held >= want:
                break
            if pod not in chosen and problem.contents[pod].get(sku, 0):
                chosen[pod] = None
                held += problem.contents[pod][sku]
    return list(chosen)


def _obtainable(problem: CoverProblem, pods: Sequence[PodId]) -> dict[Sku, int]:
    found = {}
    for sku, want in problem.wanted.items():
        held = sum(problem.contents[pod].get(sku, 0) for pod in pods)
        if min(held, want) > 0:
            found[sku] = min(held, want)
    return found


def _greedy(
    problem: CoverProblem, pods: Sequence[PodId], wanted: Mapping[Sku, int], params: CoverParams
) -> list[PodId]:
    missing, chosen = dict(wanted), list[PodId]()
    while missing:
        best = min(
            (pod for pod in pods if pod not in chosen),
            key=lambda pod: (
                -sum(
                    min(problem.contents[pod].get(sku, 0), short) / wanted[sku]
                    for sku, short in missing.items()
                )
                / _cost(problem, [pod], params),
                pod,
            ),
        )
        chosen.append(best)
        for sku in list(missing):
            missing[sku] -= problem.contents[best].get(sku, 0)
            if missing[sku] <= 0:
                del missing[sku]
    return chosen


def _without_needless(
    problem: CoverProblem, chosen: list[PodId], wanted: Mapping[Sku, int], params: CoverParams
) -> list[PodId]:
    """Pods that later ones have made needless go, the dearest first."""
    for pod in sorted(chosen, key=lambda one: (-_cost(problem, [one], params), one)):
        rest = [other for other in chosen if other != pod]
        if covers(problem, rest, wanted):
            chosen = rest
    return chosen


def covers(problem: CoverProblem, pods: Sequence[PodId], wanted: Mapping[Sku, int]) -> bool:
    """Whether the pods hold all of ``wanted``."""
    return all(
        sum(problem.contents[pod].get(sku, 0) for pod in pods) >= want
        for sku, want in wanted.items()
    )


def _solve(
    problem: CoverProblem,
    pods: Sequence[PodId],
    wanted: Mapping[Sku, int],
    known: Cover,
    params: CoverParams,
) -> Cover:
    model = mathopt.Model()
    used = {pod: model.add_binary_variable() for pod in pods}
    for sku, want in wanted.items():
        held = {pod: min(want, problem.contents[pod].get(sku, 0)) for pod in pods}
        model.add_linear_constraint(
            mathopt.fast_sum(count * used[pod] for pod, count in held.items() if count) >= want
        )
    model.minimize(mathopt.fast_sum(_cost(problem, [pod], params) * used[pod] for pod in pods))
    limits = mathopt.SolveParameters(node_limit=params.nodes, random_seed=params.seed)
    result = mathopt.solve(model, mathopt.SolverType.HIGHS, params=limits)
    proved = result.termination.reason is mathopt.TerminationReason.OPTIMAL
    if not result.has_primal_feasible_solution():
        return Cover(known.pods, known.cost_ms, greedy=True, out_of_time=True)
    values = result.variable_values()
    found = tuple(sorted(pod for pod in pods if values[used[pod]] > 0.5))
    cost_ms = _cost(problem, found, params)
    if cost_ms >= known.cost_ms or not covers(problem, found, wanted):
        return Cover(known.pods, known.cost_ms, greedy=True, out_of_time=not proved)
    return Cover(found, cost_ms, greedy=False, out_of_time=not proved)
