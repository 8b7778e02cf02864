"""What becomes of messages that failed for their address, once there is another one (C5)."""

from collections.abc import Iterable
from typing import NamedTuple

from .purpose import ASKS_FOR_MONEY, Purpose
from .reason import Reason


class Failed(NamedTuple):
    """A message that did not arrive for the sake of its address.

    :param channel: by which it should have arrived
    :param reason: NO_ADDRESS where there was none to try
    :param role: of the contact whom it was for
    :param is_open: whether anything that it asks for is still owed
    :param late_notice: whether it announces what is overdue by now: untrue words
    :param overtaken: whether something later was said by whatever channel, or waits for the new address
    :param said_otherwise: whether another channel said it in its place (A11)
    """

    id: int
    debtor_id: int
    channel: str
    purpose: str
    reason: str
    address: str | None
    role: str
    is_open: bool
    late_notice: bool
    overtaken: bool
    said_otherwise: bool = False


def is_another(failed: Failed, tried: str | None, address: str | None, dead: Iterable) -> bool:
    """Whether an address is worth a new attempt.

    :param tried: the address that failed, in the channel's own spelling
    :param address: whom the message would go to now, None for nobody
    :param dead: addresses of this customer that are known not to work
    """
    if failed.reason == Reason.NO_ADDRESS:
        tried = None
    return bool(address) and address != tried and address not in dead


def tried_again(failed: Iterable[Failed]) -> list[int]:
    """Which of these go out again to their new address; the others were said too late, or are not needed.

    Of what asks for money only the newest for each customer and channel, and not when its words became
    untrue or a later message took its place. Invoices are each about their own, so all of them go out.

    :param failed: whose address is another one now, the newest first
    :return: ids, in the same order
    """
    again, served = [], set()
    for one in failed:
        if not one.is_open or one.said_otherwise:
            continue
        if one.purpose == Purpose.DELIVERY:
            again.append(one.id)
        elif one.purpose in ASKS_FOR_MONEY and (one.debtor_id, one.channel) not in served:
            served.add((one.debtor_id, one.channel))
            if not one.overtaken and not one.late_notice:
                again.append(one.id)
    return again
