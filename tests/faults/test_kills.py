"""A scheduler that is killed again and again, in the middle of whatever it does."""

import contextlib
import random
import time
from collections import Counter

import ledger
import pytest
from office import MORNING, Office

from world import Behaviour
from world.odoo_server import BUSY_SESSIONS

# what the morning is about at this moment; nothing when all that is due has been said
PHASE = """
    SELECT CASE WHEN count(*) = 0 THEN 'plan'
                WHEN bool_or(state = 'planned' AND scheduled_at <= now() AT TIME ZONE 'UTC')
                THEN 'send'
                WHEN bool_or(state = 'queued' AND handed_at IS NULL) THEN 'gateway'
            END
      FROM collection_followup
"""
# the longest wait after a sign of work, in seconds; each phase takes about twice as long
SPANS = {"plan": 0.25, "send": 0.4, "gateway": 0.15}
TO_BE_PLAYED = {"short": 8, "long": 200}


@pytest.fixture
def kills(request) -> int:
    return TO_BE_PLAYED["long" if request.config.getoption("--long") else "short"]


def test_killed_at_any_point_nothing_is_said_twice_or_forgotten(prepared, kills):
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    played: Counter = Counter()
    while played.total() < kills or played.keys() != SPANS.keys():
        office = Office(prepared)
        try:
            played += morning(office, chance, max(3, kills - played.total()))
            assert not ledger.broken(office)
        finally:
            office.close()
        print(f"killed in {dict(played)}, uncertain: {office.count('uncertain')}")


def morning(office: Office, chance: random.Random, most: int) -> Counter:
    """Kill the worker at random points until all is said, or so many times; then let it be.

    A new worker is there at once. Every second mail server takes a while between a message and its
    answer.
    """
    office.mail.slowness = 0.1
    office.mail.behaviours.update(
        {f"c{number}@customers.example.com": Behaviour.SLOW for number in range(0, 40, 2)}
    )
    office.schedule()
    office.clock.set(MORNING)
    killed: Counter = Counter()
    wanted = {"plan": chance.randint(1, 3), "send": chance.randint(1, 3)}
    wanted["gateway"] = chance.randint(3, 6)
    while killed.total() < most and (phase := work(office, wanted, killed)):
        if phase == "gateway" and chance.random() < 0.5:
            await_message(office)
        time.sleep(chance.uniform(0, SPANS[phase]))
        phase = phase_of(office)
        office.kill_workers()
        if phase:
            killed[phase] += 1
    office.settle()
    return killed


def work(office: Office, wanted: dict[str, int], killed: Counter) -> str | None:
    """Wait until somebody is at work in a phase that still wants kills; None when all is said."""
    deadline = time.monotonic() + 60
    while phase := phase_of(office):
        assert time.monotonic() < deadline, office.server.log_end()
        if killed[phase] < wanted[phase] and office.query(BUSY_SESSIONS)[0][0]:
            return phase
        office.go_on()
        office.server.wake()
        time.sleep(0.01)
    return None


def await_message(office: Office) -> None:
    """Wait for the next message, so that the kill comes before or soon after its answer."""
    with contextlib.suppress(TimeoutError):
        office.mail.wait_for(len(office.mail.received) + 1, seconds=1)


def phase_of(office: Office) -> str | None:
    return office.query(PHASE)[0][0]
