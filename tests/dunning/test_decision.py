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
    due,
    effective,
    fates,
    heard,
    in_force,
    lives,
    owed,
    tasks,
    waits_for_the_other_track,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import DAY, WEEKDAYS, may_speak

from dunning.bank import bank_is_stale
from dunning.calendar import ContactCalendar
from dunning.course import reached_offset
from dunning.decision import decide
from dunning.facts import Claim, Decision, Recheck, Snapshot
from dunning.ladder import Ladder, Step
from dunning.purpose import Purpose
from dunning.reason import Reason
from dunning.recheck import foresee, recheck


def doors(decision):
    return [(c.channel, c.role, c.pairs[0][1].mode) for c in heard(decision)]


def said_about(contacts):
    return {claim.id for contact in contacts for claim, _step in contact.pairs}


def ask_at_the_door(contact, snapshot, now=None, shuffled=None):
    """The re-check of a contact; `shuffled` are its pairs in another order."""
    return recheck(
        snapshot,
        [(claim.id, step) for claim, step in shuffled or contact.pairs],
        now or contact.at,
        "delivery" if contact.tone.delivers else "dunning",
        contact.pairs[0][1].mode != "task",
        approved_on=snapshot.calendar.local_day(now or contact.at),
    )


def paid_by_credits(snapshot, day):
    """Ids of the claims that credits pay in full, the oldest first."""
    left, found = dict(snapshot.credits), set()
    for claim in sorted(in_force(snapshot, day), key=lambda c: (c.due_date, c.id)):
        paid = min(left.get(claim.currency, 0), claim.residual)
        left[claim.currency] = left.get(claim.currency, 0) - paid
        if paid == claim.residual:
            found.add(claim.id)
    return found


minimums = st.sampled_from([Decimal(0), Decimal(1), Decimal(250), Decimal(1000), Decimal(99999)])
rates = st.sampled_from([{}, {"USD": Decimal("0.5")}, {"EUR": Decimal(20)}])


def with_minimums(case, of_ruler, of_steps, rates):
    """The case with a minimum for its rulers and for the latter half of their steps."""
    claims = []
    for claim in case.snapshot.claims:
        steps = claim.ladder.steps
        half = len(steps) // 2
        dear = tuple(replace(step, owed_min=of_steps) for step in steps[half:])
        ladder = replace(claim.ladder, steps=steps[:half] + dear, owed_min=of_ruler)
        claims.append(replace(claim, ladder=ladder))
    return replace(case, snapshot=replace(case.snapshot, claims=tuple(claims), rates=rates))


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
            allowed = (None, Reason.HELD, Reason.IN_BANK) if contact.tone.delivers else (None,)
            assert claim in case.snapshot.claims
            assert claim.blocked_by in allowed


@given(cases())
def test_while_the_bank_data_is_old_nothing_overdue_is_asked_for(case):
    calendar = case.snapshot.calendar
    long_ago = calendar.local_day(case.now) - timedelta(days=60)
    decision = decide(replace(case.snapshot, bank_day=long_ago, bank_days=2), case.now)
    for contact in heard(decision) + tasks(decision):
        day = calendar.local_day(contact.at)
        assert all(effective(calendar, claim) >= day for claim, _step in contact.pairs)
    for contact in heard(decision):
        day = calendar.local_day(contact.at)
        coming = [c for c in case.snapshot.claims if effective(calendar, c) >= day]
        assert contact.amount <= sum(c.residual for c in coming if c.currency == contact.currency)


@given(cases(), st.integers(1, 5))
def test_nobody_is_asked_for_money_that_may_be_on_its_way(case, days):
    """D3: what was paid on the due date has so many bank days to arrive."""
    calendar = case.snapshot.calendar
    claims = tuple(replace(c, settlement_days=days) for c in case.snapshot.claims)
    snapshot = replace(case.snapshot, claims=claims)
    for contact in heard(decide(snapshot, case.now)):
        day = calendar.local_day(contact.at)
        for claim in [c for c, _step in contact.pairs]:
            late = effective(calendar, claim)
            passed = sum(
                calendar.is_bank_day(late + n * DAY) for n in range(1, (day - late).days + 1)
            )
            assert (
                day <= late or passed > days or (passed == days and not calendar.is_bank_day(day))
            )


@given(cases())
def test_bank_data_of_today_changes_nothing(case):
    today = case.snapshot.calendar.local_day(case.now)
    fresh = replace(case.snapshot, bank_day=today + timedelta(days=9), bank_days=1)
    assert decide(fresh, case.now) == case.decide()


@given(cases())
def test_what_credits_cover_is_not_asked_for(case):
    decision = case.decide()
    for contact in heard(decision):
        net = owed(
            case.snapshot, case.snapshot.calendar.local_day(contact.at), said_about([contact])
        )
        for claim, _step in contact.pairs:
            assert net.get(claim.currency) != 0


@given(cases())
def test_the_amount_is_what_is_due_less_credits_and_more_than_nothing(case):
    decision = case.decide()
    for contact in heard(decision):
        net = owed(
            case.snapshot, case.snapshot.calendar.local_day(contact.at), said_about([contact])
        )
        assert contact.amount == net[contact.currency] > 0


@given(cases(), minimums, minimums, rates)
def test_nothing_is_asked_for_below_the_minimums_of_ruler_and_step(case, of_ruler, of_steps, rates):
    case = with_minimums(case, of_ruler, of_steps, rates)
    decision = case.decide()
    for contact in heard(decision):
        amounts = owed(
            case.snapshot, case.snapshot.calendar.local_day(contact.at), said_about([contact])
        )
        worth = sum(amount * rates.get(currency, 1) for currency, amount in amounts.items())
        oldest = min((c for c, _step in contact.pairs), key=lambda c: (c.due_date, c.id))
        assert worth >= oldest.ladder.owed_min
        assert all(worth >= step.owed_min for _claim, step in contact.pairs)
        assert worth >= contact.tone.owed_min


@given(cases(quiet=True), minimums)
def test_a_step_for_larger_amounts_is_passed_over_and_does_not_stop_the_ruler(case, of_steps):
    case = with_minimums(case, Decimal(0), of_steps, {})
    calendar = case.snapshot.calendar
    day = calendar.local_day(
        calendar.first_instant(case.now)
    )  # at night, what is owed next morning
    decision = case.decide()
    passed = [(c.id, s) for c, s, reason in decision.skipped if reason is Reason.TOO_LITTLE]
    # each message asks for what is said by its channel; what has no true word today lends its amount to no
    # other
    for channel in {step.channel for _key, step in passed}:
        alone = {key: step for key, step in passed if step.channel == channel}
        said = said_about(c for c in heard(decision) if c.channel == channel)
        worth = sum(owed(case.snapshot, day, {*alone, *said}).values())
        assert all(step.owed_min > worth for step in alone.values())
    assert Reason.TOO_LITTLE not in decision.waiting.values()
    for claim in case.snapshot.claims:
        watermark = decision.watermarks.get(claim.id, claim.reached_offset)
        assert watermark == claim.reached_offset or waits_for_the_other_track(claim, watermark)


