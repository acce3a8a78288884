"""Several pods for one station at once: which pods come together, and which orders they serve.

:func:`planner.assign.release.best_visit` looks at one pod at a time. Two pods may complete orders
that neither completes alone, and share out what both hold. A small CP-SAT model chooses up to
``pods_max`` pods over the best orders and pods; the answer of one pod after the other is its hint,
and the answer where it finds nothing better.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ortools.sat.python import cp_model

from planner.assign.matches import Matches
from planner.assign.release import (
    PodOffer,
    ReleaseParams,
    StationNeed,
    VisitChoice,
    Wish,
    best_visit,
)
from planner.warehouse.ids import OrderId, PodId, Sku

_SCALE = 1_000
"""Worths are whole thousandths of a line."""


@dataclass(frozen=True, slots=True)
class PairingParams:
    """Up to ``pods_max`` pods are chosen together (1: pairing is off), over the ``orders`` and
    ``pods`` of most worth, in ``effort_s`` of CP-SAT's deterministic time (about seconds)."""

    pods_max: int = 1
    orders: int = 200
    pods: int = 40
    effort_s: float = 0.1
    seed: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.pods_max <= 4:
            raise ValueError(f"pods_max must be from 1 to 4 (found {self.pods_max})")
        if self.orders < 1 or self.pods < 1:
            raise ValueError(
                f"orders and pods must be at least 1 (found {self.orders}, {self.pods})"
            )
        if self.effort_s <= 0 or self.seed < 0:
            raise ValueError(
                f"need effort_s > 0 and seed >= 0 (found {self.effort_s}, {self.seed})"
            )


@dataclass(frozen=True, slots=True)
class PairingProblem:
    """What the station needs, the waiting orders, the pods that can come, what all pods hold, how
    many pods may come, and how many ``places`` there are for orders that wait for two of them."""

    need: StationNeed
    wishes: Sequence[Wish]
    offers: Sequence[PodOffer]
    contents: Mapping[PodId, Mapping[Sku, int]]
    pods_max: int
    places: int


@dataclass(frozen=True, slots=True)
class PairingPlan:
    """The visits in the order in which to ask for them, each with the orders that it completes, and
    what all are ``worth`` in lines, driving taken off. ``greedy``: one pod after the other, as the
    solver found nothing better; ``out_of_time``: nor could it prove that there is nothing."""

    visits: tuple[VisitChoice, ...]
    worth: float
    greedy: bool
    out_of_time: bool = False


Source = PodId | None
"""Where pieces come from; ``None``: pods under way."""


@dataclass(frozen=True, slots=True)
class _Job:
    """An order, or an open line of the station (``order`` None)."""

    order: OrderId | None
    pieces: tuple[tuple[Sku, int], ...]
    worth: int


@dataclass(slots=True)
class _Answer:
    """For every pod chosen; for every job served the source of each of its SKUs."""

    pods: list[PodId] = field(default_factory=list)
    served: dict[int, tuple[Source, ...]] = field(default_factory=dict)
    worth: int = 0


def pair_pods(
    problem: PairingProblem, release: ReleaseParams, params: PairingParams
) -> PairingPlan:
    """The best pods found to come together; no visits if none is worth its way."""
    case = _Case(problem, release, params)
    first = case.greedy()
    if problem.pods_max < 2 or len(case.ways) < 2:
        return case.plan(first, greedy=True)
    found, proved = _solve(case, first, params)
    if found is None or found.worth <= first.worth:
        return case.plan(first, greedy=True, out_of_time=not proved)
    return case.plan(found, greedy=False, out_of_time=not proved)


