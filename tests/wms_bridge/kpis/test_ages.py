"""Ages in buckets: near to the exact ones, whatever they are put together of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wms_bridge.kpis.ages import ACCURACY, age_s, bucket_of, quantile_s, upper_s

AGES_MS = st.lists(st.integers(0, 10 * 24 * 3_600_000), min_size=1, max_size=60)


def bucketed(ages_ms: list[int]) -> dict[int, float]:
    counts: dict[int, float] = {}
    for age_ms in ages_ms:
        bucket = bucket_of(age_ms)
        counts[bucket] = counts.get(bucket, 0.0) + 1
    return counts


@given(AGES_MS, st.sampled_from([0.0, 0.5, 0.95, 1.0]))
def test_a_quantile_is_the_exact_one_but_for_the_width_of_its_bucket(
    ages_ms: list[int], share: float
) -> None:
    exact_s = max(0.5, sorted(ages_ms)[round(share * (len(ages_ms) - 1))] / 1000)
    assert quantile_s(bucketed(ages_ms), share) == pytest.approx(exact_s, rel=ACCURACY * 1.01)


def test_without_any_there_is_no_quantile() -> None:
    assert quantile_s({}, 0.5) is None


def test_of_half_an_order_there_is_one() -> None:
    assert quantile_s({bucket_of(60_000): 0.5}, 0.95) == pytest.approx(60, rel=ACCURACY)


@given(st.integers(500, 10**9))
def test_an_age_is_in_its_bucket(age_ms: int) -> None:
    bucket = bucket_of(age_ms)
    assert upper_s(bucket - 1) * (1 - 1e-9) <= age_ms / 1000 <= upper_s(bucket) * (1 + 1e-9)
    assert upper_s(bucket - 1) < age_s(bucket) < upper_s(bucket)
