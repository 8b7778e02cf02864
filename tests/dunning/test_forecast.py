"""The forecast: what will be said to everybody in the coming days is what the rulers say (A12)."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from debtors import BRAZIL, CALENDARS, STARTS, cases, contact_limits, rulers
from hypothesis import given
from hypothesis import strategies as st
from worlds import DAY, due_dates

from dunning.contact_limits import Limit, within
from dunning.course import timeline
from dunning.facts import Snapshot
from dunning.forecast import Forecast
from dunning.foreseen import KINDS, NEVER, Customer, Foreseen, Planned
from dunning.ladder import Ladder, Step
from dunning.reason import Reason
from dunning.simulator import simulate

HUNDRED = Decimal(100)
RULER = Ladder(
    1,
    (
        Step(2, -7, "email"),
        Step(3, 0, "email"),
        Step(4, 2, "email"),
        Step(5, 5, "activity", mode="task"),
        Step(6, 8, "email"),
    ),
)
MONDAY = datetime(2026, 3, 9, 15, 0, tzinfo=UTC)  # noon in São Paulo


def claim(due, ladder=RULER, key=1, **values):
    due = date.fromisoformat(due) if isinstance(due, str) else due
    values = {"watermark": None, "residual": HUNDRED, "delivered": True, **values}
    return Foreseen(key, key, ladder, due, due, None, currency="EUR", **values)


def customer(*claims, calendar=BRAZIL, planned=(), **facts):
    comes_by = {one.ladder.id: calendar for one in claims}
    return Customer(Snapshot(calendar, claims, **facts), comes_by, planned)


def foreseen(*customers, now=MONDAY, days=30, **options):
    """{(day, channel, kind): number}"""
    forecast = Forecast(now, days, **options)
    for one in customers:
        forecast.add(one)
    found = Counter()
    for (day, channel, kind, _ruler), number in forecast.counts.items():
        found[str(day), channel, kind] += number
    return found


def days_of(counts):
    return sorted(day for (day, _channel, _kind), number in counts.items() for _ in range(number))


def test_each_step_is_counted_on_its_day():
    assert foreseen(customer(claim("2026-03-18"))) == {
        ("2026-03-11", "email", "message"): 1,
        ("2026-03-18", "email", "message"): 1,
        ("2026-03-20", "email", "message"): 1,
        ("2026-03-23", "activity", "task"): 1,
        ("2026-03-26", "email", "message"): 1,
    }


def test_nothing_is_counted_beyond_the_last_day():
    assert days_of(foreseen(customer(claim("2026-03-18")), days=10)) == ["2026-03-11", "2026-03-18"]


def test_a_hold_moves_and_does_not_multiply():
    """What came meanwhile is caught up with one message, as A9 says."""
    held = claim("2026-03-18", blocked_by=Reason.HELD, free_from=date(2026, 3, 25))
    assert foreseen(customer(held, spoken_to=True)) == {
        ("2026-03-25", "email", "message"): 1,  # of the second day after it
        ("2026-03-26", "activity", "task"): 1,  # nobody calls on the day of a message
        ("2026-03-30", "email", "message"): 1,  # two working days for the call
    }
    assert not foreseen(customer(replace(held, free_from=NEVER)))


def test_a_ruler_speaks_from_its_first_day_to_its_last():
    late = claim("2026-03-18", starts=date(2026, 3, 19))
    assert days_of(foreseen(customer(late)))[0] == "2026-03-20"
    short = claim("2026-03-18", ends=date(2026, 3, 19))
    assert days_of(foreseen(customer(short))) == ["2026-03-11", "2026-03-18"]
    assert not foreseen(customer(claim("2026-03-18", starts=NEVER)))


def test_what_is_untrue_and_waits_for_a_person_is_no_contact_of_its_day():
    """Nobody's approval makes it true, so the next run says what waited for it."""
    stating = Ladder(8, (Step(81, 2, "email", mode="approve", says=frozenset({"no_payment"})),))
    went = claim("2026-03-06", stating, money_went_on=date(2026, 3, 8))
    coming = claim("2026-03-16", key=2)
    today = foreseen(customer(went, coming, spoken_to=True), days=1)
    assert today == {
        ("2026-03-09", "email", "approval"): 1,
        ("2026-03-09", "email", "message"): 1,
    }


