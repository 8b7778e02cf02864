"""What credits pay in full, and what is too little, leads no message and makes no call (D2, D6)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from debtors import cases, tasks
from hypothesis import given
from worlds import ALL_DAY

from dunning.amounts import oldest_first
from dunning.calendar import ContactCalendar
from dunning.decision import decide, decide_wanted
from dunning.facts import Claim, Snapshot
from dunning.ladder import Ladder, Step
from dunning.reason import Reason
from dunning.recheck import recheck

ALWAYS = ContactCalendar("UTC", (ALL_DAY,) * 7)
TODAY = date(2026, 3, 18)
NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
NOTICE, DUE, FORGOT, CALL, FIRM = (
    Step(1, -7, "email"),
    Step(2, 0, "email"),
    Step(3, 2, "email"),
    Step(4, 5, "phone", mode="task"),
    Step(5, 8, "email"),
)
RULER = Ladder(1, (NOTICE, DUE, FORGOT, CALL, FIRM), owed_min=Decimal(5), bank_days=False)


def owes(key, days_late, watermark, residual=100, **more):
    due = TODAY - timedelta(days=days_late)
    reached = max((s.offset for s in RULER.steps if s.offset <= days_late), default=None)
    reached = None if watermark is not None and reached <= watermark else reached
    about = (due, due, reached, watermark, Decimal(residual), "EUR")
    return Claim(key, key, RULER, *about, delivered=True, **more)


def debtor(*claims, credit=0):
    credits = {"EUR": Decimal(credit)} if credit else {}
    return Snapshot(ALWAYS, claims, credits, spoken_to=True)


def said(decision):
    """[(step whose words are said, what it is about, for how much)]"""
    return [(c.tone.id, [one.id for one, _s in c.pairs], c.amount) for c in decision.contacts]


def test_an_older_debt_that_credits_pay_lends_no_words_to_what_is_due_today():
    """Else "still open since the 10th" is said to somebody who is late with nothing."""
    old, new = owes(1, 2, 0), owes(2, 0, -7)
    decision = decide(debtor(old, new, credit=100), NOON)
    assert said(decision) == [(DUE.id, [2], 100)]
    assert decision.waiting == {1: Reason.COVERED}


def test_a_credit_that_comes_before_the_door_takes_the_older_debt_out_of_the_message():
    old, new = owes(1, 2, 0), owes(2, 0, -7)
    (planned,) = decide(debtor(old, new), NOON).contacts
    assert (planned.tone, planned.amount) == (FORGOT, 200)
    pairs = [(claim.id, step) for claim, step in planned.pairs]
    check = recheck(debtor(old, new, credit=100), pairs, NOON)
    assert (check.verdict, check.tone, check.amount, check.keep) == ("go", DUE, 100, {2})
    assert check.dropped == {1: Reason.COVERED}
    assert check.asked == (2,)


def test_of_two_coming_debts_a_credit_pays_the_older_one_only():
    """Else neither is announced, though one of them is not paid."""
    decision = decide(debtor(owes(1, -5, None), owes(2, -6, None), credit=100), NOON)
    assert said(decision) == [(NOTICE.id, [2], 100)]
    alone = decide(debtor(owes(1, -5, -7), owes(2, -6, None), credit=100), NOON)
    assert said(alone) == [(NOTICE.id, [2], 100)]


@pytest.mark.parametrize(
    ("claim", "credit", "why"),
    [
        (owes(1, 8, 2), 100, Reason.COVERED),
        (owes(1, 8, 2, residual="0.01"), 0, Reason.TOO_LITTLE),
        (owes(1, 8, 2), 96, Reason.TOO_LITTLE),
    ],
)
def test_nobody_calls_about_what_is_paid_or_too_little(claim, credit, why):
    decision = decide(debtor(claim, credit=credit), NOON)
    assert (decision.contacts, decision.watermarks) == ([], {})
    assert decision.waiting == {1: why}


def test_some_small_debts_on_one_step_are_called_about_together():
    decision = decide(debtor(*(owes(n, 8, 2, residual=2) for n in (1, 2, 3))), NOON)
    assert said(decision) == [(CALL.id, [1, 2, 3], 6)]


def test_a_call_that_a_person_asks_for_is_made_all_the_same():
    snapshot = debtor(owes(1, 8, 2), credit=100)
    decision = decide_wanted(snapshot, 1, CALL.id, NOON)
    assert said(decision) == [(CALL.id, [1], 100)]


def left_open(snapshot):
    """What credits leave of each claim, found out euro by euro: the oldest is paid first."""
    left, credits = {}, dict(snapshot.credits)
    for claim in sorted(snapshot.claims, key=oldest_first):
        is_free = claim.blocked_by is None
        favour = credits.get(claim.currency, Decimal(0)) if is_free else Decimal(0)
        left[claim.id] = claim.residual - min(favour, claim.residual)
        if is_free:
            credits[claim.currency] = favour - (claim.residual - left[claim.id])
    return left


@given(cases())
def test_nothing_that_credits_pay_is_said_or_called_about(case):
    ladders = {claim.ladder.id: claim.ladder for claim in case.snapshot.claims}
    endless = {key: replace(ladder, max_days_overdue=None) for key, ladder in ladders.items()}
    claims = tuple(replace(c, ladder=endless[c.ladder.id]) for c in case.snapshot.claims)
    snapshot = replace(case.snapshot, claims=claims)
    decision, left = decide(snapshot, case.now), left_open(snapshot)
    for contact in decision.contacts:
        if not contact.tone.delivers:
            assert all(left[claim.id] for claim, _step in contact.pairs)
    assert all(left[claim.id] for contact in tasks(decision) for claim, _step in contact.pairs)


@pytest.mark.parametrize(("residual", "credit"), [(100, 100), ("0.01", 0), (100, "99.99")])
def test_what_gets_no_reminder_keeps_nobody_from_being_told_of_what_comes(residual, credit):
    """Else a cent that is left over silences each notice for as long as it is open."""
    old, coming = owes(1, 10, 0, residual=residual), owes(2, -7, None)
    snapshot = debtor(old, coming, credit=credit)
    decision = decide(snapshot, NOON)
    assert said(decision) == [(NOTICE.id, [2], 100)]
    alone = decide(debtor(owes(1, 1, 0), coming), NOON)
    assert alone.waiting == {2: Reason.OVERDUE_FIRST}
