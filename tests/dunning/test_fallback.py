"""Nothing is said twice by a fallback (A11): random fates of a step and of its second attempt."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from dunning.fallback import FALLBACK, HAS_LEFT, STEP, may_fall_back, may_leave, may_retry
from dunning.states import FOLLOWUP, may_follow

ON_THE_WAY = ("planned", "to_approve", "queued")
FATES = st.sampled_from(("sent", "failed", "uncertain", "planned"))


@pytest.mark.parametrize("state", [state for state in FOLLOWUP if state])
def test_only_what_did_not_arrive_has_a_fallback_and_that_has_none(state):
    assert may_fall_back(STEP, state) == (state in ("failed", "uncertain"))
    assert not may_fall_back(FALLBACK, state)


class StepAndFallback(RuleBasedStateMachine):
    """One step of one instalment, as the ledger and the doors treat it.

    A row whose follow-up is cancelled frees its key; what failed or is uncertain keeps it.
    """

    def __init__(self):
        super().__init__()
        self.first, self.second = "planned", None
        self.said = []  # what left, and in which state the first was then

    def move(self, old, new):
        assert may_follow(old, new), (old, new)
        return new

    @rule()
    @precondition(lambda self: self.first == "planned")
    def the_step_leaves(self):
        self.first = self.move(self.first, "queued")
        self.said.append((STEP, None))

    @rule(fate=FATES)
    @precondition(lambda self: self.first == "queued")
    def the_gateway_answers(self, fate):
        self.first = self.move(self.first, fate)

    @rule(fate=st.sampled_from(("sent", "failed", "planned")))
    @precondition(lambda self: self.first == "uncertain")
    def the_answer_comes_late(self, fate):
        if fate == "planned":  # the gateway did not take it
            self.somebody_tries_again()
        else:
            self.first = self.move(self.first, fate)

    @rule()
    @precondition(lambda self: self.first == "sent")
    def it_comes_back(self):
        self.first = self.move(self.first, "failed")

    @rule()
    @precondition(lambda self: self.second in (None, "cancelled"))
    def a_fallback_is_planned(self):
        if may_fall_back(STEP, self.first):
            self.second = "planned"

    @rule(fate=FATES)
    @precondition(lambda self: self.second == "planned")
    def the_fallback_comes_to_a_door(self, fate):
        if not may_leave(self.first):
            self.second = self.move(self.second, "cancelled")
            return
        self.second = self.move(self.second, "queued")
        self.said.append((FALLBACK, self.first))
        self.second = self.move(self.second, fate)

    @rule()
    @precondition(lambda self: self.first in ("failed", "uncertain"))
    def somebody_tries_again(self):
        if not may_retry(self.second):
            return
        if self.second in ON_THE_WAY:
            self.second = self.move(self.second, "cancelled")
        self.first = self.move(self.first, "planned")

    @rule()
    @precondition(lambda self: self.second in ("failed", "uncertain"))
    def somebody_tries_the_fallback_again(self):
        if may_leave(self.first):
            self.second = self.move(self.second, "planned")

    @invariant()
    def only_one_of_them_is_on_its_way(self):
        assert not (self.first in ON_THE_WAY and self.second in HAS_LEFT)
        assert not (self.first == "queued" and self.second in ON_THE_WAY)

    @invariant()
    def a_fallback_left_only_where_the_step_had_not_arrived(self):
        assert all(first in ("failed", "uncertain") for attempt, first in self.said if attempt)

    @invariant()
    def nothing_is_said_after_a_fallback_that_arrived(self):
        if self.second == "sent":
            assert self.said[-1][0] == FALLBACK


TestStepAndFallback = StepAndFallback.TestCase