@given(cases(), minimums, rates)
def test_a_minimum_of_the_ruler_makes_wait_what_is_said_without_it(case, minimum, rates):
    without = with_minimums(case, Decimal(0), Decimal(0), rates).decide()
    decision = with_minimums(case, minimum, Decimal(0), rates).decide()
    assert decision.watermarks.keys() <= without.watermarks.keys()
    for key in without.watermarks.keys() - decision.watermarks.keys():
        assert decision.waiting[key] is Reason.TOO_LITTLE


@given(cases())
def test_a_claim_is_consumed_or_waits_or_has_nothing_due(case):
    decision = case.decide()
    consumed, waiting = set(decision.watermarks), set(decision.waiting)
    assert not consumed & waiting
    assert consumed | waiting == {
        c.id for c in case.snapshot.claims if c.reached_offset is not None
    }


@given(cases())
def test_watermarks_rise_and_no_further_than_what_has_come(case):
    decision = case.decide()
    for claim in case.snapshot.claims:
        if claim.id in decision.watermarks:
            reached = decision.watermarks[claim.id]
            assert claim.watermark is None or claim.watermark < reached
            assert reached <= claim.reached_offset


@given(cases())
@settings(max_examples=100)
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
@settings(max_examples=100)
def test_a_customer_hears_from_us_once_a_day_and_not_more_often_than_agreed(case):
    decision = case.decide()
    said = heard(decision)
    assert len(set(doors(decision))) == len(said)
    if not said:
        return
    assert len({c.at for c in said}) == 1
    lead = min((pair for c in said for pair in c.pairs), key=lambda p: (p[0].due_date, p[0].id))[0]
    steps = [step for c in said for claim, step in c.pairs if claim is lead]
    assert len(steps) == len(
        said
    )  # the oldest has a word in each: several channels of its one step
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
    delivered = [claim for c in deliveries(decision) for claim, _step in c.pairs]
    moves = {claim.move for claim in delivered}
    assert len(moves) == len(delivered)
    assert not any(claim.delivered or claim.delivered_on for claim in delivered)
    assert not moves & {claim.move for c in heard(decision) for claim, _step in c.pairs}


@given(cases())
def test_for_some_days_after_the_delivery_no_reminder_follows(case):
    for contact in heard(case.decide()):
        for claim, _step in contact.pairs:
            if claim.delivered_on:
                day = case.snapshot.calendar.local_day(contact.at)
                assert day - claim.delivered_on >= claim.ladder.days_after_delivery * DAY


@given(cases())
def test_no_claim_is_spoken_about_beyond_the_limit_of_days(case):
    calendar = case.snapshot.calendar
    for contact in heard(case.decide()):
        for claim, _step in contact.pairs:
            limit = claim.ladder.max_days_overdue
            day = calendar.local_day(contact.at)
            assert not limit or day - effective(calendar, claim) <= limit * DAY


@given(cases())
@settings(max_examples=100)
def test_the_reason_for_waiting_is_the_true_one(case):
    decision = case.decide()
    calendar, before = case.snapshot.calendar, case.snapshot.contacts
    at = calendar.first_instant(case.now)
    day = calendar.local_day(at)
    delivered_now = {claim.move for c in deliveries(decision) for claim, _step in c.pairs}
    for claim in case.snapshot.claims:
        reason = decision.waiting.get(claim.id)
        if reason in BLOCKS or claim.blocked_by:
            assert reason in (None, claim.blocked_by)
        elif reason is Reason.COVERED:
            assert case.snapshot.credits
        elif reason is Reason.ONE_A_DAY:
            assert {day, case.today} & {*before} or heard(decision)
        elif reason is Reason.JUST_DELIVERED:
            assert claim.delivered_on or claim.move in delivered_now
        elif reason in (Reason.TOO_SOON, Reason.CAPPED):
            assert before and not heard(decision)
        elif reason is Reason.PAST_LIMIT:
            assert claim.ladder.max_days_overdue
        elif reason is Reason.OVERDUE_FIRST:
            late = [c for c in in_force(case.snapshot, day) if effective(calendar, c) < day]
            assert late and not heard(decision)
        else:
            assert reason is None


