"""Samples into windows: what was measured from one time to another, whatever the samples are."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from wms_bridge.kpis.measuring import NOTHING, plus, scaled
from wms_bridge.records.kpis import KpiSample, Measured


def measured_in(samples: Iterable[KpiSample], from_ms: int, to_ms: int) -> Measured:
    """What was measured from ``from_ms`` on and before ``to_ms``. Of a sample that reaches out of
    the window the same share counts as of its time: windows that join add up to the whole."""
    [whole] = measured_in_each(samples, [(from_ms, to_ms)])
    return whole


def measured_in_each(
    samples: Iterable[KpiSample], windows: Iterable[tuple[int, int]]
) -> Iterator[Measured]:
    """The same for windows that do not overlap, earliest first, of samples by their start: each is
    told as soon as it is complete, and no more samples are held than lie in one window."""
    following = iter(samples)
    held: list[KpiSample] = []
    coming = next(following, None)
    for from_ms, to_ms in windows:
        held = [one for one in held if one.start_ms + one.length_ms > from_ms]
        while coming is not None and coming.start_ms < to_ms:
            held.append(coming)
            coming = next(following, None)
        whole = NOTHING
        for one in held:
            share = _share(one, from_ms, to_ms)
            if share > 0:
                part = one.measured if share == 1 else scaled(one.measured, share)
                whole = plus(whole, part)
        yield whole


def steps(from_ms: int, to_ms: int, step_ms: int) -> Iterator[tuple[int, int]]:
    """Windows of one length from one time to another, the last one cut off."""
    yield from pairwise([*range(from_ms, to_ms, step_ms), to_ms])


def _share(sample: KpiSample, from_ms: int, to_ms: int) -> float:
    begun = max(sample.start_ms, from_ms)
    done = min(sample.start_ms + sample.length_ms, to_ms)
    return max(0, done - begun) / sample.length_ms
