"""An invoice is reminded of only after it reached the customer (A3)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from debtors import cases
from hypothesis import given
from hypothesis import strategies as st
from worlds import ALL_DAY

from dunning.calendar import ContactCalendar
from dunning.course import reached_offset
from dunning.decision import decide
from dunning.drawing import State, draw
from dunning.facts import Claim, Snapshot
from dunning.forecast import Forecast
from dunning.foreseen import Customer, Foreseen
from dunning.ladder import Ladder, Step
from dunning.next_step import upcoming
from dunning.outlook import horizon, look_ahead
from dunning.reason import Reason
from dunning.recheck import recheck
from dunning.sending import Sending

ALWAYS = ContactCalendar("UTC", (ALL_DAY,) * 7)
DELIVER = Step(1, -10, "email", delivers=True)
REST = (Step(2, -7, "email"), Step(3, 2, "email"), Step(4, 5, "activity", mode="task"))
BARE, FULL = Ladder(1, REST, bank_days=False), Ladder(2, (DELIVER, *REST), bank_days=False)
DUE = date(2026, 2, 20)


def owed(today, ladder=BARE, **values):
    reached = reached_offset(ladder, ALWAYS, DUE, today)
    values = {"unsent": True, **values}
    return Claim(1, 1, ladder, DUE, DUE, reached, None, Decimal(100), "EUR", **values)


def noon(day):
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


@given(cases(), st.lists(st.booleans(), min_size=5, max_size=5), st.booleans())
def test_nothing_is_said_or_asked_about_what_did_not_arrive(case, unsent, by_hand):
    claims = tuple(
        replace(c, unsent=lost, delivered=c.delivered and not lost, by_hand=by_hand)
        for c, lost in zip(case.snapshot.claims, unsent, strict=False)
    )
    case = replace(case, snapshot=replace(case.snapshot, claims=claims))
    for contact in case.decide().contacts:
        if contact.tone.delivers:
            assert not by_hand
            continue
        assert not any(claim.unsent for claim, _step in contact.pairs)
        door = recheck(case.snapshot, [(c.id, s) for c, s in contact.pairs], contact.at)
        assert not {c.id for c in claims if c.unsent} & {*door.asked, *door.keep}


def test_late_and_never_sent_waits_until_it_is_sent_and_then_some_days():
    today = date(2026, 3, 10)
    decision = decide(Snapshot(ALWAYS, (owed(today),)), noon(today))
    assert not decision.contacts
    assert decision.waiting == {1: Reason.NOT_SENT}
    for days, said in ((0, False), (2, False), (3, True)):
        day = today + timedelta(days=days)
        sent = owed(day, unsent=False, delivered=True, delivered_on=today)
        assert bool(decide(Snapshot(ALWAYS, (sent,)), noon(day)).contacts) is said


def test_the_ruler_sends_it_itself_unless_a_person_does():
    today = date(2026, 3, 10)
    (contact,) = decide(Snapshot(ALWAYS, (owed(today, FULL),)), noon(today)).contacts
    assert contact.tone.delivers
    by_hand = decide(Snapshot(ALWAYS, (owed(today, FULL, by_hand=True),)), noon(today))
    assert (by_hand.contacts, by_hand.waiting) == ([], {1: Reason.NOT_SENT})
    on_its_way = owed(today, FULL, delivered_on=date(2026, 3, 1))  # planned, and never left
    assert decide(Snapshot(ALWAYS, (on_its_way,)), noon(today)).waiting == {
        1: Reason.JUST_DELIVERED
    }


def test_whoever_looks_ahead_says_the_same():
    today = date(2026, 2, 1)
    asked = ALWAYS, DUE, None, today
    lost, by_hand = Sending(unsent=True), Sending(unsent=True, by_hand=True)
    assert upcoming(BARE, *asked, sending=lost) is None
    assert upcoming(FULL, *asked, sending=lost).steps == (DELIVER,)
    assert upcoming(FULL, *asked, sending=by_hand) is None
    late = Sending(delivered_on=date(2026, 2, 12))
    assert upcoming(FULL, *asked, delivered=True, sending=late).day == date(2026, 2, 15)
    claim = Foreseen.of(replace(owed(today, BARE), reached_offset=None, watermark=None))
    customer = Customer(Snapshot(ALWAYS, (claim,)), {BARE.id: ALWAYS})
    outlook = look_ahead(horizon(noon(today)), customer, {claim.id})
    assert (outlook.first, outlook.of, outlook.why) == (None, {}, Reason.NOT_SENT)
    drawing = draw(BARE, ALWAYS, DUE, today, is_left=claim.id in outlook.waits)
    assert drawing.next is None
    assert {mark.state for mark in drawing.marks} == {State.AHEAD}


def test_the_forecast_counts_nothing_before_it_is_sent():
    today = date(2026, 3, 10)
    for ladder, kinds in ((BARE, set()), (FULL, {"delivery", "message", "task"})):
        forecast = Forecast(noon(today))
        claim = Foreseen.of(replace(owed(today, ladder), reached_offset=None))
        forecast.add(Customer(Snapshot(ALWAYS, (claim,)), {ladder.id: ALWAYS}))
        assert {kind for _day, _channel, kind, _ruler in forecast.counts} == kinds
