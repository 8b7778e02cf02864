"""How long a reply silences the ruler, and what follows (C6)."""

from dataclasses import replace
from datetime import date

from debtors import cases, heard, tasks
from hypothesis import given
from hypothesis import strategies as st
from test_decision import BRAZIL, ask_at_the_door

from dunning.reason import Reason
from dunning.recheck import recheck
from dunning.replies import LONGEST_WAIT, MOST_WAIT, QUIET_DAYS, quiet_until, waits_until


def test_three_working_days_follow_a_reply_and_ten_where_nobody_answers():
    friday = date(2026, 3, 6)
    assert quiet_until(BRAZIL, friday) == date(2026, 3, 11)
    assert waits_until(BRAZIL, friday, LONGEST_WAIT) == date(2026, 3, 20)


@given(st.dates(date(2025, 1, 1), date(2027, 1, 1)), st.integers(-5, 10**9))
def test_a_wait_is_bounded_and_never_shorter_than_the_silence_after_an_answer(day, longest):
    until = waits_until(BRAZIL, day, longest)
    assert quiet_until(BRAZIL, day) <= until
    assert QUIET_DAYS <= (until - day).days <= 2 * MOST_WAIT


@given(cases(), st.sampled_from(["dunning", "returned"]))
def test_nothing_is_asked_by_itself_of_whoever_waits_for_our_answer(case, purpose):
    waiting = replace(case.snapshot, unanswered=True)
    decision = replace(case, snapshot=waiting).decide()
    for contact in heard(decision):
        assert contact.tone.mode == "approve"
        assert contact.asks == Reason.UNANSWERED
    for contact in heard(case.decide()):
        answered = ask_at_the_door(contact, case.snapshot)
        pairs = [(claim.id, step) for claim, step in contact.pairs]
        check = recheck(waiting, pairs, contact.at, purpose)
        assert check.verdict != "go"
        if answered.verdict == "go":
            assert (check.verdict, check.reason) == ("ask", Reason.UNANSWERED)
            fresh = recheck(
                waiting, pairs, contact.at, purpose, approved_on=contact_day(case, contact)
            )
            assert fresh.verdict == "go"
    assert tasks(decision) == tasks(case.decide())


def contact_day(case, contact):
    return case.snapshot.calendar.local_day(contact.at)
