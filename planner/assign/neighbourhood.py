"""Order release and pod choice of neighbouring stations, decided anew together.

Stations choose one after the other (:func:`planner.assign.release.best_visit`), and what one has
chosen the next one cannot have. So a pod may be on its way to one station and an order that fits it
bound to the one beside it. A neighbourhood search (P. Shaw, Using constraint programming and local
search methods to solve vehicle routing problems, CP 1998) takes two or three neighbours, frees all
that nobody has begun, and looks with CP-SAT for the best answer to that part, the rest as it is.
The answer of now is the hint, and stays unless the one found is better by a margin.

Each station gets at most as many pods as it had: what is moved for a better fit must not leave
another station without work.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nlargest

from ortools.sat.python import cp_model

from planner.assign.release import ReleaseParams
from planner.warehouse.ids import PodId, Sku, StationId

_SCALE = 1_000
"""Worths are whole thousandths of a line."""


@dataclass(frozen=True, slots=True)
class NeighbourhoodParams:
    """At most every ``every_s`` seconds of site time ``stations`` neighbours (2 or 3; 0: off) are
    decided anew, with the ``orders`` waiting orders and ``pods`` pods of most worth that could
    come, in ``effort_s`` of CP-SAT's deterministic time (0.02 took up to 0.15 s on the clock). An
    answer is taken if it is worth ``margin`` lines more than the one of now; a pod that a robot is
    on its way to counts ``turn_back`` lines if it comes. With ``seed`` the answer is the same every
    time."""

    stations: int = 0
    every_s: int = 10
    orders: int = 100
    pods: int = 20
    effort_s: float = 0.02
    margin: float = 1.0
    turn_back: float = 1.0
    seed: int = 1

    def __post_init__(self) -> None:
        if self.stations not in (0, 2, 3):
            raise ValueError(f"stations must be 0 (off), 2 or 3 (found {self.stations})")
        for name in ("every_s", "effort_s"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be positive (found {getattr(self, name)})")
        for name in ("orders", "pods", "margin", "turn_back", "seed"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must be 0 or more (found {getattr(self, name)})")


@dataclass(frozen=True, slots=True)
class Serving:
    """The station at which a job is served, and how many pieces of each SKU each pod brings."""

    station: StationId
    pieces: Mapping[tuple[Sku, PodId], int]

    @property
    def pods(self) -> set[PodId]:
        """Those that bring something."""
        return {pod for _, pod in self.pieces}


@dataclass(frozen=True, slots=True)
class Job:
    """An order that may go to any of the ``stations``, or a line that one of them has already; it
    is worth so many lines where it is served whole. An order (``needs_place``) takes a place on the
    put wall for as long as it waits for more than one pod. ``now`` is how it is served as things
    stand."""

    pieces: tuple[tuple[Sku, int], ...]
    worth: float
    stations: tuple[StationId, ...]
    needs_place: bool = True
    now: Serving | None = None


@dataclass(frozen=True, slots=True)
class NearStation:
    """At most ``pods`` of the pods to choose may come to the station, and ``places`` orders may
    wait there for more than one."""

    station: StationId
    pods: int
    places: int


@dataclass(frozen=True, slots=True)
class NearPod:
    """A pod to choose: how long it would drive to each station that it can reach, the ``station``
    to which it has been called (None: it stands free), and whether a robot is on its way to it."""

    pod: PodId
    travel_ms: Mapping[StationId, int]
    station: StationId | None = None
    begun: bool = False


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """At most ``robots`` of the pods to choose may come in all. ``settled`` are the pods that come
    in any case, and where; ``contents`` is what pods hold that is promised to nobody, or only to
    these jobs."""

    stations: Sequence[NearStation]
    robots: int
    settled: Mapping[PodId, StationId]
    pods: Sequence[NearPod]
    contents: Mapping[PodId, Mapping[Sku, int]]
    jobs: Sequence[Job]


@dataclass(frozen=True, slots=True)
class NeighbourhoodPlan:
    """Where each pod to choose goes, if it goes at all, and how each job (by its index) is served.
    ``worth`` is in lines, driving taken off, and ``worth_now`` that of the answer of now. ``kept``:
    that answer stays; ``out_of_time``: it is not proved that none is better."""

    pods: Mapping[PodId, StationId]
    served: Mapping[int, Serving]
    worth: float
    worth_now: float
    kept: bool
    out_of_time: bool = False


def near_stations(
    stations: Sequence[StationId],
    travel_ms: Callable[[StationId, StationId], int],
    number: int,
    params: NeighbourhoodParams,
) -> tuple[StationId, ...]:
    """The neighbourhood whose turn it is: each station in turn and those nearest to it, by how long
    a pod drives from one to the other (the shorter of both ways)."""
    if len(stations) < 2 or not params.stations:
        return ()
    ordered = sorted(stations)
    centre = ordered[(number + params.seed) % len(ordered)]

    def apart(other: StationId) -> tuple[int, StationId]:
        return min(travel_ms(centre, other), travel_ms(other, centre)), other

    others = sorted((one for one in ordered if one != centre), key=apart)
    return (centre, *others[: params.stations - 1])


def improve(
    problem: Neighbourhood, release: ReleaseParams, params: NeighbourhoodParams
) -> NeighbourhoodPlan:
    """The best answer found; that of now where none is better by the margin."""
    case = _Case(problem, release, params)
    now = case.now()
    if not case.pods and not case.settled:
        return case.plan(now, now, kept=True)
    found, proved = _solve(case, now, params)
    gain = 0 if found is None else found.worth - now.worth
    if found is None or gain <= 0 or gain < _SCALE * params.margin:
        return case.plan(now, now, kept=True, out_of_time=not proved)
    return case.plan(found, now, kept=False, out_of_time=not proved)


@dataclass(slots=True)
class _Answer:
    """Worth in thousandths of a line."""

    pods: dict[PodId, StationId] = field(default_factory=dict)
    served: dict[int, Serving] = field(default_factory=dict)
    worth: int = 0


class _Case:
    """The part of a problem that is looked at: pods, jobs (by index), and who holds what where."""

    def __init__(
        self, problem: Neighbourhood, release: ReleaseParams, params: NeighbourhoodParams
    ) -> None:
        self.problem, self.settled = problem, problem.settled
        self._release, self._params = release, params
        self.jobs = self._choose_jobs(params.orders)
        self.pods = {pod.pod: pod for pod in self._choose_pods(params.pods)}
        self.holders: dict[Sku, list[tuple[PodId, int]]] = defaultdict(list)
        for pod in (*self.settled, *self.pods):
            for sku, held in problem.contents.get(pod, {}).items():
                self.holders[sku].append((pod, held))

    def _choose_jobs(self, most: int) -> dict[int, Job]:
        """All that the stations have, and the best of the waiting orders."""
        jobs = self.problem.jobs
        new = [index for index, job in enumerate(jobs) if job.needs_place and job.now is None]
        best = nlargest(most, new, key=lambda index: (jobs[index].worth, -index))
        left_out = set(new).difference(best)
        return {index: job for index, job in enumerate(jobs) if index not in left_out}

    def _choose_pods(self, most: int) -> list[NearPod]:
        """All that have been called, and of the others those that hold most of what is wanted."""
        wanted: dict[Sku, float] = defaultdict(float)
        for job in self.jobs.values():
            for sku, _ in job.pieces:
                wanted[sku] += _SCALE * job.worth / len(job.pieces) ** 2

        def brings(pod: NearPod) -> float:
            worth = sum(wanted.get(sku, 0.0) for sku in self.problem.contents.get(pod.pod, ()))
            return worth - min(self.way(pod, station) for station in pod.travel_ms)

        called = [pod for pod in self.problem.pods if pod.station is not None]
        others = [pod for pod in self.problem.pods if pod.station is None and pod.travel_ms]
        return called + nlargest(most, others, key=lambda pod: (brings(pod), pod.pod))

    def way(self, pod: NearPod, station: StationId) -> int:
        """What it costs that the pod comes, in thousandths of a line."""
        way = round(_SCALE * pod.travel_ms[station] / 1000 / self._release.line_cost_s)
        return way - (round(_SCALE * self._params.turn_back) if pod.begun else 0)

    def comes(self, pod: PodId, station: StationId) -> bool:
        """Whether the pod comes to the station, or can."""
        if pod in self.settled:
            return self.settled[pod] == station
        return station in self.pods[pod].travel_ms

    def now(self) -> _Answer:
        """As things stand."""
        pods = {name: pod.station for name, pod in self.pods.items() if pod.station is not None}
        served = {index: job.now for index, job in self.jobs.items() if job.now is not None}
        worth = sum(_worth(self.jobs[index]) for index in served)
        worth -= sum(self.way(self.pods[name], station) for name, station in pods.items())
        return _Answer(pods, served, worth)

    def plan(
        self, answer: _Answer, now: _Answer, *, kept: bool, out_of_time: bool = False
    ) -> NeighbourhoodPlan:
        """An answer as others see it."""
        worth, worth_now = answer.worth / _SCALE, now.worth / _SCALE
        return NeighbourhoodPlan(answer.pods, answer.served, worth, worth_now, kept, out_of_time)


def _worth(job: Job) -> int:
    return round(_SCALE * job.worth)


def _solve(case: _Case, now: _Answer, params: NeighbourhoodParams) -> tuple[_Answer | None, bool]:
    """The solver's answer, and whether it is proved to be the best of what was looked at."""
    model = _Model(case)
    model.hint(now)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = params.seed
    solver.parameters.max_deterministic_time = params.effort_s
    # The answer of now is known to be possible: the time is better spent on looking than on making
    # the model smaller first, which may use up all of it.
    solver.parameters.max_presolve_iterations = 1
    solver.parameters.cp_model_probing_level = 0
    solver.parameters.symmetry_level = 0
    status = solver.solve(model.model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None, False
    return model.read(solver), status == cp_model.OPTIMAL


_Here = tuple[int, StationId]
"""A job at a station."""


class _Model:
    """``go[pod, station]``: the pod comes there; ``serve[job]``: the job is served at a station, of
    which ``take[job][sku, pod]`` are the pieces from each pod and ``use[job][pod]`` says whether
    there are any; ``split[job]``: it may be more than one pod."""

    def __init__(self, case: _Case) -> None:
        self.case, self.model = case, cp_model.CpModel()
        self.go = {
            (name, station): self.model.new_bool_var("")
            for name, pod in case.pods.items()
            for station in pod.travel_ms
        }
        self.serve: dict[_Here, cp_model.IntVar] = {}
        self.split: dict[_Here, cp_model.IntVar] = {}
        self.take: dict[_Here, dict[tuple[Sku, PodId], cp_model.IntVar]] = {}
        self.use: dict[_Here, dict[PodId, cp_model.IntVar]] = {}
        for index, job in case.jobs.items():
            self._serve(index, job)
        self._limit_stations()
        self._limit_stock()
        worth = sum(_worth(case.jobs[index]) * var for (index, _), var in self.serve.items())
        ways = sum(case.way(case.pods[pod], to) * var for (pod, to), var in self.go.items())
        self.model.maximize(worth - ways)

    def _serve(self, index: int, job: Job) -> None:
        for station in job.stations:
            sources = [self._sources(sku, station) for sku, _ in job.pieces]
            if all(
                sum(held for _, held in found) >= pieces
                for found, (_, pieces) in zip(sources, job.pieces, strict=True)
            ):
                self._serve_at((index, station), job, sources)
        self.model.add_at_most_one(
            self.serve[index, station] for station in job.stations if (index, station) in self.serve
        )

    def _sources(self, sku: Sku, station: StationId) -> list[tuple[PodId, int]]:
        holders = self.case.holders.get(sku, ())
        return [(pod, held) for pod, held in holders if self.case.comes(pod, station)]

    def _serve_at(self, here: _Here, job: Job, sources: list[list[tuple[PodId, int]]]) -> None:
        serve = self.serve[here] = self.model.new_bool_var("")
        self.take[here], self.use[here] = {}, {}
        for (sku, pieces), found in zip(job.pieces, sources, strict=True):
            only = len(job.pieces) == 1
            line = [self._take(here, sku, pod, min(held, pieces), only) for pod, held in found]
            self.model.add(sum(line) == pieces * serve)
        used = list(self.use[here].values())
        if job.needs_place and len(used) > 1:
            split = self.split[here] = self.model.new_bool_var("")
            self.model.add(sum(used) <= 1 + (len(used) - 1) * split)

    def _take(self, here: _Here, sku: Sku, pod: PodId, most: int, only: bool) -> cp_model.IntVar:
        """Pieces of a SKU from a pod, as far as it is used; ``only``: for nothing else."""
        use = self.use[here].get(pod)
        if use is None:
            use = self.use[here][pod] = self.model.new_bool_var("")
            if pod not in self.case.settled:
                self.model.add_implication(use, self.go[pod, here[1]])
        if only and most == 1:
            self.take[here][sku, pod] = use
            return use
        var = self.take[here][sku, pod] = self.model.new_int_var(0, most, "")
        self.model.add(var <= most * use)
        return var

    def _limit_stations(self) -> None:
        for station in self.case.problem.stations:
            name = station.station
            self.model.add(sum(v for (_, to), v in self.go.items() if to == name) <= station.pods)
            split = sum(var for (_, to), var in self.split.items() if to == name)
            self.model.add(split <= station.places)
        self.model.add(sum(self.go.values()) <= self.case.problem.robots)
        for pod, near in self.case.pods.items():
            self.model.add_at_most_one(self.go[pod, station] for station in near.travel_ms)

    def _limit_stock(self) -> None:
        taken: dict[tuple[Sku, PodId], list[cp_model.IntVar]] = defaultdict(list)
        for lines in self.take.values():
            for source, var in lines.items():
                taken[source].append(var)
        for (sku, pod), used in taken.items():
            self.model.add(sum(used) <= self.case.problem.contents[pod][sku])

    def hint(self, answer: _Answer) -> None:
        """Every variable as in an answer that is known."""
        for (pod, station), var in self.go.items():
            self.model.add_hint(var, answer.pods.get(pod) == station)
        for here, var in self.serve.items():
            index, station = here
            known = answer.served.get(index)
            serving = known if known is not None and known.station == station else None
            pieces = serving.pieces if serving is not None else {}
            pods = serving.pods if serving is not None else set()
            self.model.add_hint(var, serving is not None)
            for source, take in self.take[here].items():
                if take is not self.use[here][source[1]]:
                    self.model.add_hint(take, pieces.get(source, 0))
            for pod, use in self.use[here].items():
                self.model.add_hint(use, pod in pods)
            if here in self.split:
                self.model.add_hint(self.split[here], len(pods) > 1)

    def read(self, solver: cp_model.CpSolver) -> _Answer:
        """What the solver found."""
        answer = _Answer(worth=round(solver.objective_value))
        answer.pods = {pod: to for (pod, to), var in self.go.items() if solver.value(var)}
        for here, var in self.serve.items():
            if solver.value(var):
                pieces = {source: solver.value(take) for source, take in self.take[here].items()}
                pieces = {source: count for source, count in pieces.items() if count}
                answer.served[here[0]] = Serving(here[1], pieces)
        return answer
