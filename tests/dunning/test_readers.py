"""One message to each reader: invoices of one customer are made out to several people (B9, decision 7)."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from debtors import ALWAYS, cases
from hypothesis import given
from hypothesis import strategies as st
from test_decision import ask_at_the_door

from dunning.amounts import net_of, past_limit
from dunning.decision import decide
from dunning.facts import Claim, Snapshot
from dunning.ladder import Ladder, Step
from dunning.readers import by_reader, told

TODAY = date(2026, 3, 11)
readers = st.lists(st.sampled_from([7, 8]), min_size=9, max_size=9)
CHANNELS = ("email", "sms", "phone")


def divided(case, ids):
    """The snapshot of a customer whose invoices are heard of by several people, by each channel by others."""
    claims = tuple(
        replace(
            claim,
            readers={
                (channel, "billing"): ids[(claim.move + n) % len(ids)]
                for n, channel in enumerate(CHANNELS)
            },
        )
        for claim in case.snapshot.claims
    )
    return replace(case.snapshot, claims=claims)


def messages(decision):
    return [c for c in decision.contacts if c.tone.mode != "task" and not c.tone.delivers]


@given(cases(), readers)
def test_each_message_is_about_what_one_reader_hears_of(case, ids):
    for contact in messages(decide(divided(case, ids), case.now)):
        heard = {claim.readers.get((contact.channel, contact.role)) for claim, _s in contact.pairs}
        assert len(heard) == 1


@given(cases(), readers)
def test_several_readers_change_nothing_but_who_is_told(case, ids):
    """The same is said on the same day about the same invoices, and the ladder goes on as ever; only who
    hears of nothing but what credits cover gets no message."""
    whole, parts = case.decide(), decide(divided(case, ids), case.now)
    assert parts.watermarks == whole.watermarks
    assert parts.waiting == whole.waiting

    def said(decision):
        return Counter(
            (c.channel, c.role, c.at, claim.id, step.id)
            for c in decision.contacts
            for claim, step in c.pairs
        )

    def covered(decision):
        return {(claim.id, s.id) for claim, s, reason in decision.skipped if reason == "covered"}

    left_out = covered(parts) - covered(whole)
    assert said(parts) == Counter(
        {key: count for key, count in said(whole).items() if key[3:] not in left_out}
    )
    if not left_out:
        assert {c.at for c in messages(parts)} == {c.at for c in messages(whole)}


@given(cases(), readers)
def test_credits_are_deducted_once_whoever_is_told(case, ids):
    snapshot = divided(case, ids)
    today = snapshot.calendar.local_day(case.now)

    def net(view):
        free = [
            c
            for c in view.claims
            if c.blocked_by is None and not past_limit(view.calendar, c, today)
        ]
        return Counter(net_of(free, view.credits))

    step = snapshot.claims[0].ladder.steps[0] if snapshot.claims else None
    if not step or step.role != "billing":
        return
    each, seen = Counter(), set()
    for claim in snapshot.claims:
        reader = claim.readers[step.channel, step.role]
        if reader not in seen:
            seen.add(reader)
            each.update(net(told(snapshot, claim, step, today)))
    assert {c: a for c, a in each.items() if a} == {c: a for c, a in net(snapshot).items() if a}


@given(cases(quiet=True), readers)
def test_the_door_lets_each_of_them_through_for_what_was_decided(case, ids):
    snapshot = divided(case, ids)
    for contact in messages(decide(snapshot, case.now)):
        check = ask_at_the_door(contact, snapshot)
        assert (check.verdict, check.amount) == ("go", contact.amount)
        of = {c.id: c.readers.get((contact.channel, contact.role)) for c in snapshot.claims}
        assert len({of[key] for key in check.asked}) == 1


def due(key, days_ago, **readers):
    """A claim of 100.00 under a limit of 30 days, heard of by these: {channel: contact}."""
    ladder = Ladder(
        1, (Step(1, 2, "email"), Step(2, 2, "sms")), max_days_overdue=30, bank_days=False
    )
    day = TODAY - timedelta(days=days_ago)
    heard_by = {(channel, "billing"): reader for channel, reader in readers.items()}
    money = Decimal(100), "EUR"
    return Claim(key, key, ladder, day, day, 2, None, *money, readers=heard_by)


def test_who_hears_of_it_is_asked_by_channel():
    first, second = due(1, 5, email=7, sms=7), due(2, 4, email=8, sms=7)
    snapshot = Snapshot(ALWAYS, (first, second))
    email, sms = first.ladder.steps
    assert told(snapshot, first, email, TODAY).claims == (first,)
    assert told(snapshot, second, email, TODAY).claims == (second,)
    assert told(snapshot, second, sms, TODAY) == snapshot
    assert by_reader([(first, sms), (second, sms)]) == [((first, sms), (second, sms))]
    assert by_reader([(first, email), (second, email)]) == [((first, email),), ((second, email),)]


@pytest.mark.parametrize(("days_ago", "left"), [(30, 0), (31, 60)])
def test_what_is_past_the_limit_takes_no_credit_from_what_somebody_else_is_asked_for(
    days_ago, left
):
    claims = due(1, days_ago, email=7), due(2, 4, email=8)
    snapshot = Snapshot(ALWAYS, claims, {"EUR": Decimal(60)})
    assert told(snapshot, claims[1], claims[1].ladder.steps[0], TODAY).credits == {"EUR": left}
