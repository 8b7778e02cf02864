"""In an evening or on a closed day is said what the next opening would say (B1, B5)."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from debtors import BRAZIL, cases
from hypothesis import given
from worlds import DAY

from dunning.course import reached, reached_offset
from dunning.decision import decide
from dunning.facts import Claim
from dunning.ladder import Ladder, Step


@given(cases())
def test_an_evening_says_what_the_next_opening_says(case):
    """Of the same facts: to whom, about what, when, and why not the rest. Of a task only the day
    counts: it is made before hours, too."""
    calendar = case.snapshot.calendar
    opens = calendar.first_instant(case.now)
    found, then = decide(case.snapshot, case.now), decide(case.snapshot, opens)
    for decision in found, then:
        decision.contacts = [
            replace(contact, at=calendar.local_day(contact.at))
            if contact.tone.mode == "task"
            else contact
            for contact in decision.contacts
        ]
    assert found == then


@given(cases())
def test_steps_come_by_the_day_of_speaking(case):
    day = case.snapshot.calendar.speaking_day(case.now)
    comes_by = {claim.ladder.id: case.snapshot.calendar for claim in case.snapshot.claims}
    found = list(reached(case.snapshot.claims, comes_by, day))
    assert [claim.id for claim in found] == [claim.id for claim in case.snapshot.claims]
    for claim in found:
        by_hand = reached_offset(claim.ladder, case.snapshot.calendar, claim.counts_from, day)
        low = claim.watermark
        is_new = by_hand is not None and (low is None or by_hand > low)
        assert claim.reached_offset == (by_hand if is_new else None)
    assert not any(claim.reached_offset is not None for claim in reached(found, {}, day))


def test_the_day_of_speaking_is_today_until_the_hours_are_over():
    friday, monday = date(2025, 11, 21), date(2025, 11, 24)
    assert BRAZIL.speaking_day(datetime(2025, 11, 21, 6, tzinfo=UTC)) == friday
    assert BRAZIL.speaking_day(datetime(2025, 11, 21, 15, tzinfo=UTC)) == friday
    assert BRAZIL.speaking_day(datetime(2025, 11, 22, 1, tzinfo=UTC)) == monday  # 22 h on Friday
    assert BRAZIL.speaking_day(datetime(2025, 11, 23, 15, tzinfo=UTC)) == monday


def test_what_comes_on_monday_has_come_on_friday_night():
    ladder = Ladder(1, (Step(1, -3, "email"), Step(2, 0, "email")))
    monday = date(2025, 11, 24)
    claim = Claim(1, 1, ladder, monday, monday, None, None, Decimal(100), "EUR")
    then, before = (
        next(reached([claim], {1: BRAZIL}, day)).reached_offset for day in (monday, monday - DAY)
    )
    assert (then, before) == (0, -3)
