"""A step that a person asks for before its day (F1)."""

from dataclasses import replace

import pytest
from test_decision import MONDAY, TODAY, debtor, owes, spoken

from dunning.decision import decide, decide_wanted
from dunning.reason import Reason

FORGOT, CALL, FIRM = 4, 5, 6


def asked(claim, step_id, **more):
    offset = next(s.offset for s in claim.ladder.steps if s.id == step_id)
    claim = replace(claim, reached_offset=offset)
    return decide_wanted(debtor(claim, owes(2, -3, -7), **more), claim.id, step_id, MONDAY)


def test_a_message_is_said_and_the_call_before_it_gives_way():
    decision = asked(owes(1, 6, 2), FIRM)
    assert spoken(decision) == [("email", [(1, 8)], 100)]
    assert [(s.id, why) for _claim, s, why in decision.skipped] == [(CALL, Reason.OVERTAKEN)]
    assert decision.watermarks == {1: 8}
    # by itself the ruler has the call first
    claim = replace(owes(1, 6, 2), reached_offset=8)
    assert spoken(decide(debtor(claim), MONDAY)) == [("phone", [(1, 5)], 100)]


def test_a_call_is_made_and_the_message_before_it_gives_way():
    decision = asked(owes(1, 1, 0), CALL)
    assert spoken(decision) == [("phone", [(1, 5)], 100)]
    assert [(s.id, why) for _claim, s, why in decision.skipped] == [(FORGOT, Reason.OVERTAKEN)]
    assert spoken(asked(owes(1, 1, 0), CALL, contacts=(TODAY,))) == [("phone", [(1, 5)], 100)]


def test_caps_holds_and_open_tasks_are_not_overruled():
    assert asked(owes(1, 6, 2), FIRM, contacts=(TODAY,)).waiting[1] == Reason.ONE_A_DAY
    for step_id in (CALL, FIRM):
        assert asked(owes(1, 6, 2, blocked_by=Reason.HELD), step_id).waiting == {1: Reason.HELD}
    assert asked(owes(1, 6, 5, task_since=TODAY), FIRM).waiting == {1: Reason.TASK_OPEN}


@pytest.mark.parametrize("watermark", [None, 0])
def test_the_first_word_is_never_the_firmest(watermark):
    decision = asked(owes(1, 6, watermark), FIRM, spoken_to=False)
    assert [s.id for c in decision.contacts for _claim, s in c.pairs] == [FORGOT]