@given(cases())
@settings(max_examples=100)
def test_after_missed_runs_the_latest_step_is_said_or_the_first_overdue_to_who_never_heard(case):
    decision = case.decide()
    for contact in heard(decision):
        for claim, said in contact.pairs:
            messages = [
                s.offset
                for s in claim.ladder.steps_between(claim.watermark, claim.reached_offset)
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
@settings(max_examples=100)
def test_the_tone_is_that_of_the_oldest_overdue_claim_of_the_message(case):
    decision = case.decide()
    snapshot = case.snapshot
    for contact in heard(decision):
        day = snapshot.calendar.local_day(contact.at)
        # what is overdue and has no step today had its words already (C8)
        about = [c for c, _step in contact.pairs]
        late = [c for c in due(snapshot, day) if effective(snapshot.calendar, c) < day]
        late = [c for c in late if c in about]
        own = min(contact.pairs, key=lambda pair: (pair[0].due_date, pair[0].id))[1]
        reached = None
        if late:
            oldest = min(late, key=lambda c: (c.due_date, c.id))
            reached = next(s.offset for c, s in contact.pairs if c is oldest)
        fitting = []
        if late and reached is not None and own.mode == "automatic":
            fitting = [
                s
                for s in oldest.ladder.steps
                if s.offset <= reached
                and (s.channel, s.role, s.mode) == (own.channel, own.role, own.mode)
                and not s.delivers
                and s.offset > 0  # nobody hears "due today" about a debt of yesterday
            ]
        if fitting and fitting[-1].offset < own.offset and snapshot.spoken_to:
            fitting = []  # a notice that was not said in time lends no words
        if not snapshot.spoken_to:
            fitting = fitting[:1]
        assert contact.tone == (fitting[-1] if fitting else own)


@given(cases())
@settings(max_examples=100)
def test_words_that_need_approval_or_a_person_are_lent_to_no_other_claim(case):
    for contact in case.decide().contacts:
        # whoever never heard from us is called before anything firmer
        if contact.tone.mode == "approve" or (
            contact.tone.mode == "task" and case.snapshot.spoken_to
        ):
            oldest = min(contact.pairs, key=lambda pair: (pair[0].due_date, pair[0].id))
            assert contact.tone == oldest[1]
        assert contact.tone.mode == contact.pairs[0][1].mode


@given(cases(quiet=True))
@settings(max_examples=100)
def test_the_tone_falls_when_the_oldest_claim_is_paid(case):
    claims = sorted(case.snapshot.claims, key=lambda c: (c.due_date, c.id))
    # each claim has said, or is about to say, all that has come
    claims = [
        replace(c, watermark=_reached(case, c) if c.reached_offset is None else c.watermark)
        for c in claims
    ]
    before = replace(case.snapshot, claims=tuple(claims))
    after = replace(case.snapshot, claims=tuple(claims[1:]))
    loud = {c.channel + c.role: c.tone for c in heard(decide(before, case.now))}
    soft = {c.channel + c.role: c.tone for c in heard(decide(after, case.now))}
    for door in loud.keys() & soft.keys():
        if loud[door].mode == soft[door].mode == "automatic":
            assert soft[door].offset <= loud[door].offset


def _reached(case, claim):
    return reached_offset(claim.ladder, case.snapshot.calendar, claim.due_date, case.today)


@given(cases(), st.randoms(use_true_random=False))
def test_the_same_facts_lead_to_the_same_decision_in_whatever_order_they_come(case, random):
    claims, contacts = list(case.snapshot.claims), list(case.snapshot.contacts)
    random.shuffle(claims)
    random.shuffle(contacts)
    credits = dict(reversed(case.snapshot.credits.items()))
    other = replace(case.snapshot, claims=tuple(claims), contacts=tuple(contacts), credits=credits)
    assert decide(other, case.now) == case.decide() == case.decide()


# laws of a door


@given(cases(), st.randoms(use_true_random=False))
@settings(max_examples=100)
def test_a_door_lets_through_what_was_just_decided(case, random):
    decision = case.decide()
    after = consumed(case.snapshot, decision)
    for contact in decision.contacts:
        shuffled = random.sample(contact.pairs, len(contact.pairs))
        check = ask_at_the_door(contact, after, shuffled=shuffled)
        own, about = said_about([contact]), said_about(heard(decision))
        if (
            contact in heard(decision)
            and own < about
            and not due(after, case.snapshot.calendar.local_day(contact.at))
        ):
            continue  # of what is only announced, this channel tells a part: judged on its own
        assert (check.verdict, check.reason) == ("go", None)
        assert check.keep == own
        assert not check.dropped
        if contact in heard(decision):
            assert (check.amount, check.currency) == (contact.amount, contact.currency)
            assert check.tone == contact.tone


@given(cases(), st.lists(st.sampled_from([None, *BLOCKS]), min_size=5, max_size=5))
def test_a_door_says_the_same_in_whatever_order_it_is_asked(case, blocks):
    after = consumed(case.snapshot, case.decide())
    claims = (replace(c, blocked_by=block) for c, block in zip(after.claims, blocks, strict=False))
    after = replace(after, claims=tuple(claims))
    for contact in case.decide().contacts:
        check = ask_at_the_door(contact, after)
        assert check == ask_at_the_door(contact, after, shuffled=contact.pairs[::-1])


@given(cases())
def test_nothing_leaves_when_all_is_paid(case):
    decision = case.decide()
    for contact in decision.contacts:
        reasons = {claim.id: Reason.PAID for claim, _step in contact.pairs}
        empty = replace(case.snapshot, claims=(), closed=reasons)
        check = ask_at_the_door(contact, empty)
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
        before = ask_at_the_door(contact, consumed(case.snapshot, decision))
        check = ask_at_the_door(contact, after)
        pairs = {claim.id for claim, _step in contact.pairs}
        left = pairs if share else pairs - {paid.id}
        if not left:
            assert check.verdict == "cancel"
            continue
        day = case.snapshot.calendar.local_day(contact.at)
        left = (
            left - paid_by_credits(after, day) or left
        )  # what they pay by now is not spoken about
        net = owed(after, day, left)
        if check.reason in (Reason.TOO_SOON, Reason.CAPPED):
            # whoever leads now has a stricter ruler
            assert {c.ladder.id for c, _step in contact.pairs} == {1, 2}
        elif any(net.values()):
            assert (check.verdict, check.keep) == ("go", left)
            assert check.amount == net[check.currency] > 0
            same = check.currency == before.currency == paid.currency
            if same and paid.id in before.asked and {*check.asked} <= {*before.asked}:
                assert check.amount < before.amount
        else:
            assert (check.verdict, check.reason) == ("wait", Reason.COVERED)


@given(cases(), st.sampled_from(BLOCKS))
def test_what_is_held_meanwhile_waits_unless_it_is_the_invoice_itself(case, block):
    decision = case.decide()
    after = consumed(case.snapshot, decision)
    blocked = replace(after, claims=tuple(replace(c, blocked_by=block) for c in after.claims))
    for contact in decision.contacts:
        check = ask_at_the_door(contact, blocked)
        if contact.tone.delivers and block in (Reason.HELD, Reason.IN_BANK):
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
        claims = (replace(c, blocked_by=Reason.HELD) if c.id == held else c for c in after.claims)
        after = replace(after, claims=tuple(claims))
        check = ask_at_the_door(contact, after)
        assert held not in check.keep and held not in check.asked
        if check.verdict == "go":
            assert check.dropped == {held: Reason.HELD}
            net = owed(after, case.snapshot.calendar.local_day(contact.at), check.keep)
            assert check.amount == net[check.currency] > 0


@given(cases(), st.integers(-72 * 60, 72 * 60))
@settings(max_examples=100)
def test_a_door_is_shut_outside_the_windows_but_for_tasks(case, minutes):
    decision = case.decide()
    after = consumed(case.snapshot, decision, contacts=())
    for contact in decision.contacts:
        instant = contact.at + timedelta(minutes=minutes)
        check = ask_at_the_door(contact, after, now=instant)
        if contact in tasks(decision):
            assert check.verdict == "go"
        elif check.verdict == "cancel":  # a notice that time has made untrue
            assert check.reason is Reason.OVERTAKEN
            assert all(step.offset <= 0 for _claim, step in contact.pairs)
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
        check = ask_at_the_door(contact, after)
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
        said = {
            (claim.id, contact in tasks(decision)): step.offset
            for contact in decision.contacts
            for claim, step in contact.pairs
        }
        assert all(offset > latest.get(key, -1000) for key, offset in said.items())
        latest |= said
        for claim in snapshot.claims:
            if claim.id in decision.watermarks and claim.watermark is not None:
                assert decision.watermarks[claim.id] > claim.watermark


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
                    for s in life.ladder.steps_between(claim.watermark, claim.reached_offset)
                    if s.mode != "task" and not s.delivers
                ]
                overdue = [offset for offset in messages if offset > 0]
                first = overdue and not snapshot.spoken_to
                assert step.offset == (overdue[0] if first else messages[-1])


@given(lives())
@settings(max_examples=100)
def test_over_a_life_nobody_hears_from_us_more_often_than_agreed(story):
    life = story[0]
    list(live(story))
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
@settings(max_examples=100)
def test_over_a_life_each_invoice_is_delivered_once(story):
    life = story[0]
    list(live(story))
    moves = Counter(
        one.contact.pairs[0][0].move
        for one in (*life.left, *life.planned, *life.waiting)
        if one.contact.tone.delivers
    )
    assert set(moves.values()) <= {1}


# examples


MONDAY = datetime(2025, 11, 24, 13, tzinfo=UTC)  # ten o'clock in São Paulo
TODAY = MONDAY.date()


def email(number, offset, **more):
    return Step(number, offset, "email", **more)