class _Case:
    """The part of a problem that is looked at: ``ways`` what each pod costs, and the jobs."""

    def __init__(self, problem: PairingProblem, release: ReleaseParams, params: PairingParams):
        self.problem, self.release = problem, release
        self.under = problem.need.under_way
        self.jobs = [
            _Job(None, ((sku, pieces),), round(_SCALE * release.open_worth * weight))
            for sku, pieces, weight in problem.need.open
            if self.under.get(sku, 0) < pieces  # else no pod has to come for it
        ]
        self.ways = self._pods(params.pods)
        self._add_orders(params.orders)

    def _pods(self, most: int) -> dict[PodId, int]:
        """The pods that would bring most if nothing else had to come."""
        wanted: dict[Sku, float] = defaultdict(float)
        for job in self.jobs:
            wanted[job.pieces[0][0]] += job.worth
        for wish in self.problem.wishes:
            missing = [sku for sku, pieces in wish.pieces if self.under.get(sku, 0) < pieces]
            for sku in missing:
                wanted[sku] += _SCALE * wish.weight * len(wish.pieces) / len(missing) ** 2
        ranked = []
        for offer in self.problem.offers:
            way = round(_SCALE * offer.travel_ms / 1000 / self.release.line_cost_s)
            brings = sum(wanted.get(sku, 0.0) for sku in self.problem.contents.get(offer.pod, ()))
            if brings > 0:
                ranked.append((way - brings, offer.pod, way))
        return {pod: way for _, pod, way in sorted(ranked)[:most]}

    def _add_orders(self, most: int) -> None:
        able = []
        for wish in self.problem.wishes:
            missing = sum(self.under.get(sku, 0) < pieces for sku, pieces in wish.pieces)
            within = 0 < missing <= self.release.large_lines
            if within and all(self.sources(sku, pieces) for sku, pieces in wish.pieces):
                worth = round(_SCALE * wish.weight * len(wish.pieces))
                able.append((-worth, wish.order, wish.pieces))
        self.jobs += [_Job(order, pieces, -worth) for worth, order, pieces in sorted(able)[:most]]

    def sources(self, sku: Sku, pieces: int) -> dict[Source, tuple[int, int]]:
        """Where a line can come from whole, and then how many pieces from pods under way and how
        many from the pod."""
        under = self.under.get(sku, 0)
        if under >= pieces:
            found: dict[Source, tuple[int, int]] = {None: (pieces, 0)}
            under = 0
        else:
            found = {}
        for pod in self.ways:
            held = self.problem.contents.get(pod, {}).get(sku, 0)
            if held >= pieces:
                found[pod] = (0, pieces)
            elif under > 0 and held >= pieces - under:
                found[pod] = (under, pieces - under)
        return found

    def greedy(self) -> _Answer:
        """One pod after the other, each the best with what those before have left."""
        answer, stock = _Answer(), _Stock(self)
        places = self.problem.places
        while len(answer.pods) < self.problem.pods_max:
            choice = self._next(answer, stock)
            if choice is None or choice.worth <= 0:
                break
            pods = [*answer.pods, choice.pod]
            served: dict[int, tuple[Source, ...]] = {}
            left = places
            for index in self._in_turn(answer, choice):
                sources = stock.take(self.jobs[index], pods, left)
                if sources is not None:
                    served[index] = sources
                    left -= _split(sources)
            gain = sum(self.jobs[index].worth for index in served) - self.ways[choice.pod]
            if gain <= 0:
                break
            answer.pods, places = pods, left
            answer.served.update(served)
            answer.worth += gain
        return answer

    def _in_turn(self, answer: _Answer, choice: VisitChoice) -> list[int]:
        """Open lines, then the orders that the pod was chosen for."""
        chosen = set(choice.orders)
        return [
            index
            for index, job in enumerate(self.jobs)
            if index not in answer.served and (job.order is None or job.order in chosen)
        ]

    def _next(self, answer: _Answer, stock: "_Stock") -> VisitChoice | None:
        matches = Matches()
        for pod in self.ways:
            if pod not in answer.pods:
                for sku, held in self.problem.contents.get(pod, {}).items():
                    matches.stock(pod, sku, held)
        left = [job for index, job in enumerate(self.jobs) if index not in answer.served]
        wishes = [
            Wish(job.order, job.pieces, job.worth / _SCALE / len(job.pieces))
            for job in left
            if job.order is not None
        ]
        worth = _SCALE * max(self.release.open_worth, 1e-9)
        lines = [(*job.pieces[0], job.worth / worth) for job in left if job.order is None]
        need = StationNeed(stock.under_way(answer.pods), lines)
        ways_ms = {offer.pod: offer.travel_ms for offer in self.problem.offers}
        return best_visit(need, wishes, matches, ways_ms.get, self.release)

    def plan(self, answer: _Answer, *, greedy: bool, out_of_time: bool = False) -> PairingPlan:
        """Each order with the last of its pods; ``worth`` of a visit is what that completes."""
        place = {pod: number for number, pod in enumerate(answer.pods)}
        orders: dict[PodId, list[OrderId]] = {pod: [] for pod in answer.pods}
        worth = {pod: -self.ways[pod] for pod in answer.pods}
        for index, sources in sorted(answer.served.items()):
            pods = [pod for pod in sources if pod is not None]
            last = max(pods, key=lambda pod: place[pod])
            job = self.jobs[index]
            worth[last] += job.worth
            if job.order is not None:
                orders[last].append(job.order)
        visits = tuple(
            VisitChoice(pod, tuple(orders[pod]), worth[pod] / _SCALE) for pod in answer.pods
        )
        return PairingPlan(visits, answer.worth / _SCALE, greedy, out_of_time)


