"""What is said to a debtor, and what not (A2, A3, A9, B4, B5, D1–D3, D5, decisions 7 to 9)."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from debtors import (
    ALWAYS,
    BLOCKS,
    BRAZIL,
    HOUR,
    cases,
    consumed,
    deliveries,
    effective,
    fates,
    heard,
    lives,
    owed,
    tasks,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import DAY, may_speak

from dunning.decision import Claim, Contact, Decision, Recheck, Snapshot, decide, recheck
from dunning.ladder import Ladder, Step, come
from dunning.reason import Reason


def doors(decision):
    return [(c.channel, c.role, c.pairs[0][1].mode) for c in heard(decision)]


def said_about(contacts):
    return {claim.id for contact in contacts for claim, _step in contact.pairs}


def ask_at_the_door(case, contact, snapshot, now=None, shuffled=None):
    """The re-check of a contact; `shuffled` are its pairs in another order."""
    return recheck(
        snapshot,
        [(claim.id, step) for claim, step in shuffled or contact.pairs],
        now or contact.at,
        "delivery" if contact.tone.delivers else "dunning",
        contact.pairs[0][1].mode != "task",
    )


# laws of one decision


@given(cases())
def test_customers_hear_from_us_only_inside_a_window_of_an_open_day(case):
    decision = case.decide()
    for contact in heard(decision) + deliveries(decision):
        assert contact.at >= case.now
        assert may_speak(case.snapshot.calendar, contact.at)


@given(cases())
def test_a_blocked_claim_is_left_in_peace_and_its_invoice_delivered_in_spite_of_a_hold(case):
    for contact in case.decide().contacts:
        for claim, _step in contact.pairs:
            allowed = (None, Reason.HELD) if contact.tone.delivers else (None,)
            assert claim in case.snapshot.claims
            assert claim.block in allowed


@given(cases())
def test_what_credits_cover_is_not_asked_for(case):
    decision = case.decide()
    about = said_about(heard(decision))
    for contact in heard(decision):
        net = owed(case.snapshot, case.snapshot.calendar.local_day(contact.at), about)
        for claim, _step in contact.pairs:
            assert net.get(claim.currency) != 0


@given(cases())
def test_the_amount_is_what_is_due_less_credits_and_more_than_nothing(case):
    decision = case.decide()
    about = said_about(heard(decision))
    for contact in heard(decision):
        net = owed(case.snapshot, case.snapshot.calendar.local_day(contact.at), about)
        assert contact.amount == net[contact.currency] > 0


@given(cases())
def test_a_claim_is_consumed_or_waits_or_has_nothing_due(case):
    decision = case.decide()
    consumed, waiting = set(decision.watermarks), set(decision.waiting)
    assert not consumed & waiting
    assert consumed | waiting == {c.id for c in case.snapshot.claims if c.come is not None}


@given(cases())
def test_watermarks_rise_and_no_further_than_what_has_come(case):
    decision = case.decide()
    for claim in case.snapshot.claims:
        if claim.id in decision.watermarks:
            reached = decision.watermarks[claim.id]
            assert claim.watermark is None or claim.watermark < reached
            assert reached <= claim.come


@given(cases())
@settings(max_examples=150)
def test_each_step_consumed_is_said_or_a_task_or_skipped_just_once(case):
    decision = case.decide()
    found = fates(decision)
    for claim in case.snapshot.claims:
        reached = decision.watermarks.get(claim.id)
        steps = () if reached is None else claim.ladder.steps_between(claim.watermark, reached)
        assert Counter(found[claim.id]) == Counter(steps)


@given(cases())
def test_each_thing_goes_by_the_channel_and_the_hands_that_its_step_names(case):
    decision = case.decide()
    assert {c.tone.delivers for c in deliveries(decision)} <= {True}
    for contact in decision.contacts:
        modes = {step.mode for _claim, step in contact.pairs}
        assert len(modes) == 1
        assert {s.delivers for _c, s in contact.pairs} == {contact.tone.delivers}
        for _claim, step in contact.pairs:
            assert (step.channel, step.role) == (contact.channel, contact.role)
            assert (step.channel, step.role) == (contact.tone.channel, contact.tone.role)


@given(cases())
@settings(max_examples=150)
def test_a_customer_hears_from_us_once_a_day_and_not_more_often_than_agreed(case):
    decision = case.decide()
    said = heard(decision)
    assert len(set(doors(decision))) == len(said)
    if not said:
        return
    assert len({c.at for c in said}) == 1
    lead = min((pair for c in said for pair in c.pairs), key=lambda p: (p[0].due_date, p[0].id))[0]
    steps = [step for c in said for claim, step in c.pairs if claim is lead]
    assert len(steps) == len(said)  # the oldest has a word in each: several channels of its one step
    assert len({step.offset for step in steps}) == 1

    day = case.snapshot.calendar.local_day(said[0].at)
    before = case.snapshot.contacts
    ladder = lead.ladder
    assert day not in before
    assert all(abs(day - other) >= ladder.min_days_between * DAY for other in before)
    if ladder.max_contacts:
        days = {*before, day}
        for n in range(ladder.max_contacts_days):
            period = {day + (m - n) * DAY for m in range(ladder.max_contacts_days)}
            assert len(days & period) <= ladder.max_contacts


@given(cases())
def test_an_invoice_is_delivered_once_and_nothing_else_said_about_it_that_day(case):
    decision = case.decide()
    moves = [claim.move for c in deliveries(decision) for claim, _step in c.pairs]
    assert len(set(moves)) == len(moves)
    before = {
        c.move for c in case.snapshot.claims if c.delivered and c.come is not None or c.delivered_on
    }
    others = {claim.move for c in heard(decision) for claim, _step in c.pairs}
    assert not set(moves) & others
    assert all(
        not claim.delivered and claim.delivered_on is None
        for c in deliveries(decision)
        for claim, _step in c.pairs
    ), before


@given(cases())
def test_for_some_days_after_the_delivery_no_reminder_follows(case):
    for contact in heard(case.decide()):
        for claim, _step in contact.pairs:
            if claim.delivered_on:
                assert case.today - claim.delivered_on >= claim.ladder.days_after_delivery * DAY


@given(cases())
def test_no_claim_is_spoken_about_beyond_the_limit_of_days(case):
    calendar = case.snapshot.calendar
    for contact in heard(case.decide()):
        for claim, _step in contact.pairs:
            limit = claim.ladder.max_days_overdue
            assert not limit or case.today - effective(calendar, claim) <= limit * DAY


@given(cases())
@settings(max_examples=150)
def test_the_reason_for_waiting_is_the_true_one(case):
    decision = case.decide()
    calendar, before = case.snapshot.calendar, case.snapshot.contacts
    at = calendar.first_instant(case.now)
    day = calendar.local_day(at)
    delivered_now = {claim.move for c in deliveries(decision) for claim, _step in c.pairs}
    for claim in case.snapshot.claims:
        reason = decision.waiting.get(claim.id)
        if reason in BLOCKS or claim.block:
            assert reason in (None, claim.block)
        elif reason is Reason.COVERED:
            assert case.snapshot.credits
        elif reason is Reason.ONE_A_DAY:
            assert day in before or heard(decision)
        elif reason is Reason.JUST_DELIVERED:
            assert claim.delivered_on or claim.move in delivered_now
        elif reason in (Reason.TOO_SOON, Reason.CAPPED):
            assert before and not heard(decision)
        elif reason is Reason.PAST_LIMIT:
            assert claim.ladder.max_days_overdue
        else:
            assert reason is None


@given(cases())
@settings(max_examples=150)
def test_after_missed_runs_the_latest_step_is_said_or_the_first_overdue_to_who_never_heard(case):
    decision = case.decide()
    for contact in heard(decision):
        for claim, said in contact.pairs:
            messages = [
                s.offset
                for s in claim.ladder.steps_between(claim.watermark, claim.come)
                if s.mode != "task" and not s.delivers
            ]
            overdue = [offset for offset in messages if offset > 0]
            gently = overdue and not case.snapshot.spoken_to
            assert said.offset == (overdue[0] if gently else messages[-1])
    for contact in tasks(decision):
        for claim, step in contact.pairs:
            later = claim.ladder.steps_between(step.offset, decision.watermarks[claim.id])
            assert all(s.mode != "task" for s in later)  # a missed call stays a task


@given(cases())
@settings(max_examples=150)
def test_the_tone_is_that_of_the_oldest_overdue_claim(case):
    decision = case.decide()
    snapshot = case.snapshot
    for contact in heard(decision):
        day = snapshot.calendar.local_day(contact.at)
        late = [
            c
            for c in snapshot.claims
            if c.block is None and effective(snapshot.calendar, c) < day
        ]
        spoken = {claim: step for claim, step in contact.pairs}
        own = min(contact.pairs, key=lambda pair: (pair[0].due_date, pair[0].id))[1]
        reached = None
        if late:
            oldest = min(late, key=lambda c: (c.due_date, c.id))
            reached = oldest.watermark
            for other in heard(decision):
                reached = next((s.offset for c, s in other.pairs if c is oldest), reached)
        fitting = []
        if late and reached is not None and own.mode == "automatic":
            fitting = [
                s
                for s in oldest.ladder.steps
                if s.offset <= reached
                and (s.channel, s.role, s.mode) == (own.channel, own.role, own.mode)
                and not s.delivers
            ]
        assert contact.tone == (fitting[-1] if fitting else own)
        assert set(spoken) <= set(snapshot.claims)


@given(cases())
@settings(max_examples=150)
def test_words_that_need_approval_or_a_person_are_lent_to_no_other_claim(case):
    for contact in case.decide().contacts:
        if contact.tone.mode != "automatic":
            oldest = min(contact.pairs, key=lambda pair: (pair[0].due_date, pair[0].id))
            assert contact.tone == oldest[1]
        assert contact.tone.mode == contact.pairs[0][1].mode


@given(cases(quiet=True))
@settings(max_examples=150)
def test_the_tone_falls_when_the_oldest_claim_is_paid(case):
    claims = sorted(case.snapshot.claims, key=lambda c: (c.due_date, c.id))
    # each claim has said, or is about to say, all that has come
    claims = [
        replace(c, watermark=_reached(case, c) if c.come is None else c.watermark) for c in claims
    ]
    before = replace(case.snapshot, claims=tuple(claims))
    after = replace(case.snapshot, claims=tuple(claims[1:]))
    loud = {c.channel + c.role: c.tone for c in heard(decide(before, case.now))}
    soft = {c.channel + c.role: c.tone for c in heard(decide(after, case.now))}
    for door in loud.keys() & soft.keys():
        if loud[door].mode == soft[door].mode == "automatic":
            assert soft[door].offset <= loud[door].offset


def _reached(case, claim):
    return come(claim.ladder, case.snapshot.calendar, claim.due_date, case.today)


@given(cases(), st.randoms(use_true_random=False))
def test_the_same_facts_lead_to_the_same_decision_in_whatever_order_they_come(case, random):
    claims, contacts = list(case.snapshot.claims), list(case.snapshot.contacts)
    random.shuffle(claims)
    random.shuffle(contacts)
    credits = dict(reversed(case.snapshot.credits.items()))
    other = replace(
        case.snapshot, claims=tuple(claims), contacts=tuple(contacts), credits=credits
    )
    assert decide(other, case.now) == case.decide() == case.decide()


# laws of a door


@given(cases(), st.randoms(use_true_random=False))
@settings(max_examples=150)
def test_a_door_lets_through_what_was_just_decided(case, random):
    decision = case.decide()
    after = consumed(case.snapshot, decision)
    for contact in decision.contacts:
        shuffled = random.sample(contact.pairs, len(contact.pairs))
        check = ask_at_the_door(case, contact, after, shuffled=shuffled)
        assert (check.verdict, check.reason) == ("go", None)
        assert check.keep == {claim.id for claim, _step in contact.pairs}
        assert not check.dropped
        if contact in heard(decision):
            about = said_about(heard(decision))
            if check.amount != contact.amount:  # several channels announce different claims
                net = owed(after, case.snapshot.calendar.local_day(contact.at), check.keep)
                assert about > check.keep
                assert check.amount == net[check.currency]
            else:
                assert check.currency == contact.currency
            assert check.tone == contact.tone


@given(cases())
def test_nothing_leaves_when_all_is_paid(case):
    decision = case.decide()
    for contact in decision.contacts:
        reasons = {claim.id: Reason.PAID for claim, _step in contact.pairs}
        empty = replace(case.snapshot, claims=(), closed=reasons)
        check = ask_at_the_door(case, contact, empty)
        assert (check.verdict, check.reason) == ("cancel", Reason.PAID)
        assert check.dropped == reasons


@given(cases(), st.data())
def test_what_was_paid_meanwhile_drops_out_and_lowers_the_amount(case, data):
    decision = case.decide()
    said = heard(decision)
    if not said:
        return
    paid = data.draw(st.sampled_from(case.snapshot.claims))
    share = data.draw(st.sampled_from([0, Decimal("0.5")]))
    rest = [replace(paid, residual=paid.residual * share)] if share else []
    claims = [c for c in case.snapshot.claims if c is not paid]
    after = consumed(replace(case.snapshot, claims=(*claims, *rest)), decision)
    for contact in said:
        before = ask_at_the_door(case, contact, consumed(case.snapshot, decision))
        check = ask_at_the_door(case, contact, after)
        pairs = {claim.id for claim, _step in contact.pairs}
        left = pairs if share else pairs - {paid.id}
        if not left:
            assert check.verdict == "cancel"
            continue
        net = owed(after, case.snapshot.calendar.local_day(contact.at), left)
        if any(net.values()):
            assert (check.verdict, check.keep) == ("go", left)
            assert check.amount == net[check.currency] > 0
            if paid.currency == check.currency == before.currency and paid.id in before.asked:
                assert check.amount < before.amount or paid.block or _others_due(check, before)
        else:
            assert (check.verdict, check.reason) == ("wait", Reason.COVERED)


def _others_due(check, before):
    return not set(check.asked) <= set(before.asked)


@given(cases(), st.sampled_from(BLOCKS))
def test_what_is_held_meanwhile_waits_unless_it_is_the_invoice_itself(case, block):
    decision = case.decide()
    after = consumed(case.snapshot, decision)
    blocked = replace(after, claims=tuple(replace(c, block=block) for c in after.claims))
    for contact in decision.contacts:
        check = ask_at_the_door(case, contact, blocked)
        if contact.tone.delivers and block is Reason.HELD:
            assert check.verdict == "go"
        else:
            assert (check.verdict, check.reason) == ("wait", block)


@given(cases())
def test_what_is_held_is_left_out_of_what_leaves(case):
    decision = case.decide()
    after = consumed(case.snapshot, decision)
    for contact in heard(decision):
        if len(contact.pairs) == 1:
            continue
        held = contact.pairs[0][0].id
        claims = (replace(c, block=Reason.HELD) if c.id == held else c for c in after.claims)
        after = replace(after, claims=tuple(claims))
        check = ask_at_the_door(case, contact, after)
        assert held not in check.keep and held not in check.asked
        if check.verdict == "go":
            assert check.dropped == {held: Reason.HELD}
            net = owed(after, case.snapshot.calendar.local_day(contact.at), check.keep)
            assert check.amount == net[check.currency] > 0


@given(cases(), st.integers(-72 * 60, 72 * 60))
@settings(max_examples=120)
def test_a_door_is_shut_outside_the_windows_but_for_tasks(case, minutes):
    decision = case.decide()
    after = consumed(case.snapshot, decision, contacts=())
    for contact in decision.contacts:
        instant = contact.at + timedelta(minutes=minutes)
        check = ask_at_the_door(case, contact, after, now=instant)
        if contact in tasks(decision):
            assert check.verdict == "go"
        elif not may_speak(case.snapshot.calendar, instant):
            assert (check.verdict, check.reason) == ("wait", Reason.CLOSED)
        else:
            assert check.reason is not Reason.CLOSED


@given(cases())
def test_who_heard_from_us_meanwhile_hears_nothing_else_that_day(case):
    decision = case.decide()
    for contact in decision.contacts:
        day = case.snapshot.calendar.local_day(contact.at)
        after = consumed(case.snapshot, decision, contacts=(day,))
        check = ask_at_the_door(case, contact, after)
        if contact in heard(decision):
            assert (check.verdict, check.reason) == ("wait", Reason.ONE_A_DAY)
        else:
            assert check.verdict == "go"


# laws of a life


def live(story):
    """A life, one run of the job after the other; yields it with each snapshot and decision."""
    life, happenings = story
    for hours, event in [(0, ("nothing",)), *happenings]:
        life.now += hours * HOUR
        name, *values = event
        if name == "credit":
            life.credit = values[0]
        elif name != "nothing":
            getattr(life, name)(*values)
        yield life, *life.run()


@given(lives())
@settings(max_examples=100)
def test_no_step_is_ever_said_twice_or_lost_about_one_claim(story):
    for life, _snapshot, _decision in live(story):
        for key, claim in life.claims.items():
            low, high = life.first[key], claim.watermark
            steps = () if high is None else life.ladder.steps_between(low, high)
            assert Counter(life.fates[key]) == Counter(steps)


@given(lives())
@settings(max_examples=100)
def test_about_one_claim_words_only_become_firmer(story):
    latest = {}
    for _life, snapshot, decision in live(story):
        for contact in decision.contacts:
            track = "task" if contact in tasks(decision) else "message"
            for claim, step in contact.pairs:
                assert step.offset > latest.get((claim.id, track), -1000) or step.offset == (
                    latest.get((claim.id, track)) and contact.at
                )
        for contact in decision.contacts:
            track = "task" if contact in tasks(decision) else "message"
            for claim, step in contact.pairs:
                latest[claim.id, track] = step.offset
        for claim in snapshot.claims:
            assert decision.watermarks.get(claim.id, 1000) > (claim.watermark or -1000)


@given(lives())
@settings(max_examples=100)
def test_after_a_gap_one_message_at_the_latest_step_or_the_first_to_who_never_heard(story):
    for life, snapshot, decision in live(story):
        offsets = Counter(
            (c.channel, claim.id) for c in heard(decision) for claim, _step in c.pairs
        )
        assert set(offsets.values()) <= {1}
        for contact in heard(decision):
            for claim, step in contact.pairs:
                messages = [
                    s.offset
                    for s in life.ladder.steps_between(claim.watermark, claim.come)
                    if s.mode != "task" and not s.delivers
                ]
                overdue = [offset for offset in messages if offset > 0]
                first = overdue and not snapshot.spoken_to
                assert step.offset == (overdue[0] if first else messages[-1])


@given(lives())
@settings(max_examples=100)
def test_over_a_life_nobody_hears_from_us_more_often_than_agreed(story):
    life = story[0]
    for life, _snapshot, _decision in live(story):
        pass
    ladder, calendar = life.ladder, life.calendar
    groups = {}
    for one in life.left:
        if one.asks:
            assert may_speak(calendar, one.at)
            groups.setdefault(calendar.local_day(one.at), set()).add(one.run)
    assert all(len(runs) == 1 for runs in groups.values())
    days = sorted(groups)
    assert all(b - a >= ladder.min_days_between * DAY for a, b in pairwise(days))
    if ladder.max_contacts:
        for n, day in enumerate(days):
            period = [d for d in days[n:] if d < day + ladder.max_contacts_days * DAY]
            assert len(period) <= ladder.max_contacts


@given(lives())
@settings(max_examples=60)
def test_over_a_life_each_invoice_is_delivered_once(story):
    life = story[0]
    for life, _snapshot, _decision in live(story):
        pass
    moves = Counter(
        one.contact.pairs[0][0].move
        for one in (*life.left, *life.planned, *life.waiting)
        if one.contact.tone.delivers
    )
    assert set(moves.values()) <= {1}
