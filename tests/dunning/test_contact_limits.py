"""Limits on contact hours narrow and never widen (B1)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from worlds import WEEKDAYS, calendars, windows

from dunning.calendar import ContactCalendar
from dunning.contact_limits import Limit, within
from dunning.decision import decide
from dunning.facts import Claim, Snapshot
from dunning.ladder import Ladder, Step
from dunning.reason import Reason
from dunning.recheck import recheck

DUBLIN = ContactCalendar("Europe/Dublin", WEEKDAYS)
MONDAY = date(2026, 3, 2)


def limit(*hours, **more):
    """The same hours on each weekday, in whole hours."""
    return Limit((tuple((b * 60, e * 60) for b, e in hours),) * 7, **more)


limits = st.lists(
    st.builds(Limit, st.lists(windows(), min_size=7, max_size=7).map(tuple)), max_size=3
)


@given(calendars(), limits, st.integers(0, 13), st.integers(0, 1439))
def test_open_within_limits_is_open_without_and_within_each_alone(calendar, some, days, minute):
    day = date(2025, 3, 1) + timedelta(days=days)
    narrowed = within(calendar, some)
    instant = datetime.combine(day, datetime.min.time(), UTC) + timedelta(minutes=minute)
    allowed = [within(calendar, [one]) for one in some]
    everywhere = calendar.is_open(instant) and all(c and c.is_open(instant) for c in allowed)
    assert bool(narrowed and narrowed.is_open(instant)) == everywhere


@given(calendars(), limits)
def test_the_order_of_limits_says_nothing(calendar, some):
    assert within(calendar, some) == within(calendar, some[::-1])


def test_whom_a_limit_concerns():
    law = limit((8, 20), country="BR", state="SP", channel="phone", companies=False)
    assert law.concerns("BR", "SP", "phone", False)
    assert not law.concerns("BR", "RJ", "phone", False)
    assert not law.concerns("PT", "SP", "phone", False)
    assert not law.concerns("BR", "SP", "email", False)
    assert not law.concerns("BR", "SP", "phone", True)
    assert limit((8, 20)).concerns(None, None, "email", True)


def snapshot_of(step, *some):
    ladder = Ladder(1, (step,))
    claim = Claim(1, 1, ladder, MONDAY, MONDAY, step.offset, None, Decimal(100), "EUR")
    return Snapshot(DUBLIN, (claim,), channels={step.channel: within(DUBLIN, some)})


def at(hour, minute=0):
    return datetime(2026, 3, 3, hour, minute, tzinfo=UTC)


STEP = Step(1, 1, "sms")


def test_a_message_leaves_at_the_first_instant_of_its_channel():
    contact = decide(snapshot_of(STEP, limit((11, 12))), at(9)).contacts[0]
    assert contact.at == at(11)


def test_it_waits_for_tomorrow_when_the_hours_of_its_channel_are_over():
    decision = decide(snapshot_of(STEP, limit((9, 12))), at(13))
    assert (decision.contacts, decision.waiting) == ([], {1: Reason.CLOSED})


def test_no_hour_left_is_never_and_said_so():
    decision = decide(snapshot_of(STEP, limit((22, 24))), at(9))
    assert (decision.contacts, decision.waiting) == ([], {1: Reason.NEVER_OPEN})


def test_the_door_is_shut_outside_the_hours_of_the_channel():
    snapshot = snapshot_of(STEP, limit((11, 12)))
    assert recheck(snapshot, [(1, STEP)], at(10)).reason == Reason.CLOSED
    assert recheck(snapshot, [(1, STEP)], at(11, 59)).verdict == "go"
    assert recheck(snapshot, [(1, STEP)], at(12)).reason == Reason.CLOSED


def test_an_invoice_asks_nobody_to_pay_late():
    step = Step(1, 1, "email", delivers=True)
    snapshot = snapshot_of(step, limit((22, 24)))
    assert decide(snapshot, at(9)).contacts[0].at == at(9)
    assert recheck(snapshot, [(1, step)], at(9), "delivery").verdict == "go"