def test_what_is_paid_as_expected_is_not_asked_for():
    paid = claim("2026-03-18", leaves_on=date(2026, 3, 20))
    assert days_of(foreseen(customer(paid))) == ["2026-03-11", "2026-03-18"]


def test_old_bank_data_silences_today_only():
    overdue = claim("2026-03-05", watermark=0)
    facts = {"spoken_to": True, "bank_day": date(2026, 3, 2), "bank_days": 2}
    assert days_of(foreseen(customer(overdue, **facts)))[0] == "2026-03-10"
    assert days_of(foreseen(customer(overdue, spoken_to=True)))[0] == "2026-03-09"


def test_what_is_planned_counts_on_its_day_and_as_a_contact():
    planned = Planned(date(2026, 3, 20), "email", "message", 1, frozenset({7}))
    older = claim("2026-02-01", key=7, watermark=8)
    counts = foreseen(customer(older, claim("2026-03-18"), planned=(planned,), spoken_to=True))
    assert counts["2026-03-20", "email", "message"] == 1
    held = replace(older, blocked_by=Reason.HELD)
    assert not foreseen(customer(held, planned=(planned,))), "it waits for ever at its door"


def test_a_reminder_that_was_planned_before_a_review_waits_for_it():
    about = date(2026, 3, 10), "email", "message", 1, frozenset({7})
    older = claim("2026-02-01", key=7, watermark=10, task_since=date(2026, 3, 1))
    reviewed = replace(older, is_reviewed=True)
    reminder, notice = Planned(*about, is_reminder=True), Planned(*about)
    assert foreseen(customer(older, planned=(reminder,)))["2026-03-10", "email", "message"] == 1
    assert not foreseen(customer(reviewed, planned=(reminder,)))
    assert foreseen(customer(reviewed, planned=(notice,)))["2026-03-10", "email", "message"] == 1


def test_what_was_to_leave_before_today_leaves_today():
    planned = Planned(date(2026, 3, 1), "email", "approval", 1)
    assert foreseen(customer(planned=(planned,))) == {("2026-03-09", "email", "approval"): 1}


@given(contact_limits(), st.data(), due_dates, st.booleans())
def test_one_invoice_is_played_as_the_simulator_does(limits, data, due, delivered):
    ladder = data.draw(rulers(1, limits))
    # where no silence follows it, the run of ten minutes later speaks; the simulator asks once a day
    delivered = delivered or not limits["days_after_delivery"]
    course = simulate(ladder, Snapshot(BRAZIL, ()), [due], HUNDRED, delivered)
    first = min(day for _step, day in timeline(ladder, BRAZIL, due))
    expected = Counter((str(one.day), one.contact.channel) for one in course)
    found = foreseen(
        customer(claim(due, ladder, delivered=delivered)),
        now=BRAZIL.windows(first)[0][0],
        days=200,
    )
    counts = Counter()
    for (day, channel, kind), number in found.items():
        assert kind in KINDS
        counts[day, channel] += number
    assert counts == expected


def seen(case, draw, number=0):
    """A debtor of the decisions' tests, with a future for each claim.

    :param number: of the customer, whose rulers are not those of others
    """
    today = case.today
    claims = []
    for one in case.snapshot.claims:
        free = draw(st.sampled_from([NEVER, today + DAY, today + 4 * DAY, today + 11 * DAY]))
        leaves = draw(st.sampled_from([None, None, None, today + 6 * DAY]))
        ladder = replace(one.ladder, id=number * 10 + one.ladder.id)
        values = {**vars(one), "ladder": ladder, "reached_offset": None}
        values |= {"free_from": free, "leaves_on": leaves}
        claims.append(Foreseen(**values))
    # what nobody planned is no contact of the days to come
    contacts = tuple(day for day in case.snapshot.contacts if day <= today)
    snapshot = replace(case.snapshot, claims=tuple(claims), contacts=contacts)
    return Customer(snapshot, {c.ladder.id: snapshot.calendar for c in claims})


