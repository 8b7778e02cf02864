"""One prepared database for all faults; each test gets an office of its own, on a copy of it."""

import office as offices
import pytest


@pytest.fixture(scope="session")
def prepared(world):
    offices.prepare(world)
    return world


@pytest.fixture
def office(prepared):
    office = offices.Office(prepared)
    yield office
    office.close()
