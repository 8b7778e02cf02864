"""An invoice is reminded of only after it reached the customer (A3).

Whoever decides, checks at a door or looks ahead asks here. What is no invoice, as a general entry or an
opening balance, has no document that could reach anybody: its `unsent` is never true.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from .facts import Claim, Snapshot
from .ladder import Ladder
from .reason import Reason


@dataclass(frozen=True)
class Sending:
    """How an invoice reaches its customer, for whoever looks ahead.

    :param unsent: it did not reach them, and is not on its way
    :param by_hand: this customer's invoices are sent by a person, by no step
    :param delivered_on: the last day on which it was, or is to be, sent
    """

    unsent: bool = False
    by_hand: bool = False
    delivered_on: date | None = None

    def quiet_until(self, ladder: Ladder, today: date) -> date:
        """The first day, `today` or later, on which the silence after its delivery is over."""
        if self.delivered_on is None:
            return today
        return max(today, self.delivered_on + timedelta(days=ladder.days_after_delivery))

    def is_left_to_people(self, ladder: Ladder, watermark: int | None) -> bool:
        """Whether nothing comes by itself before a person sends it.

        :param watermark: the highest offset consumed, None for none (decision 2)
        """
        return self.unsent and a_person_sends(ladder, watermark, self.by_hand)


ARRIVED = Sending()


def as_sent(snapshot: Snapshot) -> Snapshot:
    """Block what did not reach the customer: no reminder, no notice and no task speaks about it; only its
    delivery is not stopped by this."""
    if not any(claim.unsent for claim in snapshot.claims):
        return snapshot
    claims = tuple(
        replace(claim, blocked_by=claim.blocked_by or why_not_yet(claim))
        for claim in snapshot.claims
    )
    return replace(snapshot, claims=claims)


def why_not_yet(claim: Claim) -> Reason | None:
    """Why nothing is said about it before it has arrived; None once it has."""
    if not claim.unsent:
        return None
    return Reason.JUST_DELIVERED if claim.delivered_on else Reason.NOT_SENT


def a_person_sends(ladder: Ladder, watermark: int | None, by_hand: bool) -> bool:
    """Whether an invoice that is not sent yet reaches the customer only by a person's hand: the ruler has
    no step left that delivers it, or this customer's invoices are sent by hand.

    :param watermark: the highest offset consumed, None for none (decision 2)
    """
    return by_hand or not any(
        step.delivers and (watermark is None or step.offset > watermark) for step in ladder.steps
    )
