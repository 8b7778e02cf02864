"""The tests of the plain Python package run without Odoo: `pytest tests/dunning`."""

import os
import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "collection_ruler")]

# No deadline: the first use of a country loads its holidays, and machines that test are often busy.
settings.register_profile(
    "dunning",
    deadline=None,
    max_examples=40,
    print_blob=True,
    derandomize="CI" in os.environ,  # the same examples in each run there; new ones at home
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.load_profile("dunning")
