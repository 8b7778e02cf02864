"""What a follow-up is for, and what follows from that."""

from dataclasses import dataclass
from enum import StrEnum

from .reason import Reason


class Purpose(StrEnum):
    """The values are stored in the ledger: never change one, only add."""

    DUNNING = "dunning"
    DELIVERY = "delivery"  # the invoice itself (A3)
    THANKS = "thanks"  # money came (A5)
    RETURNED = "returned"  # a payment came back (A14)
    CONVERSATION = "talk"  # a person of ours spoke with the customer (B4)


@dataclass(frozen=True)
class Rules:
    """What holds for all follow-ups of a purpose.

    :param asks_for_money: the customer is asked to pay by it, so caps and the one message a day count it
    :param may_be_held: a hold, or doubt about a payment, stops it as well (F5)
    :param trigger: of the steps that it is planned by; None where no step plans it
    """

    asks_for_money: bool = False
    may_be_held: bool = True
    trigger: str | None = "due"


RULES = {
    Purpose.DUNNING: Rules(asks_for_money=True),
    # a delivery is no dunning: what may stop a reminder does not stop the invoice itself
    Purpose.DELIVERY: Rules(may_be_held=False),
    # who paid is thanked whatever else is on hold
    Purpose.THANKS: Rules(may_be_held=False, trigger="paid"),
    Purpose.RETURNED: Rules(asks_for_money=True, trigger="payment_returned"),
    Purpose.CONVERSATION: Rules(trigger=None),
}
# purposes of messages that ask for money
ASKS_FOR_MONEY = tuple(purpose for purpose, rules in RULES.items() if rules.asks_for_money)
# what stops only reminders
STOPS_REMINDERS_ONLY = (
    Reason.HELD,
    Reason.IN_BANK,
    Reason.STALE_BANK,
    Reason.SETTLING,
    Reason.NOT_SENT,
    Reason.JUST_DELIVERED,
)


def rules_of(purpose: str) -> Rules:
    """:raise ValueError: unknown purpose"""
    return RULES[Purpose(purpose)]


def of_trigger(trigger: str, delivers: bool = False) -> Purpose:
    """What a step's follow-ups are for.

    :param trigger: of the step, see `Rules`
    :param delivers: it delivers the invoice (A3)
    :raise ValueError: no purpose has this trigger
    """
    if delivers:
        return Purpose.DELIVERY
    for purpose, rules in RULES.items():
        if rules.trigger == trigger:
            return purpose
    raise ValueError(f"No follow-up is planned by {trigger!r}")


def is_stopped_by(purpose: str, blocked_by: Reason | None) -> bool:
    """Whether what blocks an instalment stops a follow-up of this purpose about it (A3, F5)."""
    if rules_of(purpose).may_be_held:
        return blocked_by is not None
    return blocked_by is not None and blocked_by not in STOPS_REMINDERS_ONLY
