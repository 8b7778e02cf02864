"""Thanks leave while the money is there, at a decent hour, whatever else is on hold (A5)."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from debtors import BRAZIL

from dunning.facts import Claim, Snapshot
from dunning.ladder import Ladder, Step
from dunning.reason import Reason
from dunning.recheck import recheck_thanks

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