def test_each_rulers_own_hours_count():
    """Steps come by the calendar of their ruler."""
    on_tuesdays = replace(BRAZIL, hours=((), ((540, 1260),), (), (), (), (), ()))
    claims = claim("2026-03-18"), claim("2026-03-18", replace(RULER, id=7), key=2)
    one = customer(*claims)
    two = replace(one, comes_by={1: on_tuesdays, 7: on_tuesdays})
    assert {date.fromisoformat(day).weekday() for day in days_of(foreseen(two))} == {1}
    mixed = replace(one, comes_by={1: on_tuesdays, 7: BRAZIL})
    assert foreseen(one) != foreseen(mixed) != foreseen(two)


@given(st.data(), cases())
def test_customers_are_contacted_on_open_days_and_once_a_day(data, case):
    one = seen(case, data.draw)
    counts = foreseen(one, now=case.now, days=40)
    calendar = one.snapshot.calendar
    per_day = Counter()
    for (day, channel, kind), number in counts.items():
        assert calendar.is_open_day(date.fromisoformat(day)), "on a closed day"
        if kind in ("message", "approval"):
            per_day[day, channel] += number
    assert all(number == 1 for number in per_day.values())
    asked = sorted({date.fromisoformat(day) for day, _channel in per_day})
    least = min(c.ladder.min_days_between for c in one.snapshot.claims)
    assert all((b - a).days >= least for a, b in pairwise(asked))


@given(st.data(), st.lists(cases(), min_size=1, max_size=3))
def test_everybody_together_is_the_sum_of_each(data, found):
    """Also of those who stand alike; who is played once is in the add-on's test_standing."""
    now = STARTS[0]
    customers = [seen(case, data.draw, number) for number, case in enumerate(found)]
    customers += [twin(one) for one in customers]
    alone = Counter()
    for one in customers:
        alone.update(foreseen(one, now=now))
    assert foreseen(*customers, now=now) == alone


def twin(one):
    """Somebody else who owes another sum for the same days."""
    claims = tuple(
        replace(c, id=c.id + 1000, move=c.move + 1000, residual=c.residual * 2)
        for c in one.snapshot.claims
    )
    return replace(one, snapshot=replace(one.snapshot, claims=claims))


@given(st.data(), cases())
def test_a_hold_repeats_nothing_and_nothing_is_said_during_it(data, case):
    first = case.snapshot.claims[0]
    until = case.today + data.draw(st.integers(1, 25)) * DAY
    held = Foreseen(
        **{**vars(first), "reached_offset": None, "blocked_by": Reason.HELD, "free_from": until}
    )
    counts = foreseen(customer(held, calendar=case.snapshot.calendar), now=case.now, days=90)
    low = held.watermark
    steps = [s for s in held.ladder.steps if low is None or s.offset > low]
    assert sum(counts.values()) <= len(steps)
    assert all(day >= str(until) for day, _channel, kind in counts if kind != "delivery")


