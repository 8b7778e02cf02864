"""Thanks leave while the money is there, at a decent hour, whatever else is on hold (A5)."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from debtors import BRAZIL

from dunning.facts import Claim, Snapshot
from dunning.ladder import Ladder, Step
from dunning.reason import Reason
from dunning.thanked import recheck_thanks, rests_until

NOON, NIGHT = (datetime(2026, 3, 10, hour, tzinfo=UTC) for hour in (15, 5))


@pytest.mark.parametrize(
    ("now", "is_paid", "stopped", "verdict", "reason"),
    [
        (NOON, True, None, "go", None),
        (NIGHT, True, None, "wait", Reason.CLOSED),
        (NOON, True, Reason.PAUSED, "wait", Reason.PAUSED),
        (NIGHT, True, Reason.RULER_STOPPED, "wait", Reason.RULER_STOPPED),
        # nobody is thanked for money that went back, not even later
        (NOON, False, None, "cancel", Reason.REVERSED),
        (NIGHT, False, Reason.PAUSED, "cancel", Reason.REVERSED),
    ],
)
def test_whether_thanks_leave(now, is_paid, stopped, verdict, reason):
    ladder, day = Ladder(1, (Step(1, 0, "email"),)), NOON.date()
    held = Claim(1, 1, ladder, day, day, None, 0, Decimal(100), "BRL", blocked_by=Reason.HELD)
    snapshot = Snapshot(BRAZIL, (held,))
    facts = {"remaining": Decimal(30), "currency": "BRL"}
    said = recheck_thanks(snapshot, now, is_paid=is_paid, stopped=stopped, **facts)
    assert (said.verdict, said.reason) == (verdict, reason)
    if verdict == "go":
        assert (said.amount, said.currency) == (Decimal(30), "BRL")


LADDER = Ladder(1, (Step(1, 2, "email"), Step(2, 5, "activity", mode="task"), Step(3, 7, "email")))


@pytest.mark.parametrize(
    ("due", "thanked_on", "until"),
    [
        (date(2026, 3, 5), None, None),
        # five working days, as the thanks say
        (date(2026, 3, 5), date(2026, 3, 9), date(2026, 3, 16)),
        (date(2026, 3, 8), date(2026, 3, 10), date(2026, 3, 17)),
        # a Sunday counts from Monday: on that day it is not late, and has its own word
        (date(2026, 3, 8), date(2026, 3, 9), None),
        (date(2026, 3, 20), date(2026, 3, 9), None),
    ],
)
def test_until_when_what_remains_rests(due, thanked_on, until):
    assert rests_until(LADDER, BRAZIL, due, thanked_on) == until
