"""The circuit breaker (A13)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunning.circuit_breaker import KNOWN_DAYS, LEAST, trips

days = st.lists(st.integers(1, 5000), min_size=KNOWN_DAYS, max_size=35)


@pytest.mark.parametrize(
    ("wanted", "usual", "factor", "expected"),
    [
        (301, [100, 3, 2, 5, 4], 3, True),
        (300, [100, 3, 2, 5, 4], 3, False),  # the busiest day counts, not the mean
        (5000, [100, 3, 2, 5], 3, False),  # nothing is usual yet
        (5000, [], 3, False),
        (5000, [100, 3, 2, 5, 4], 0, False),  # switched off
        (LEAST, [1, 1, 1, 1, 1], 3, False),
        (LEAST + 1, [1, 1, 1, 1, 1], 3, True),
    ],
)
def test_far_more_than_the_busiest_day_trips_it(wanted, usual, factor, expected):
    assert trips(wanted, usual, factor) is expected


@given(days, st.integers(1, 10))
def test_what_happened_before_never_trips_it(usual, factor):
    assert not any(trips(day, usual, factor) for day in usual)


@given(days, st.integers(1, 9), st.integers(0, 99999))
def test_a_larger_factor_is_never_stricter(usual, factor, wanted):
    assert trips(wanted, usual, factor) or not trips(wanted, usual, factor + 1)
