"""Whom a message goes to: what is an address, who hears of it (B6, B9), and what becomes of messages that
failed for their address once there is another one (C5)."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import NamedTuple

from .message_shape import UNSEEN, in_one_line
from .purpose import ASKS_FOR_MONEY, Purpose
from .reason import Reason

_QUOTED = re.compile(r'"[^"]*"')
_MAILBOX = re.compile(
    r"(?P<local>[^\s@<>(),;:\"\[\]\\]{1,64})@"
    r"(?P<domain>(?:[^\W_](?:[^\W_]|-){0,61}\.)+(?:xn--[a-z0-9-]+|[^\W\d_]{2,63}))",
    re.IGNORECASE,
)
# contacts of a customer that are asked for by role, one after the other, where no invoice says whom
BILLING = ("collection", "invoice")


def display_name(text: str | None) -> str:
    """A name as it may stand before an address: nothing in it is taken for another address."""
    name = in_one_line(text)
    return "" if "@" in name else name


@lru_cache(maxsize=8192)
def mailboxes(text: str | None) -> tuple[str, ...]:
    """The e-mail addresses in the field of a contact, each once, as they are written to and compared.

    Several stand there divided by commas, semicolons, bars, blanks or lines, with names or without. What is
    in quotation marks is a name; where there is something in angle brackets, only that is an address. The
    domain is in lower case and in ASCII (IDNA), the local part in lower case where it is ASCII, as Odoo has
    it. Words as "no e-mail", and an address without a dot in its domain, are none.
    """
    found = _mailboxes(_QUOTED.sub(" ", text or ""))
    return found or _mailboxes((text or "").replace('"', " "))


def _mailboxes(text: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for part in re.split(r"[,;|\r\n]", text):
        inside = re.findall(r"<([^<>]*)>", part)
        for word in (" ".join(inside) if inside else part).split():
            word = UNSEEN.sub("", word).removeprefix("mailto:").strip("<>()[]'.“”‘’«»")
            if match := _MAILBOX.fullmatch(word):
                found[_spelled(match["local"], match["domain"])] = None
    return tuple(found)


def _spelled(local: str, domain: str) -> str:
    domain = domain.lower()
    if not domain.isascii():
        with suppress(UnicodeError):  # whoever hands it over says that it is none
            domain = domain.encode("idna").decode()
    return f"{local.lower() if local.isascii() else local}@{domain}"


class Reader(NamedTuple):
    """Somebody who may hear of a debt by a channel.

    :param id: of the contact
    :param addresses: where the channel reaches them, each as it is compared; none for nowhere
    """

    id: int
    addresses: tuple[str, ...] = ()

    def living(self, dead: Collection[str | None]) -> tuple[str, ...]:
        """The addresses that are not known to fail: one that fails does not silence the other (B9)."""
        return tuple(address for address in self.addresses if address not in dead)


def order(
    role: str,
    contacts: Mapping[str, Sequence[Reader]],
    addressee: Reader | None = None,
    customer: Reader | None = None,
) -> list[Reader]:
    """Who may hear of an invoice, the best first (B6, B9).

    Its collection contact, else whom the invoice is made out to, else the customer's invoice contact, else
    the customer. An invoice that is made out to the customer itself names nobody among its contacts. The
    invoice itself is delivered to whom it is made out to before all others. What goes above the heads of
    these goes to a contact for that, with an address of its own, or to nobody.

    :param contacts: those of the customer by type, in the order in which they are asked
    :param addressee: whom the invoice is made out to, None where no invoice is meant
    :param customer: the commercial partner; archived ones are no candidates, so None for such a one
    """
    made_out_to = addressee
    if addressee == customer:
        addressee = None
    first, second = (contacts.get(kind, ()) for kind in BILLING)
    named = [reader for reader in (addressee,) if reader]
    billing = [*first, *named, *second, *(reader for reader in (customer,) if reader)]
    if role == "delivery":
        return [*(reader for reader in (made_out_to,) if reader), *billing]
    if role != "escalation":
        return billing
    theirs = {address for reader in billing for address in reader.addresses}
    above = []
    for reader in contacts.get("escalation", ()):
        own = tuple(address for address in reader.addresses if address not in theirs)
        if own:
            above.append(reader._replace(addresses=own))
    return above


def who_hears(candidates: Sequence[Reader], dead: Collection[str | None] = ()) -> Reader | None:
    """The first with an address that works, else the first with one, else the first, whose address a person
    has to add; None where there is nobody (B9).

    :param candidates: the best first
    :param dead: addresses to which messages did not get
    """
    tests: tuple[Callable[[Reader], object], ...] = (
        lambda reader: reader.living(dead),
        lambda reader: reader.addresses,
        lambda reader: True,
    )
    return next((r for test in tests for r in candidates if test(r)), None)


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


def is_another(
    failed: Failed, tried: Collection[str], address: str | None, dead: Collection[str | None]
) -> bool:
    """Whether an address is worth a new attempt.

    :param tried: the addresses that it went to, in the channel's own spelling
    :param address: whom the message would go to now, None for nobody
    :param dead: addresses of this customer that are known not to work
    """
    if failed.reason == Reason.NO_ADDRESS:
        tried = ()
    return bool(address) and address not in tried and address not in dead


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
