"""Makes `import dunning` and the libraries of setup/ work without Odoo."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

for folder in (ROOT / "collection_ruler", ROOT / "setup" / "lib"):
    if str(folder) not in sys.path:
        sys.path.append(str(folder))


@pytest.fixture(scope="session")
def world():
    """One world for all who need no own: they come one after the other, and set clock and mail."""
    from provision import everything  # noqa: PLC0415 - the rules' own tests need no server
    from world import World  # noqa: PLC0415

    with World("tests", everything.ensure()) as world:
        yield world


def pytest_addoption(parser):
    parser.addoption(
        "--long", action="store_true", help="play the faults for long: 200 kills instead of a dozen"
    )
