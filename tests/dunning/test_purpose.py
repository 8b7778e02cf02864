"""What follows from the purpose of a follow-up (A3, A5, B4, F5)."""

import pytest

from dunning.purpose import ASKS_FOR_MONEY, RULES, Purpose, is_stopped_by, of_trigger, rules_of
from dunning.reason import Reason


def test_each_purpose_has_its_rules():
    assert set(RULES) == set(Purpose)
    assert ASKS_FOR_MONEY == ("dunning", "returned")
    with pytest.raises(ValueError, match="nonsense"):
        rules_of("nonsense")


def test_steps_plan_by_their_trigger():
    assert of_trigger("due") == Purpose.DUNNING
    assert of_trigger("due", delivers=True) == Purpose.DELIVERY
    assert of_trigger("paid") == Purpose.THANKS
    assert of_trigger("payment_returned") == Purpose.RETURNED
    with pytest.raises(ValueError, match="nonsense"):
        of_trigger("nonsense")


@pytest.mark.parametrize("block", [None, *Reason])
def test_what_may_stop_a_reminder_does_not_stop_the_invoice(block):
    doubts = (
        *(Reason.HELD, Reason.IN_BANK, Reason.STALE_BANK, Reason.SETTLING),
        *(Reason.NOT_SENT, Reason.JUST_DELIVERED),
    )
    assert is_stopped_by("dunning", block) == (block is not None)
    assert is_stopped_by("delivery", block) == (block is not None and block not in doubts)