DELIVERING = Ladder(2, (Step(1, -10, "email", delivers=True), *RULER.steps))
NOT_FOR_ALL = replace(
    DELIVERING,
    steps=tuple(replace(s, skip_profiles=frozenset({"punctual"})) for s in DELIVERING.steps),
)
BASE = customer(claim("2026-03-18", DELIVERING), spoken_to=True)
NARROW = within(BRAZIL, [Limit((((0, 1440),), ((0, 1440),), *[()] * 5))])
DIFFERENT = {
    "watermark": claim("2026-03-18", DELIVERING, watermark=0),
    "due date": claim("2026-03-19", DELIVERING),
    "anchor": replace(claim("2026-03-18", DELIVERING), counts_from=date(2026, 3, 20)),
    "delivered": claim("2026-03-18", DELIVERING, delivered=False),
    "delivered on": claim("2026-03-18", DELIVERING, delivered_on=date(2026, 3, 9)),
    "block": claim("2026-03-18", DELIVERING, blocked_by=Reason.IN_FLIGHT),
    "hold": claim("2026-03-18", DELIVERING, blocked_by=Reason.HELD, free_from=date(2026, 3, 20)),
    "starts": claim("2026-03-18", DELIVERING, starts=date(2026, 3, 13)),
    "ends": claim("2026-03-18", DELIVERING, ends=date(2026, 3, 13)),
    "leaves on": claim("2026-03-18", DELIVERING, leaves_on=date(2026, 3, 20)),
    "said": claim("2026-03-18", DELIVERING, done_step_ids=frozenset({4})),
    "look first": claim("2026-03-18", DELIVERING, draft_credit_note=True),
    "settlement": claim("2026-03-18", DELIVERING, settlement_days=5),
    "ruler": claim("2026-03-18", replace(DELIVERING, id=3, max_days_overdue=3)),
}
OTHERS = {
    **{name: customer(one, spoken_to=True) for name, one in DIFFERENT.items()},
    "contacts": replace(BASE, snapshot=replace(BASE.snapshot, contacts=(date(2026, 3, 10),))),
    "talk": replace(BASE, snapshot=replace(BASE.snapshot, conversation_on=date(2026, 3, 9))),
    "credits": replace(BASE, snapshot=replace(BASE.snapshot, credits={"EUR": HUNDRED})),
    "channels": replace(BASE, snapshot=replace(BASE.snapshot, channels={"email": NARROW})),
    "calendar": customer(claim("2026-03-18", DELIVERING), calendar=CALENDARS[4], spoken_to=True),
    "planned": replace(BASE, planned=(Planned(date(2026, 3, 11), "email", "message", 2),)),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_who_stands_otherwise_is_played_otherwise(other):
    """Each of these differences changes the days, so none may be left out where customers are compared."""
    assert foreseen(other) != foreseen(BASE), "this case shows nothing"
    assert foreseen(BASE, other, BASE) == foreseen(BASE) + foreseen(other) + foreseen(BASE)


def test_payers_of_another_kind_are_played_otherwise():
    """A step that is not for punctual payers is none of theirs."""
    anybody = customer(claim("2026-03-18", NOT_FOR_ALL), spoken_to=True)
    punctual = replace(anybody, snapshot=replace(anybody.snapshot, profile="punctual"))
    assert foreseen(punctual) != foreseen(anybody)
    assert foreseen(anybody, punctual) == foreseen(anybody) + foreseen(punctual)


@pytest.mark.parametrize("is_one", [True, False])
def test_instalments_of_one_invoice_are_not_those_of_two(is_one):
    """An invoice is delivered once."""

    def pair(move):
        claims = [
            claim(d, DELIVERING, key, delivered=False)
            for key, d in ((1, "2026-03-23"), (2, "2026-04-08"))
        ]
        return customer(claims[0], replace(claims[1], move=move))

    both = foreseen(pair(1), pair(2))
    assert both == foreseen(pair(1)) + foreseen(pair(2))
    one = foreseen(pair(1 if is_one else 2))
    assert sum(n for (_d, _c, kind), n in one.items() if kind == "delivery") == (1 if is_one else 2)


def test_every_calendar_is_played():
    """Customers who are never reached, or only on Tuesdays, make nothing fail."""
    for calendar in CALENDARS:
        one = customer(claim("2026-03-18"), calendar=calendar, spoken_to=True)
        assert foreseen(one, now=MONDAY, days=60)
    closed = replace(BRAZIL, closed=frozenset(date(2026, 1, 1) + timedelta(n) for n in range(900)))
    assert not foreseen(customer(claim("2026-03-18"), calendar=closed))
