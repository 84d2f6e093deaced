"""Splitting totals loses nothing and breaks no limit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.draw import apportion, deal, paced, spread, stream

WEIGHTS = st.lists(st.floats(0.1, 100), min_size=1, max_size=12)


@given(st.integers(0, 5000), WEIGHTS)
def test_apportioned_shares_sum_to_the_total_and_stay_near_proportion(total, weights):
    shares = apportion(total, weights)
    assert sum(shares) == total
    scale = total / sum(weights)
    assert all(abs(share - weight * scale) < 1 + 1e-6 for share, weight in zip(shares, weights, strict=True))


@given(st.data(), WEIGHTS)
def test_apportioned_shares_keep_their_limits(data, weights):
    limits = [data.draw(st.integers(0, 50)) for _ in weights]
    total = data.draw(st.integers(0, sum(limits)))
    shares = apportion(total, weights, limits)
    assert sum(shares) == total
    assert all(share <= limit for share, limit in zip(shares, limits, strict=True))


def test_a_total_beyond_all_limits_is_refused():
    with pytest.raises(ValueError, match="does not fit"):
        apportion(10, [1.0, 1.0], [4, 5])
    with pytest.raises(ValueError, match="does not fit"):
        spread(stream(1), 10, [1.0, 1.0], [4, 5])


@given(st.integers(0, 400), WEIGHTS, st.integers(0, 99))
def test_spread_shares_sum_to_the_total(total, weights, seed):
    shares = spread(stream(seed), total, weights)
    assert sum(shares) == total
    assert min(shares) >= 0


@given(st.lists(st.integers(0, 40), min_size=1, max_size=8), st.integers(1, 6), st.integers(0, 99))
def test_a_dealt_table_has_its_margins(rows, parts, seed):
    columns = apportion(sum(rows), [1.0] * parts)
    table = np.array(deal(stream(seed), rows, columns))
    assert table.sum(axis=1).tolist() == rows
    assert table.sum(axis=0).tolist() == columns


def test_margins_that_differ_are_refused():
    with pytest.raises(ValueError, match="rows sum to"):
        deal(stream(1), [1, 2], [4])


@given(st.data(), st.integers(0, 500), st.integers(0, 99))
def test_paced_quarters_are_never_behind_the_plan(data, total, seed):
    plan = data.draw(st.integers(0, total))
    quarters = paced(stream(seed), total, plan)
    assert sum(quarters) == total
    assert min(quarters) >= 0
    assert all(4 * sum(quarters[:k]) >= k * plan for k in range(1, 5))


def test_a_topic_has_its_own_stream():
    first = stream(7, "VP-YL", 2019).integers(0, 10**9)
    stream(7, "VP-LT", 2019).integers(0, 10**9, size=100)
    assert stream(7, "VP-YL", 2019).integers(0, 10**9) == first
    assert stream(7, "VP-YL", 2018).integers(0, 10**9) != first
    assert stream(8, "VP-YL", 2019).integers(0, 10**9) != first
