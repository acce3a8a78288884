"""From a situation to a forecast of every open order: pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from planner.warehouse.ids import OrderId, PodId, Sku
from wms_bridge.foresight.causes import causes_of, holding_of
from wms_bridge.foresight.flow import Base, bases, served
from wms_bridge.foresight.learning import Learner
from wms_bridge.foresight.situation import OpenOrder, Situation, missing_stock, stage_of
from wms_bridge.records.foresight import Cause, CauseKind, Forecast, Prediction, Stage

AT_RISK = 0.3
"""From this probability to be late on the causes of an order are told."""
Pods = Mapping[Sku, frozenset[PodId]]


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A forecast, with the estimate under it and its risk before calibration."""

    forecast: Forecast
    order: OpenOrder
    base: Base
    raw: float | None


def foresee(situation: Situation, learner: Learner) -> list[Foreseen]:
    """Forecasts of all open orders as they are served, without causes."""
    ordered = served(situation.orders)
    estimates = bases(situation, ordered)
    coming = frozenset(sku for skus in situation.pod_skus.values() for sku in skus)
    return [
        _foreseen(one, estimates[one.order], stage_of(one, coming), situation.now_ms, learner)
        for one in ordered
    ]


def _foreseen(
    order: OpenOrder, base: Base, stage: Stage, now_ms: int, learner: Learner
) -> Foreseen:
    left = base.base_ms
    p10, p50, p90 = (now_ms + learner.quantile_ms(stage, left, q) for q in (0.1, 0.5, 0.9))
    raw = None if order.due_ms is None else learner.risk(stage, left, order.due_ms - now_ms)
    risk = None if raw is None else round(learner.calibrated(raw), 4)
    forecast = Forecast(
        order=order.order,
        number=order.number,
        etag=order.etag,
        stage=stage,
        station=order.station,
        priority=order.priority,
        received_ms=order.received_ms,
        due_ms=order.due_ms,
        lines=order.line_count,
        lines_closed=order.lines_closed,
        pieces=order.pieces,
        picked=order.picked,
        short=order.short,
        lines_ahead=base.lines_ahead,
        p10_ms=p10,
        p50_ms=p50,
        p90_ms=p90,
        risk=risk,
    )
    return Foreseen(forecast, order, base, raw)


def wanting_causes(foreseen: Sequence[Foreseen], most: int) -> list[Foreseen]:
    """The orders at risk whose causes are told, the riskiest first."""
    at_risk = [one for one in foreseen if is_at_risk(one.forecast)]
    at_risk.sort(key=lambda one: (-(one.forecast.risk or 0.0), one.forecast.number))
    return at_risk[:most]


def is_at_risk(forecast: Forecast) -> bool:
    """Whether an order may well be late, or comes out short."""
    return (forecast.risk is not None and forecast.risk >= AT_RISK) or forecast.short > 0


def with_causes(
    situation: Situation, foreseen: Sequence[Foreseen], chosen: Sequence[Foreseen], pods: Pods
) -> list[Foreseen]:
    """The same forecasts, those chosen with their causes; ``pods`` tells where the articles of
    these are."""
    missing = missing_stock([one.order for one in foreseen], situation.stock)
    holding = holding_of(situation, missing, pods)
    told: dict[OrderId, tuple[Cause, ...]] = {
        one.order.order: _causes(one, causes_of(one.order, one.base, holding)) for one in chosen
    }
    return [
        replace(one, forecast=replace(one.forecast, causes=told[one.order.order]))
        if one.order.order in told
        else one
        for one in foreseen
    ]


def _causes(one: Foreseen, found: tuple[Cause, ...]) -> tuple[Cause, ...]:
    if not one.order.short:
        return found
    short = Cause(CauseKind.LINE_SHORT, "", 0, {"pieces": float(one.order.short)})
    late = one.forecast.risk is not None and one.forecast.risk >= AT_RISK
    return (*found, short) if late else (short,)


def prediction_of(
    one: Foreseen, now_ms: int, age_p50_ms: int, base_rate: float | None
) -> Prediction:
    """What is kept of a forecast, with what the two simple forecasters say."""
    forecast, due_ms = one.forecast, one.forecast.due_ms
    usual_ms = max(now_ms, forecast.received_ms + age_p50_ms)
    return Prediction(
        order=forecast.order,
        at_ms=now_ms,
        stage=forecast.stage,
        base_ms=one.base.base_ms,
        p10_ms=forecast.p10_ms,
        p50_ms=forecast.p50_ms,
        p90_ms=forecast.p90_ms,
        due_ms=due_ms,
        raw=one.raw,
        risk=forecast.risk,
        base_rate=base_rate if due_ms is not None else None,
        age_rule=None if due_ms is None else float(usual_ms > due_ms),
        age_p50_ms=usual_ms,
    )


def finished(prediction: Prediction, finished_ms: int) -> Prediction:
    """The prediction, with what came. One that was made when the order was late already is not
    judged by that: it foretold nothing."""
    due_ms = prediction.due_ms
    late = None if due_ms is None or prediction.at_ms > due_ms else finished_ms > due_ms
    return replace(prediction, finished_ms=finished_ms, late=late)


def learn(learner: Learner, scored: Prediction) -> None:
    """Have a learner learn from a finished prediction."""
    if scored.finished_ms is None:
        return
    learner.observe(scored.stage, scored.base_ms, scored.finished_ms - scored.at_ms)
    if scored.raw is not None and scored.late is not None:
        learner.judge(scored.raw, scored.late)
