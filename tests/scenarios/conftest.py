"""The scenarios take long and run beside the other tests, hence in a world of their own."""

import pytest

from provision import everything
from world import World


@pytest.fixture(scope="session")
def world():
    with World("scenarios", everything.ensure()) as world:
        yield world