DEFAULT = Ladder(
    1,
    (
        email(1, -10, delivers=True),
        email(2, -7),
        email(3, 0),
        email(4, 2),
        Step(5, 5, "phone", mode="task"),
        email(6, 8),
        email(7, 10, mode="approve"),
    ),
    bank_days=False,
)


def owes(key, days_late, watermark=None, ladder=DEFAULT, today=TODAY, **more):
    """A claim of 100.00, delivered, with all its steps come that have by the day."""
    due = today - days_late * DAY
    reached = reached_offset(ladder, BRAZIL, due, today)
    if reached is not None and watermark is not None and reached <= watermark:
        reached = None
    values = {"residual": Decimal(100), "currency": "EUR", "delivered": True, **more}
    move = values.pop("move", key)
    return Claim(key, move, ladder, due, due, reached, watermark, **values)


def debtor(*claims, **more):
    return Snapshot(BRAZIL, claims, **{"spoken_to": True, **more})


def spoken(decision):
    return [
        (c.channel, [(x.id, s.offset) for x, s in c.pairs], c.amount) for c in decision.contacts
    ]


def test_a_task_of_the_weekend_waits_for_the_message_that_was_planned_on_friday():
    """Else a review on Saturday would stop the message of Monday."""
    saturday = datetime(2025, 11, 22, 4, tzinfo=UTC)  # one o'clock at night
    late = owes(1, 7, watermark=2, today=saturday.date())
    assert spoken(decide(debtor(late), saturday)) == [("phone", [(1, 5)], 100)]
    waits = decide(debtor(late, contacts=(TODAY,)), saturday)
    assert (spoken(waits), waits.waiting) == ([], {1: Reason.ONE_A_DAY})


def test_who_owes_nothing_hears_nothing():
    assert decide(debtor(), MONDAY) == Decision()
    assert decide(debtor(owes(1, 2, 2)), MONDAY) == Decision()


def test_one_message_speaks_of_ten_invoices_in_the_words_for_the_oldest():
    claims = [owes(n, 2, 0) for n in range(2, 11)]
    decision = decide(debtor(owes(1, 8, 5), *claims), MONDAY)
    (contact,) = decision.contacts
    assert len(contact.pairs) == 10
    assert contact.amount == 1000
    assert contact.tone.offset == 8
    assert contact.at == MONDAY


def test_story_2_an_invoice_due_today_and_never_sent_is_delivered_and_reminded_of_days_later():
    claim = owes(1, 0, delivered=False)
    decision = decide(debtor(claim, spoken_to=False), MONDAY)
    assert spoken(decision) == [("email", [(1, -10)], 100)]
    assert decision.watermarks == {1: -10}
    for days in (0, 1, 2):
        later = owes(1, days, -10, today=TODAY + days * DAY, delivered_on=TODAY)
        decision = decide(debtor(later, spoken_to=False), MONDAY + days * DAY)
        assert decision.waiting == {1: Reason.JUST_DELIVERED}
        assert not decision.contacts
    third = owes(1, 3, -10, today=TODAY + 3 * DAY, delivered_on=TODAY)
    decision = decide(debtor(third, spoken_to=False), MONDAY + 3 * DAY)
    assert spoken(decision) == [("email", [(1, 2)], 100)]
    assert [(s.offset, r) for _c, s, r in decision.skipped] == [
        (-7, Reason.OVERTAKEN),
        (0, Reason.OVERTAKEN),
    ]


def test_story_6_a_disputed_invoice_is_silent_and_left_out_while_the_others_go_on():
    disputed = owes(1, 8, 5, blocked_by=Reason.HELD)
    new = owes(4, -10, delivered=False, blocked_by=Reason.HELD)
    decision = decide(debtor(disputed, owes(2, 2, 0), owes(3, 2, 0), new), MONDAY)
    delivery, reminder = decision.contacts
    assert (delivery.tone.delivers, [c.id for c, _s in delivery.pairs]) == (True, [4])
    assert [c.id for c, _s in reminder.pairs] == [2, 3]
    assert reminder.amount == 200
    assert reminder.tone.offset == 2  # not that of the disputed one
    assert decision.waiting == {1: Reason.HELD}
    check = ask_at_the_door(delivery, consumed(debtor(new), decision))
    assert check == Recheck("go", keep=frozenset({4}))


def test_story_10_after_ten_days_without_a_server_the_call_and_then_one_message():
    decision = decide(debtor(owes(1, 9, 0)), MONDAY)
    assert spoken(decision) == [("phone", [(1, 5)], 100)]
    assert [(s.offset, r) for _c, s, r in decision.skipped] == [(2, Reason.OVERTAKEN)]
    assert decision.watermarks == {1: 5}
    # two working days for the call, unless it is done before
    for days, waiting in ((0, True), (1, True), (2, False)):
        day = TODAY + days * DAY
        after = owes(1, 9 + days, 5, today=day, task_since=TODAY)
        decision = decide(debtor(after), MONDAY + days * DAY)
        assert decision.waiting == ({1: Reason.TASK_OPEN} if waiting else {})
    assert spoken(decision) == [("email", [(1, 10)], 100)]
    assert spoken(decide(debtor(owes(1, 9, 5)), MONDAY)) == [("email", [(1, 8)], 100)]


def test_while_people_review_a_debt_it_is_silent_and_others_go_on_in_their_own_words():
    """A4, C8: what was said about the old debt is not said again with each new invoice."""
    ladder = replace(DEFAULT, steps=(*DEFAULT.steps, email(8, 20)))
    reviewed = owes(1, 25, 10, ladder, task_since=TODAY - 15 * DAY, is_reviewed=True)
    newer = owes(2, 2, 0)
    decision = decide(debtor(reviewed, newer), MONDAY)
    assert spoken(decision) == [("email", [(2, 2)], 100)]
    assert decision.waiting == {1: Reason.TASK_OPEN}
    assert decision.contacts[0].tone.offset == 2
    ended = replace(reviewed, task_since=None, is_reviewed=False)
    assert spoken(decide(debtor(ended, newer), MONDAY)) == [("email", [(1, 20), (2, 2)], 200)]


def test_what_was_planned_before_a_review_waits_for_it_at_the_door():
    """A2: the mail server was down, and meanwhile people began to decide what comes next."""
    firm, notice = DEFAULT.steps[5], DEFAULT.steps[2]
    reviewed = owes(1, 12, 10, task_since=TODAY, is_reviewed=True)
    other = owes(2, 0, 0)
    check = recheck(debtor(reviewed), [(1, firm)], MONDAY)
    assert (check.verdict, check.reason) == ("wait", Reason.TASK_OPEN)
    together = recheck(debtor(reviewed, other), [(1, firm), (2, notice)], MONDAY)
    assert (together.verdict, together.keep, together.amount) == ("go", {2}, 100)
    assert together.dropped == {1: Reason.TASK_OPEN}
    # a person's own word, news of a payment, and the invoice itself are no reminders
    assert recheck(debtor(reviewed), [(1, firm)], MONDAY, approved_on=TODAY).verdict == "go"
    stale = recheck(debtor(reviewed), [(1, firm)], MONDAY, approved_on=TODAY - 4 * DAY)
    assert stale.reason == Reason.TASK_OPEN
    for purpose in ("returned", "delivery"):
        assert recheck(debtor(reviewed), [(1, firm)], MONDAY, purpose).verdict == "go"
    assert recheck(debtor(reviewed), [(1, firm)], MONDAY, customer_hears=False).verdict == "go"
    called = replace(reviewed, is_reviewed=False)
    assert recheck(debtor(called), [(1, firm)], MONDAY).verdict == "go"