class _Stock:
    """What is left while jobs are served one by one."""

    def __init__(self, case: _Case):
        self._case = case
        self._taken: dict[tuple[Source, Sku], int] = defaultdict(int)

    def _left(self, source: Source, sku: Sku) -> int:
        held = self._case.under if source is None else self._case.problem.contents[source]
        return held.get(sku, 0) - self._taken[source, sku]

    def under_way(self, pods: Sequence[PodId]) -> dict[Sku, int]:
        """What pods under way, and those chosen by now, have left."""
        found: dict[Sku, int] = defaultdict(int)
        for source in (None, *pods):
            held = self._case.under if source is None else self._case.problem.contents[source]
            for sku in held:
                found[sku] += self._left(source, sku)
        return dict(found)

    def take(self, job: _Job, pods: Sequence[PodId], places: int) -> tuple[Source, ...] | None:
        """Take what a job wants, from one pod if that is possible; None, and nothing is taken, if
        it is not to be had whole."""
        sets = [[pod] for pod in pods] + ([list(pods)] if places > 0 and len(pods) > 1 else [])
        for allowed in sets:
            sources = [self._source(sku, pieces, allowed) for sku, pieces in job.pieces]
            if all(found is not _NOWHERE for found in sources):
                for (sku, pieces), source in zip(job.pieces, sources, strict=True):
                    under, of_pod = self._case.sources(sku, pieces)[source]  # type: ignore[index]
                    self._taken[None, sku] += under
                    self._taken[source, sku] += of_pod  # type: ignore[index]
                return tuple(sources)  # type: ignore[arg-type]
        return None

    def _source(self, sku: Sku, pieces: int, allowed: Sequence[PodId]) -> object:
        ways = self._case.sources(sku, pieces)
        for source in (None, *allowed):
            under, of_pod = ways.get(source, (-1, -1))
            if under < 0 or self._left(None, sku) < under:
                continue
            if source is None or self._left(source, sku) >= of_pod:
                return source
        return _NOWHERE


_NOWHERE = object()


def _split(sources: Sequence[Source]) -> bool:
    """Whether a job waits for two pods."""
    return len({pod for pod in sources if pod is not None}) > 1


