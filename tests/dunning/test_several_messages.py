"""Of several messages of a day each is decided as its door will judge it: by its own amount, reader and ruler
(B4, B9, D6)."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from debtors import ALWAYS, cases
from hypothesis import given
from hypothesis import strategies as st

from dunning.course import reached_offset
from dunning.decision import decide
from dunning.facts import Claim, Snapshot
from dunning.ladder import Ladder, Step
from dunning.reason import Reason
from dunning.recheck import recheck

NOW = datetime(2026, 3, 5, 10, tzinfo=UTC)
BILLING = ("email", "billing")


def owes(key, ladder, amount, due=date(2026, 3, 2), watermark=None, reader=None):
    reached = reached_offset(ladder, ALWAYS, due, NOW.date())
    readers = {BILLING: reader} if reader else {}
    values = {"residual": Decimal(amount), "currency": "EUR", "delivered": True, "readers": readers}
    return Claim(key, key, ladder, due, due, reached, watermark, **values)


def ruler(number, *steps, **limits):
    return Ladder(number, steps or (Step(number, 3, "email"),), bank_days=False, **limits)


def decided(*claims, contacts=()):
    """(ids of the claims that each message is about, why the others wait), each let through by its door."""
    snapshot = Snapshot(ALWAYS, claims, spoken_to=True, contacts=contacts)
    decision = decide(snapshot, NOW)
    for contact in decision.contacts:
        assert ask_at_the_door(contact, snapshot).verdict == "go"
    about = [{claim.id for claim, _step in contact.pairs} for contact in decision.contacts]
    assert not set(decision.watermarks) & set(decision.waiting)
    return about, decision.waiting


def ask_at_the_door(contact, snapshot):
    pairs = [(claim.id, step) for claim, step in contact.pairs]
    return recheck(snapshot, pairs, contact.at)


def test_what_one_reader_would_be_asked_for_is_too_little_though_another_owes_much():
    own = ruler(1, owed_min=Decimal(5))
    much, little = owes(1, own, 100, reader=7), owes(2, own, 3, reader=8)
    assert decided(much, little) == ([{1}], {2: Reason.TOO_LITTLE})


def test_the_ruler_of_one_readers_invoice_leaves_longer_pauses():
    daily, calm = ruler(1, min_days_between=0), ruler(2, min_days_between=3)
    one, other = owes(1, daily, 100, reader=7), owes(2, calm, 100, reader=8)
    assert decided(one, other, contacts=(date(2026, 3, 4),)) == ([{1}], {2: Reason.TOO_SOON})


def test_the_second_channel_of_a_step_asks_for_too_little():
    both = ruler(1, Step(2, 5, "email"), Step(3, 5, "sms"), owed_min=Decimal(40))
    late = owes(1, both, 39, due=date(2026, 2, 28))
    other = owes(2, ruler(2, owed_min=Decimal(40)), 100)
    assert decided(late, other) == ([{1, 2}], {})  # the e-mail is about both


def as_read_by(case, readers, little):
    """The case with a reader for each claim, a least amount in each ruler, and claims that are less."""
    claims = [
        replace(
            claim,
            readers={BILLING: reader},
            residual=Decimal(3) if is_little else claim.residual,
            ladder=replace(claim.ladder, owed_min=Decimal(5)),
        )
        for claim, reader, is_little in zip(case.snapshot.claims, readers, little, strict=False)
    ]
    return replace(case.snapshot, claims=tuple(claims))


@given(
    cases(quiet=True),
    st.permutations([1, 1, 2, 2, 3]),
    st.permutations([True, True, False, False, False]),
)
def test_what_is_planned_for_several_readers_leaves(case, readers, little):
    snapshot = as_read_by(case, readers, little)
    for contact in decide(snapshot, case.now).contacts:
        step = contact.pairs[0][1]
        if contact.tone.delivers or "task" in (step.mode, contact.tone.mode) or contact.asks:
            continue
        check = ask_at_the_door(contact, snapshot)
        assert check.reason not in (Reason.TOO_LITTLE, Reason.TOO_SOON, Reason.CAPPED)