def test_on_the_day_of_thanks_reminders_rest():
    thanked = debtor(owes(1, 2, 0), thanks_on=frozenset({TODAY}))
    assert decide(thanked, MONDAY).waiting == {1: Reason.THANKED}
    check = recheck(thanked, [(1, DEFAULT.steps[3])], MONDAY)
    assert (check.verdict, check.reason) == ("wait", Reason.THANKED)
    assert decide(replace(thanked, thanks_on=frozenset({TODAY - DAY})), MONDAY).contacts


def test_whom_somebody_is_to_call_gets_no_second_call():
    """No message ever reached them; the call is asked for already, so the next task is what it is."""
    call = Step(5, 5, "activity", mode="task")
    review = Step(9, 10, "activity", mode="task", reviews=True)
    ladder = replace(DEFAULT, steps=(email(4, 2), call, review))
    never_called = debtor(owes(1, 14, 7, replace(ladder, steps=(call, review))), spoken_to=False)
    (contact,) = decide(never_called, MONDAY).contacts
    assert contact.tone == call  # a call before anything more formal
    called = debtor(owes(1, 14, 5, ladder, task_since=TODAY - 7 * DAY), spoken_to=False)
    (contact,) = decide(called, MONDAY).contacts
    assert contact.tone == review


def test_until_the_day_that_thanks_name_nothing_reminds_of_the_rest():
    """Who paid a part is told what remains and by when: no reminder and no call before that day is over."""
    for day in (TODAY, TODAY + DAY):
        resting = owes(1, 9, 0, rests_until=day)
        other = owes(2, 2, 0)
        decision = decide(debtor(resting, other), MONDAY)
        assert decision.waiting == {1: Reason.THANKED}
        assert spoken(decision) == [("email", [(2, 2)], 100)]
        check = recheck(debtor(resting), [(1, DEFAULT.steps[3])], MONDAY)
        assert (check.verdict, check.reason) == ("wait", Reason.THANKED)
    over = debtor(owes(1, 2, 0, rests_until=TODAY - DAY))
    assert spoken(decide(over, MONDAY)) == [("email", [(1, 2)], 100)]
    # on the due date itself nothing is late: it is said, though they will be thanked tomorrow
    due_today = debtor(owes(1, 0, -7, rests_until=TODAY + DAY))
    assert spoken(decide(due_today, MONDAY)) == [("email", [(1, 0)], 100)]
    # what came back is told all the same, and a person may call
    came_back = recheck(debtor(resting), [(1, DEFAULT.steps[3])], MONDAY, Purpose.RETURNED)
    assert came_back.verdict == "go"
    assert foresee(debtor(resting), [(1, DEFAULT.steps[3])], MONDAY).verdict == "go"


def test_a_door_never_says_what_time_has_made_untrue():
    """A notice that waited is not said once its day has passed, in whatever mode; what comes is."""
    ladder = replace(DEFAULT, steps=(email(2, -7), email(3, 0, mode="approve"), email(4, 2)))
    week, day, forgot = ladder.steps
    for days_late, step, verdict in (
        (-1, week, "go"),
        (0, week, "cancel"),  # the word for the day itself takes its place
        (0, day, "go"),
        (1, day, "cancel"),
        (3, week, "cancel"),
        (3, forgot, "go"),
    ):
        snapshot = debtor(owes(1, days_late, step.offset, ladder))
        check = recheck(snapshot, [(1, step)], MONDAY, approved_on=TODAY)
        assert (check.verdict, days_late) == (verdict, days_late)
    alone = replace(ladder, steps=(week, forgot))
    assert recheck(debtor(owes(1, 0, -7, alone)), [(1, week)], MONDAY).verdict == "go"
    # what is still true of the message leaves
    both = debtor(owes(1, 1, 0, ladder), owes(2, 0, 0, ladder))
    check = recheck(both, [(1, day), (2, day)], MONDAY, approved_on=TODAY)
    assert (check.verdict, check.asked, check.dropped) == ("go", (2,), {1: Reason.OVERTAKEN})


def test_who_never_heard_from_us_is_called_before_a_formal_letter():
    letter = Step(9, 25, "phone", mode="task")
    ladder = replace(DEFAULT, steps=(email(4, 2), Step(5, 10, "phone", mode="task"), letter))
    (task,) = decide(debtor(owes(1, 26, 15, ladder), spoken_to=False), MONDAY).contacts
    assert (task.tone.id, task.pairs[0][1]) == (5, letter)
    (task,) = decide(debtor(owes(1, 26, 15, ladder)), MONDAY).contacts
    assert task.tone == letter


def test_story_10_it_asks_when_the_latest_step_needs_approval():
    decision = decide(debtor(owes(1, 10, 5)), MONDAY)
    assert [(c.tone.offset, c.tone.mode) for c in decision.contacts] == [(10, "approve")]
    assert [s.offset for _c, s, _r in decision.skipped] == [8]


def test_story_10_who_never_heard_from_us_hears_the_first_overdue_step():
    decision = decide(debtor(owes(1, 12, 0), spoken_to=False), MONDAY)
    assert spoken(decision) == [("email", [(1, 2)], 100)]
    assert decision.watermarks == {1: 2}


def test_outside_the_window_the_message_is_planned_for_the_next_one():
    friday_night = datetime(2025, 11, 22, 1, tzinfo=UTC)
    claim = owes(1, 2, 0, today=date(2025, 11, 21))
    (contact,) = decide(debtor(claim), friday_night).contacts
    assert contact.at == datetime(2025, 11, 24, 12, tzinfo=UTC)  # Monday, nine o'clock


def test_who_can_never_be_reached_waits():
    claim = owes(1, 2, 0)
    closed = frozenset(TODAY + n * DAY for n in range(500))
    snapshot = replace(debtor(claim), calendar=replace(BRAZIL, closed=closed))
    assert decide(snapshot, MONDAY).waiting == {1: Reason.NEVER_OPEN}


def test_credits_lower_the_amount_and_silence_when_they_cover_it():
    claims = owes(1, 2, 0), owes(2, 2, 0)
    (contact,) = decide(debtor(*claims, credits={"EUR": Decimal(30)}), MONDAY).contacts
    assert contact.amount == 170
    decision = decide(debtor(*claims, credits={"EUR": Decimal(200)}), MONDAY)
    assert (decision.contacts, decision.watermarks) == ([], {})
    assert decision.waiting == {1: Reason.COVERED, 2: Reason.COVERED}