def _solve(case: _Case, first: _Answer, params: PairingParams) -> tuple[_Answer | None, bool]:
    """The solver's answer, and whether it is proved to be the best of what was looked at."""
    model = _Model(case)
    model.hint(first)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = params.seed
    solver.parameters.max_deterministic_time = params.effort_s
    status = solver.solve(model.model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None, False
    return model.read(solver), status == cp_model.OPTIMAL


class _Model:
    """``pod[p]`` comes; ``line[job][n][source]`` serves the n-th SKU of a job; ``job[j]`` is
    served, from pods ``of[j][p]``, and ``split[j]`` if these may be more than one."""

    def __init__(self, case: _Case) -> None:
        self.case, self.model = case, cp_model.CpModel()
        self.pod = {pod: self.model.new_bool_var("") for pod in case.ways}
        self.job = [self.model.new_bool_var("") for _ in case.jobs]
        self.split = [self.model.new_bool_var("") for _ in case.jobs]
        self.line: list[list[dict[Source, cp_model.IntVar]]] = []
        self.of: list[dict[PodId, cp_model.IntVar]] = []
        self._used: dict[tuple[Source, Sku], list[tuple[int, cp_model.IntVar]]] = defaultdict(list)
        for number, job in enumerate(case.jobs):
            self._serve(number, job)
        self._limit()
        worth = sum(job.worth * var for job, var in zip(case.jobs, self.job, strict=True))
        self.model.maximize(worth - sum(way * self.pod[pod] for pod, way in case.ways.items()))

    def _serve(self, number: int, job: _Job) -> None:
        of: dict[PodId, cp_model.IntVar] = {}
        lines = []
        for sku, pieces in job.pieces:
            line: dict[Source, cp_model.IntVar] = {}
            for source, (under, of_pod) in self.case.sources(sku, pieces).items():
                var = line[source] = self.model.new_bool_var("")
                if under:
                    self._used[None, sku].append((under, var))
                if source is not None:
                    self._used[source, sku].append((of_pod, var))
                    if source not in of:
                        of[source] = self.model.new_bool_var("")
                        self.model.add_implication(of[source], self.pod[source])
                    self.model.add_implication(var, of[source])
            self.model.add(sum(line.values()) == self.job[number])
            lines.append(line)
        more = max(0, self.case.problem.pods_max - 1)
        self.model.add(sum(of.values()) <= 1 + more * self.split[number])
        self.line.append(lines)
        self.of.append(of)

    def _limit(self) -> None:
        problem = self.case.problem
        for (source, sku), used in self._used.items():
            held = self.case.under if source is None else problem.contents[source]
            if sum(pieces for pieces, _ in used) > held.get(sku, 0):
                self.model.add(sum(pieces * var for pieces, var in used) <= held.get(sku, 0))
        self.model.add(sum(self.pod.values()) <= problem.pods_max)
        self.model.add(sum(self.split) <= max(0, problem.places))

    def hint(self, answer: _Answer) -> None:
        """Every variable as in an answer that is known."""
        for pod, var in self.pod.items():
            self.model.add_hint(var, pod in answer.pods)
        for number, var in enumerate(self.job):
            sources = answer.served.get(number)
            self.model.add_hint(var, sources is not None)
            self.model.add_hint(self.split[number], sources is not None and _split(sources))
            for place, line in enumerate(self.line[number]):
                for source, one in line.items():
                    taken = sources is not None and sources[place] == source
                    self.model.add_hint(one, taken)
            for pod, one in self.of[number].items():
                self.model.add_hint(one, pod in (sources or ()))

    def read(self, solver: cp_model.CpSolver) -> _Answer:
        """What the solver found; the pods that bring most first."""
        answer = _Answer(worth=round(solver.objective_value))
        brings = {pod: -way for pod, way in self.case.ways.items() if solver.value(self.pod[pod])}
        for number, var in enumerate(self.job):
            if not solver.value(var):
                continue
            sources = tuple(
                next(source for source, one in line.items() if solver.value(one))
                for line in self.line[number]
            )
            answer.served[number] = sources
            for pod in dict.fromkeys(pod for pod in sources if pod is not None):
                brings[pod] += self.case.jobs[number].worth
        answer.pods = sorted(brings, key=lambda pod: (-brings[pod], pod))
        return answer
