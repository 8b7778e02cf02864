"""The tests of the plain Python package run without Odoo: `pytest tests/dunning`."""

import os
import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT / "collection_ruler")]

import dunning  # noqa: E402 - found by the line above

# Here, where no Odoo tells add-ons apart, one package holds what each of them decides: an add-on's
# `dunning/charges.py` is `dunning.charges`. test_package.py sees to it that no two files share a name.
dunning.__path__ += [str(path) for path in sorted(ROOT.glob("collection_ruler_*/dunning"))]

# No deadline: the first use of a country loads its holidays, and machines that test are often busy.
settings.register_profile(
    "dunning",
    deadline=None,
    max_examples=15 if "COLLECTION_RULER_QUICK" in os.environ else 60,
    print_blob=True,
    derandomize="CI" in os.environ,  # the same examples in each run there; new ones at home
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.load_profile("dunning")