def test_credits_of_another_currency_cover_nothing():
    credits = {"USD": Decimal(500)}
    dollars = owes(2, 2, 0, currency="USD")
    decision = decide(debtor(owes(1, 2, 0), dollars, credits=credits), MONDAY)
    (contact,) = decision.contacts
    assert (contact.amount, contact.currency) == (100, "EUR")
    assert decision.waiting == {2: Reason.COVERED}


def test_a_notice_in_another_currency_asks_for_itself_when_credits_cover_what_is_due():
    said = owes(1, 3, 2)
    notice = owes(2, -7, -10, currency="USD")
    decision = decide(debtor(said, notice, credits={"EUR": Decimal(100)}), MONDAY)
    assert spoken(decision) == [("email", [(2, -7)], 100)]
    assert decision.contacts[0].currency == "USD"


def test_a_notice_covered_by_credits_waits_and_lets_the_next_one_lead():
    other = Ladder(2, (Step(20, -7, "sms"),))
    first, second = owes(1, -4, -10), owes(2, -5, ladder=other, residual=Decimal(200))
    decision = decide(debtor(first, second, credits={"EUR": Decimal(120)}), MONDAY)
    # what is left when the older one is paid, and what its own day will ask for
    assert spoken(decision) == [("sms", [(2, -7)], 180)]
    assert decision.waiting == {1: Reason.COVERED}


def test_what_is_beyond_the_limit_is_left_to_people_and_out_of_the_amount():
    sms = Ladder(2, (Step(20, 1, "sms"),), max_days_overdue=5)
    decision = decide(debtor(owes(1, 20, ladder=sms), owes(2, 2, 0)), MONDAY)
    assert spoken(decision) == [("email", [(2, 2)], 100)]
    assert decision.waiting == {1: Reason.PAST_LIMIT}


def test_one_delivery_for_an_invoice_of_three_instalments_and_no_reminder_beside_it():
    late, today, soon = (owes(n, 20 - 10 * n, delivered=False, move=7) for n in (1, 2, 3))
    decision = decide(debtor(late, today, soon), MONDAY)
    assert spoken(decision) == [("email", [(1, -10)], 300)]
    assert decision.waiting == {2: Reason.JUST_DELIVERED}
    assert decision.skipped == [(soon, DEFAULT.steps[0], Reason.ALREADY_SENT)]


def test_a_delivery_on_its_way_is_not_planned_again_for_the_next_instalment():
    second = owes(2, -10, delivered=False, delivered_on=TODAY)
    decision = decide(debtor(second), MONDAY)
    assert not decision.contacts
    assert decision.watermarks == {2: -10}


def test_what_stands_beside_the_delivery_is_recorded_as_overtaken():
    ladder = Ladder(1, (email(1, -10, delivers=True), Step(2, -10, "sms")))
    claim = owes(1, -10, ladder=ladder, delivered=False)
    decision = decide(debtor(claim), MONDAY)
    assert [s.channel for c in decision.contacts for _claim, s in c.pairs] == ["email"]
    assert decision.skipped == [(claim, ladder.steps[1], Reason.OVERTAKEN)]


def test_what_waits_has_nothing_skipped():
    decision = decide(debtor(owes(1, 0, blocked_by=Reason.HELD)), MONDAY)
    assert decision == Decision(waiting={1: Reason.HELD})


def test_a_second_channel_of_the_step_goes_along_but_no_other_step():
    both = Ladder(2, (email(20, 2), Step(21, 2, "sms"), Step(22, 3, "sms")), bank_days=False)
    decision = decide(debtor(owes(1, 2, ladder=both), owes(2, 2, 0)), MONDAY)
    assert spoken(decision) == [
        ("email", [(1, 2), (2, 2)], 200),
        ("sms", [(1, 2)], 100),
    ]
    oldest, other = owes(1, 5, 0), owes(2, 3, 2, ladder=both)
    decision = decide(debtor(oldest, other), MONDAY)
    assert [(c.channel, c.pairs[0][0].id) for c in decision.contacts] == [("email", 1)]
    assert decision.waiting == {2: Reason.ONE_A_DAY}


def test_the_oldest_overdue_claim_may_wait_without_ever_having_been_spoken_about():
    sms = Ladder(2, (Step(20, 1, "sms"),), bank_days=False)
    silent = owes(1, 20, ladder=sms, delivered_on=TODAY)
    decision = decide(debtor(silent, owes(2, 2, 0)), MONDAY)
    assert spoken(decision) == [("email", [(2, 2)], 100)]
    assert decision.waiting == {1: Reason.JUST_DELIVERED}


@pytest.mark.parametrize(
    ("days", "reason"),
    [
        ([0], Reason.ONE_A_DAY),
        ([-1], Reason.TOO_SOON),
        ([1], Reason.TOO_SOON),
        ([-2, -4, -6], Reason.CAPPED),
        ([2, 3, 4], Reason.CAPPED),  # planned ahead, about a blackout
        ([-3, -2, 3], Reason.CAPPED),
        ([-2, -4, -7], None),
        ([-4, -2, 3], None),
    ],
)
def test_two_days_between_contacts_and_three_in_a_week(days, reason):
    contacts = tuple(TODAY + n * DAY for n in days)
    decision = decide(debtor(owes(1, 2, 0), contacts=contacts), MONDAY)
    assert decision.waiting.get(1) == reason
    assert bool(decision.contacts) == (reason is None)


@pytest.mark.parametrize(
    ("days_ago", "silence", "reason"),
    [
        (0, 3, Reason.CONVERSATION),
        (3, 3, Reason.CONVERSATION),
        (4, 3, None),
        (0, 0, Reason.CONVERSATION),  # one contact a day, people's included
        (1, 0, None),
    ],
)
def test_after_a_conversation_the_ruler_is_silent_for_some_days(days_ago, silence, reason):
    ladder = replace(DEFAULT, days_after_conversation=silence, min_days_between=0)
    snapshot = debtor(owes(1, 2, 0, ladder), conversation_on=TODAY - days_ago * DAY)
    decision = decide(snapshot, MONDAY)
    assert decision.waiting.get(1) is reason
    assert bool(heard(decision)) == (reason is None)
    check = recheck(snapshot, [(1, ladder.steps_at(2)[0])], MONDAY)
    assert check.reason is reason
    # the invoice and our own tasks go on
    assert recheck(snapshot, [(1, ladder.steps[0])], MONDAY, "delivery").verdict == "go"
    assert (
        recheck(snapshot, [(1, ladder.steps_at(5)[0])], MONDAY, customer_hears=False).verdict
        == "go"
    )


def test_a_door_lowers_the_tone_with_the_oldest_paid_and_the_amount_with_a_part_paid():
    claims = owes(1, 8, 5), owes(2, 2, 0), owes(3, 2, 0)
    decision = decide(debtor(*claims), MONDAY)
    (contact,) = decision.contacts
    assert (contact.tone.offset, contact.amount) == (8, 300)
    part = replace(claims[1], residual=Decimal(60))
    now = consumed(debtor(part, claims[2], closed={1: Reason.PAID}), decision)
    check = ask_at_the_door(contact, now)
    assert check == Recheck(
        "go",
        keep=frozenset({2, 3}),
        dropped={1: Reason.PAID},
        amount=Decimal(160),
        currency="EUR",
        tone=DEFAULT.steps[3],
        asked=(2, 3),
    )


