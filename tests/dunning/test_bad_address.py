"""Where messages do not arrive, their steps wait; calls, other channels and other people go on (C5, H2)."""

from dataclasses import replace

from debtors import cases, waits_for_the_other_track
from hypothesis import given
from hypothesis import strategies as st
from test_decision import DEFAULT, MONDAY, debtor, owes, spoken

from dunning.decision import decide
from dunning.reason import Reason

DOORS = [(c, r) for c in ("email", "sms", "phone") for r in ("billing", "escalation")]
mutes = st.sets(st.sampled_from(DOORS), min_size=1).map(
    lambda doors: dict.fromkeys(sorted(doors), Reason.BAD_ADDRESS)
)
MUTE = {("email", "billing"): Reason.BAD_ADDRESS}


def muted(case, mute):
    return decide(replace(case.snapshot, unreachable=mute), case.now)


def tasks(decision):
    return {
        (claim.id, step.id)
        for contact in decision.contacts
        if contact.tone.mode == "task"
        for claim, step in contact.pairs
    }


@given(cases(), mutes)
def test_nothing_goes_where_nothing_arrives(case, mute):
    for contact in muted(case, mute).contacts:
        is_message = contact.tone.mode != "task" and not contact.tone.delivers
        assert not (is_message and (contact.channel, contact.role) in mute)


@given(cases(), mutes)
def test_each_claim_that_is_due_is_consumed_or_waits_with_its_reason(case, mute):
    decision = muted(case, mute)
    due = {claim.id for claim in case.snapshot.claims if claim.reached_offset is not None}
    assert {*decision.watermarks, *decision.waiting} == due
    for claim in case.snapshot.claims:
        if decision.waiting.get(claim.id) == Reason.BAD_ADDRESS:
            assert claim.id not in decision.watermarks
            steps = claim.ladder.steps_between(claim.watermark, claim.reached_offset)
            assert any((s.channel, s.role) in mute for s in steps)


@given(cases(quiet=True), mutes)
def test_calls_go_on_as_usual(case, mute):
    decision = muted(case, mute)
    claims = {claim.id: claim for claim in case.snapshot.claims}
    speaks = any(contact.tone.mode != "task" for contact in decision.contacts)
    for claim, _step in tasks(case.decide()) - tasks(decision):
        if decision.waiting.get(claim) == Reason.ONE_A_DAY:
            assert speaks  # about another debt
        else:  # the message of the same day of the ruler reaches nobody, and an earlier one goes first
            assert waits_for_the_other_track(claims[claim], decision.watermarks[claim])


@given(cases(), mutes)
def test_no_step_is_lost_that_still_waits(case, mute):
    """What is consumed lies below something that was said or done, or would not be said any more."""
    decision = muted(case, mute)
    done = {(c.id, s.id) for contact in decision.contacts for c, s in contact.pairs}
    for claim in case.snapshot.claims:
        reach = decision.watermarks.get(claim.id)
        if reach is None:
            continue
        passed = claim.ladder.steps_between(claim.watermark, reach)
        lost = [s for c, s, why in decision.skipped if c.id == claim.id and why in mute.values()]
        assert all(s in passed for s in lost)
        for step in lost:
            later = [s for s in passed if s.offset >= step.offset and (claim.id, s.id) in done]
            assert later or step.offset <= 0


@given(cases())
def test_a_door_that_no_step_uses_changes_nothing(case):
    mute = {("pigeon", "billing"): Reason.BAD_ADDRESS}
    assert muted(case, mute) == case.decide()


def test_the_next_message_waits_and_the_call_is_made():
    late = owes(
        1, 9, watermark=2
    )  # the call of the fifth day and the message of the eighth have come
    decision = decide(debtor(late, unreachable=MUTE), MONDAY)
    assert spoken(decision) == [("phone", [(1, 5)], 100)]
    assert decision.watermarks == {1: 5}
    after = owes(1, 9, watermark=5)
    decision = decide(debtor(after, unreachable=MUTE), MONDAY)
    assert (decision.contacts, decision.waiting) == ([], {1: Reason.BAD_ADDRESS})
    assert not decision.watermarks and not decision.skipped


def test_with_another_address_the_latest_step_is_said_once():
    waits = owes(1, 9, watermark=-7)
    (call, *rest) = decide(debtor(waits, unreachable=MUTE), MONDAY).contacts
    assert (call.channel, rest) == ("phone", [])
    after = owes(1, 9, watermark=5)
    assert spoken(decide(debtor(after), MONDAY)) == [("email", [(1, 8)], 100)]


def test_who_never_heard_from_us_is_called_all_the_same():
    """Else the first reminder, which cannot be said, would hold up the call for ever."""
    late = owes(1, 7, watermark=0)
    decision = decide(debtor(late, spoken_to=False, unreachable=MUTE), MONDAY)
    assert spoken(decision) == [("phone", [(1, 5)], 100)]
    assert [(s.offset, why) for _c, s, why in decision.skipped] == [(2, Reason.BAD_ADDRESS)]


def test_a_notice_that_is_too_late_to_be_said_does_not_wait():
    ladder = replace(DEFAULT, steps=tuple(s for s in DEFAULT.steps if s.offset <= 0))
    decision = decide(debtor(owes(1, 3, watermark=-7, ladder=ladder), unreachable=MUTE), MONDAY)
    assert (decision.waiting, decision.watermarks) == ({}, {1: 0})
