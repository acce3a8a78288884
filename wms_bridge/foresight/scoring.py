"""How good forecasts were: proper scores, the reliability table, and two simple forecasters to be
better than.

Brier score: mean square of told risk less outcome (0 best; a coin that knows nothing 0.25). Pinball
loss: what a quantile costs that is passed or not reached, in seconds (Koenker and Bassett 1978).
Murphy's split of the Brier score is left out: the reliability table says it in plain numbers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wms_bridge.records.foresight import Prediction

BINS = 10
QUANTILES = (0.1, 0.5, 0.9)


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Of forecasts told a risk from ``from_risk`` up to ``to_risk``: how many, the mean told, and
    the share that was late (``None`` of none)."""

    from_risk: float
    to_risk: float
    count: int
    told: float | None
    late: float | None


@dataclass(frozen=True, slots=True)
class Scores:
    """Of forecasts of one window that were held against what came; of one order there may be many.

    ``brier_climatology`` is that of the share of late ones, told of all: only hindsight knows it.
    ``brier_base_rate`` (the share of late ones among orders finished before) and ``brier_age_rule``
    (late if it takes as long as the median order) are those of simple forecasters at the same
    moments. ``skill`` is 1 - brier / brier_climatology. ``pinball_s`` is the mean loss over the
    three quantiles, ``pinball_age_s`` that of the median age told as all three. ``covered`` is the
    share finished between p10 and p90 (0.8 is meant). ``None`` where nothing tells.
    """

    predictions: int
    orders: int
    judged: int
    late: float | None
    brier: float | None
    brier_climatology: float | None
    brier_base_rate: float | None
    brier_age_rule: float | None
    skill: float | None
    calibration_error: float | None
    pinball_s: float | None
    pinball_age_s: float | None
    covered: float | None
    bins: tuple[ReliabilityBin, ...]


def scores_of(predictions: Sequence[Prediction]) -> Scores:
    """The scores of predictions that are finished; others are left out."""
    done = [one for one in predictions if one.finished_ms is not None]
    judged = [one for one in done if one.late is not None and one.risk is not None]
    brier = _brier((one.risk, one.late) for one in judged)
    late = _mean([float(one.late or False) for one in judged])
    climatology = None if late is None else late * (1 - late)
    bins = reliability(judged)
    within = sum(one.p10_ms <= _finished(one) <= one.p90_ms for one in done)
    return Scores(
        predictions=len(done),
        orders=len({one.order for one in done}),
        judged=len(judged),
        late=late,
        brier=brier,
        brier_climatology=climatology,
        brier_base_rate=_brier((one.base_rate, one.late) for one in judged),
        brier_age_rule=_brier((one.age_rule, one.late) for one in judged),
        skill=1 - brier / climatology if brier is not None and climatology else None,
        calibration_error=calibration_error(bins),
        pinball_s=_mean([loss for one in done for loss in _losses(one)]),
        pinball_age_s=_mean([loss for one in done for loss in _age_losses(one)]),
        covered=within / len(done) if done else None,
        bins=bins,
    )


def reliability(judged: Iterable[Prediction]) -> tuple[ReliabilityBin, ...]:
    """Ten bins of equal width over the told risk."""
    told: list[list[float]] = [[] for _ in range(BINS)]
    late: list[int] = [0] * BINS
    for one in judged:
        if one.risk is None:
            continue
        place = min(BINS - 1, int(one.risk * BINS))
        told[place].append(one.risk)
        late[place] += bool(one.late)
    return tuple(
        ReliabilityBin(
            place / BINS,
            (place + 1) / BINS,
            len(risks),
            _mean(risks),
            late[place] / len(risks) if risks else None,
        )
        for place, risks in enumerate(told)
    )


def calibration_error(bins: Sequence[ReliabilityBin]) -> float | None:
    """Mean distance of told and seen over the bins, each by its count (expected calibration
    error)."""
    total = sum(one.count for one in bins)
    if not total:
        return None
    gaps = (one.count * abs((one.told or 0.0) - (one.late or 0.0)) for one in bins if one.count)
    return sum(gaps) / total


def pinball_ms(share: float, told_ms: float, actual_ms: float) -> float:
    """What it costs to have told ``told_ms`` as the quantile ``share`` of what was
    ``actual_ms``."""
    gap_ms = actual_ms - told_ms
    return share * gap_ms if gap_ms >= 0 else (share - 1) * gap_ms


def _losses(one: Prediction) -> list[float]:
    told = zip(QUANTILES, (one.p10_ms, one.p50_ms, one.p90_ms), strict=True)
    return [pinball_ms(share, value, _finished(one)) / 1000 for share, value in told]


def _age_losses(one: Prediction) -> list[float]:
    return [pinball_ms(share, one.age_p50_ms, _finished(one)) / 1000 for share in QUANTILES]


def _finished(one: Prediction) -> int:
    assert one.finished_ms is not None
    return one.finished_ms


def _brier(pairs: Iterable[tuple[float | None, bool | None]]) -> float | None:
    squares = [(told - late) ** 2 for told, late in pairs if told is not None and late is not None]
    return _mean(squares)


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