def test_a_door_says_why_what_is_gone_went():
    claim = owes(1, 2, 0)
    pairs = [(1, DEFAULT.steps[3])]
    cancelled = debtor(closed={1: Reason.GONE})
    assert recheck(cancelled, pairs, MONDAY).reason is Reason.GONE
    assert recheck(debtor(), pairs, MONDAY).reason is Reason.PAID
    assert recheck(debtor(claim), [], MONDAY).verdict == "cancel"


def test_after_a_payment_came_back_the_step_keeps_its_own_words():
    claims = owes(1, 8, 8), owes(2, 3, 2)
    check = recheck(debtor(*claims), [(2, DEFAULT.steps[3])], MONDAY, "returned")
    assert (check.tone.offset, check.amount) == (2, 100)


def test_a_task_needs_neither_window_nor_money_to_ask_for():
    saturday = MONDAY - 2 * DAY
    claim = owes(1, 5, 5)
    snapshot = debtor(claim, credits={"EUR": Decimal(100)}, contacts=(saturday.date(),))
    check = recheck(snapshot, [(1, DEFAULT.steps[4])], saturday, customer_hears=False)
    assert (check.verdict, check.amount) == ("go", 0)
    assert check.tone is None, "it is the task that was planned, whatever has come since"


def test_the_oldest_claim_names_the_currency():
    dollars, euros = owes(1, 8, 5, currency="USD"), owes(2, 2, 0)
    (contact,) = decide(debtor(euros, dollars), MONDAY).contacts
    assert (contact.amount, contact.currency) == (100, "USD")


def test_what_is_due_on_a_day_without_banks_is_not_asked_for_that_day():
    saturday = MONDAY - 2 * DAY
    banks = replace(DEFAULT, bank_days=True)
    late, today = owes(1, 5, 0, today=saturday.date()), owes(2, 0, 0, banks, saturday.date())
    snapshot = replace(debtor(late, today), calendar=ALWAYS)
    assert [c.amount for c in heard(decide(snapshot, saturday))] == [100]


def test_a_claim_does_not_borrow_the_words_approved_for_an_older_one():
    asking = Ladder(2, (email(20, 2, mode="approve"),), bank_days=False)
    (contact,) = decide(debtor(owes(1, 12, 10), owes(2, 2, ladder=asking)), MONDAY).contacts
    assert contact.tone == asking.steps[0]
    assert [claim.id for claim, _step in contact.pairs] == [2]


def test_the_door_takes_the_same_tone_when_a_delivery_overtook_something():
    steps = Step(10, 2, "email", delivers=True), Step(11, 2, "sms")
    late = Ladder(3, (Step(9, 1, "sms"), *steps), bank_days=False)
    other = Ladder(2, (Step(20, 0, "sms"),), bank_days=False)
    snapshot = debtor(owes(1, 3, 1, late, delivered=False), owes(2, 0, ladder=other))
    decision = decide(snapshot, MONDAY)
    (reminder,) = heard(decision)
    check = ask_at_the_door(reminder, consumed(snapshot, decision))
    assert check.tone == reminder.tone == other.steps[0]


def test_the_last_day_of_the_limit_still_speaks():
    ladder = Ladder(2, (email(20, 5), email(21, 6)), max_days_overdue=5, bank_days=False)
    assert decide(debtor(owes(1, 5, ladder=ladder)), MONDAY).watermarks == {1: 5}
    assert decide(debtor(owes(1, 6, ladder=ladder)), MONDAY).waiting == {1: Reason.PAST_LIMIT}


def test_one_task_speaks_of_all_claims_of_its_step_and_currency():
    claims = owes(1, 5, 2), owes(2, 5, 2), owes(3, 5, 2, currency="USD")
    (task,) = decide(debtor(*claims), MONDAY).contacts
    assert [claim.id for claim, _step in task.pairs] == [1, 2, 3]
    assert (task.tone.mode, task.at, task.amount, task.currency) == ("task", MONDAY, 200, "EUR")


def test_at_a_door_the_oldest_claim_speaks_for_the_others():
    strict = Ladder(2, (email(20, 2),), min_days_between=5, bank_days=False)
    old, new = owes(1, 8, 8), owes(2, 2, 2, strict)
    pairs = [(2, strict.steps[0]), (1, DEFAULT.steps[5])]
    after = debtor(old, new, contacts=(TODAY - 3 * DAY,))
    assert recheck(after, pairs, MONDAY).tone == DEFAULT.steps[5]
    assert recheck(after, pairs[:1], MONDAY).reason is Reason.TOO_SOON
    returned = recheck(after, pairs, MONDAY, "returned")
    assert returned.tone == DEFAULT.steps[5]
    held = replace(old, blocked_by=Reason.HELD), replace(new, blocked_by=Reason.IN_FLIGHT)
    assert recheck(debtor(*held), pairs, MONDAY).reason is Reason.HELD
    partly = recheck(debtor(old, held[1]), pairs, MONDAY)
    assert (partly.keep, partly.dropped) == (frozenset({1}), {2: Reason.IN_FLIGHT})


def test_credits_that_came_meanwhile_keep_the_message_at_the_door():
    claim = owes(1, 2, 2)
    covered = debtor(claim, credits={"EUR": Decimal(100)})
    check = recheck(covered, [(1, DEFAULT.steps[3])], MONDAY)
    assert (check.verdict, check.reason) == ("wait", Reason.COVERED)


def test_a_step_said_before_and_moved_is_not_repeated_and_hides_no_other():
    """A9: the one on +5 was said when it stood on +2; the other on +3 is what is left to say."""
    ladder = Ladder(2, (email(20, 3), email(21, 5)), bank_days=False)
    moved = owes(1, 6, 2, ladder, done_step_ids=frozenset({21}))
    decision = decide(debtor(moved), MONDAY)
    assert spoken(decision) == [("email", [(1, 3)], 100)]
    assert decision.watermarks == {1: 5}
    assert not decision.skipped  # the ledger has the other as said


def test_what_was_all_said_before_is_consumed_without_a_word():
    ladder = Ladder(2, (email(21, 5),), bank_days=False)
    moved = owes(1, 6, 2, ladder, done_step_ids=frozenset({21}))
    assert decide(debtor(moved), MONDAY) == Decision(watermarks={1: 5})


def test_nothing_is_announced_while_the_first_reminder_of_something_older_is_to_come():
    """B5: a note that something falls due soon would list what is overdue, in the wrong words."""
    older, newer = owes(1, 1, 0), owes(2, -7, -10)
    decision = decide(debtor(older, newer), MONDAY)
    assert not decision.contacts
    assert decision.waiting == {2: Reason.OVERDUE_FIRST}
    reminded = owes(1, 3, 2)  # it had its words, and is not asked for again
    (contact,) = decide(debtor(reminded, newer), MONDAY).contacts
    assert (contact.tone.offset, contact.amount) == (-7, 100)
    (notice,) = decide(debtor(replace(older, blocked_by=Reason.HELD), newer), MONDAY).contacts
    assert (notice.tone.offset, notice.amount) == (-7, 100)


