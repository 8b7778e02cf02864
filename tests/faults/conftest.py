"""One world for all faults; each test gets an office of its own in it."""

import office as offices
import pytest

from provision import everything
from world import World


@pytest.fixture(scope="session")
def world():
    # of its own name: it is open until the end, and others have theirs meanwhile
    with World("faults", everything.ensure()) as world:
        offices.prepare(world)
        yield world


@pytest.fixture
def office(world):
    office = offices.Office(world)
    yield office
    office.close()