def test_what_is_due_today_is_said_also_beside_a_debt_of_yesterday():
    (contact,) = decide(debtor(owes(1, 1, 0), owes(2, 0, -7)), MONDAY).contacts
    assert (contact.tone.offset, contact.amount) == (0, 100)


def test_before_the_word_about_a_payment_that_came_back_nothing_else_is_said():
    """A14: also when closed days put the word three days off, where no cap would stop the step."""
    friday = debtor(owes(1, 2, 0), return_notice_on=TODAY + 3 * DAY, contacts=(TODAY + 3 * DAY,))
    decision = decide(friday, MONDAY)
    assert not decision.contacts
    assert decision.waiting == {1: Reason.TOO_SOON}
    assert decide(debtor(owes(1, 2, 0), return_notice_on=TODAY - DAY), MONDAY).contacts


# D3: the newest bank data is old

TUESDAY = date(2026, 5, 5)


def test_a_step_for_larger_amounts_is_passed_over_and_lends_its_words_to_nobody():
    dear = email(9, 8, owed_min=Decimal(500))
    ladder = Ladder(1, (email(4, 2), dear, email(10, 20)), bank_days=False)
    decision = decide(debtor(owes(1, 8, 2, ladder)), MONDAY)
    assert (heard(decision), decision.watermarks) == ([], {1: 8})
    assert [(step.id, reason) for _claim, step, reason in decision.skipped] == [
        (9, Reason.TOO_LITTLE)
    ]
    # together with a newer claim it is enough
    rich = owes(1, 10, 2, ladder, residual=Decimal(900))
    (contact,) = heard(decide(debtor(rich, owes(2, 2, 0, ladder)), MONDAY))
    assert contact.tone.id == 9


def test_a_step_that_is_not_for_such_payers_lends_its_words_to_nobody():
    ladder = Ladder(
        1,
        (email(4, 2), email(9, 8, skip_profiles=frozenset({"punctual"})), email(10, 20)),
        bank_days=False,
    )
    for profile, tone in (("punctual", 4), ("late", 9), (None, 9)):
        # the oldest has come to that step, and a newer claim to the first one
        them = debtor(owes(1, 10, 2, ladder), owes(2, 2, 0, ladder), profile=profile)
        (contact,) = heard(decide(them, MONDAY))
        assert contact.tone.id == tone


def test_an_approval_grows_stale_and_is_asked_for_again():
    formal = DEFAULT.steps[6]
    snapshot = debtor(owes(1, 10, 8))
    for days, verdict in ((0, "go"), (3, "go"), (4, "ask")):
        check = recheck(snapshot, [(1, formal)], MONDAY, approved_on=TODAY - days * DAY)
        assert check.verdict == verdict
    check = recheck(snapshot, [(1, formal)], MONDAY)
    assert (check.verdict, check.reason) == ("ask", Reason.TO_APPROVE)


def test_what_we_may_have_to_mend_ourselves_is_looked_at_before_it_is_chased():
    decision = decide(debtor(owes(1, 2, 0, draft_credit_note=True)), MONDAY)
    (contact,) = heard_or_asked(decision)
    assert (contact.tone.id, contact.tone.mode) == (4, "approve")
    # also where one message asks for another invoice as well
    both = debtor(owes(1, 2, 0, draft_credit_note=True), owes(2, 2, 0))
    assert heard_or_asked(decide(both, MONDAY))[0].tone.mode == "approve"
    # a notice asks for nothing overdue, and one that was planned before is asked about at the door
    assert (
        heard_or_asked(decide(debtor(owes(1, 0, -7, draft_credit_note=True)), MONDAY))[0].tone.mode
        == "automatic"
    )
    pairs = [(1, DEFAULT.steps[3]), (2, DEFAULT.steps[3])]
    check = recheck(both, pairs, MONDAY)
    assert (check.verdict, check.reason) == ("ask", Reason.LOOK_FIRST)
    assert recheck(both, pairs, MONDAY, approved_on=TODAY).verdict == "go"
    assert recheck(both, pairs[1:], MONDAY).verdict == "go"


def heard_or_asked(decision):
    return [c for c in decision.contacts if c.channel == "email"]


def test_at_the_door_a_part_payment_leaves_too_little_for_ruler_or_step():
    dear = email(9, 8, owed_min=Decimal(500))
    ladder = Ladder(1, (email(4, 2), dear), bank_days=False)
    for ruler, verdict in (
        (replace(ladder, owed_min=Decimal(100)), "wait"),
        (ladder, "cancel"),
    ):
        left = owes(1, 8, ladder=ruler, residual=Decimal(20))
        check = recheck(debtor(left), [(1, dear)], MONDAY)
        assert (check.verdict, check.reason) == (verdict, Reason.TOO_LITTLE)
        enough = owes(1, 8, ladder=ruler, residual=Decimal(500))
        assert recheck(debtor(enough), [(1, dear)], MONDAY).verdict == "go"
        # the invoice itself is always delivered
        assert recheck(debtor(left), [(1, dear)], MONDAY, "delivery").verdict == "go"


@pytest.mark.parametrize(
    ("bank_day", "today", "is_stale"),
    [
        (None, TUESDAY, False),  # nobody imports any
        (date(2026, 4, 30), TUESDAY, False),  # Friday was May Day, Monday a bank holiday
        (date(2026, 4, 29), TUESDAY, False),
        (date(2026, 4, 28), TUESDAY, True),
        (TUESDAY + timedelta(days=3), TUESDAY, False),
    ],
)
def test_bank_data_grows_old_by_working_days(bank_day, today, is_stale):
    calendar = ContactCalendar(
        "Europe/Paris", WEEKDAYS, closed=frozenset({date(2026, 5, 1), date(2026, 5, 4)})
    )
    assert bank_is_stale(calendar, bank_day, 2, today) is is_stale
    assert not bank_is_stale(calendar, bank_day, 0, today)


def test_money_by_transfer_arrives_the_bank_day_after():
    claim = owes(1, 2, 0, settlement_days=1)  # due on Saturday, that is on Monday
    ladder = replace(claim.ladder, bank_days=True)
    due = TODAY - timedelta(days=TODAY.weekday() + 2)
    claim = replace(claim, ladder=ladder, due_date=due, counts_from=due)
    snapshot = debtor(claim)
    for day, verdict in ((1, "wait"), (2, "go")):
        check = recheck(snapshot, [(1, ladder.steps[3])], MONDAY + day * DAY)
        assert (day, check.verdict) == (day, verdict)
    assert recheck(snapshot, [(1, ladder.steps[3])], MONDAY + DAY).reason == Reason.SETTLING
    # looking ahead leaves aside what only makes it wait
    assert foresee(snapshot, [(1, ladder.steps[3])], MONDAY + DAY).verdict == "go"
