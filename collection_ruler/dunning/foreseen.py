"""What a forecast is made of: customers as they stand, with what is known of the days to come (A12)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from .calendar import ContactCalendar
from .facts import Claim, Contact, Snapshot

KINDS = ("message", "delivery", "approval", "task")
ALWAYS, NEVER = date.min, date.max


@dataclass(frozen=True)
class Foreseen(Claim):
    """An open instalment, and what is known of its future; all days are the customer's.

    :param starts: the first day on which its ruler speaks, `NEVER` for one that stands still
    :param ends: the last one
    :param free_from: the first day on which `blocked_by` is gone, `NEVER` for nobody knows when
    :param leaves_on: the day on which it is expected to be paid, None for never
    """

    starts: date = ALWAYS
    ends: date = NEVER
    free_from: date = NEVER
    leaves_on: date | None = None

    @classmethod
    def of(cls, claim: Claim, **more) -> "Foreseen":
        """A claim, and what is known of its future: as the class makes it, in a fifth of the time."""
        made = object.__new__(cls)
        made.__dict__.update(claim.__dict__, **more)
        return made

    def free_day(self) -> date:
        """The first day on which something may be said about it."""
        return max(self.starts, self.free_from if self.blocked_by else ALWAYS)


@dataclass(frozen=True)
class Planned:
    """What is planned already.

    :param day: local day on which it is to leave; one that has passed counts as today
    :param kind: one of `KINDS`
    :param ladder: id of its ruler, 0 for none
    :param claims: ids of the claims that it is about; it waits until one of them is free
    :param asks: whether it counts as a contact (B4)
    :param is_reminder: it says a step: a review that is open silences it (A2)
    """

    day: date
    channel: str
    kind: str
    ladder: int
    claims: frozenset[int] = frozenset()
    asks: bool = True
    is_reminder: bool = False

    def free_day(self, claim: Foreseen) -> date:
        """The first day on which it may speak about a claim."""
        if self.kind == "delivery":  # a hold does not stop the invoice itself, as decisions say
            return claim.starts
        if self.kind == "message" and self.is_reminder and claim.is_reviewed:
            return NEVER
        return claim.free_day()


@dataclass(frozen=True)
class Customer:
    """A debtor as it stands, with what is known of the days to come.

    :param snapshot: whose claims are `Foreseen`; what has come is found out here
    :param comes_by: by ruler id, the calendar by which its steps come: its hours at the customer's place,
        without dates to avoid
    :param planned: messages and tasks that are written down and have not left
    """

    snapshot: Snapshot
    comes_by: Mapping[int, ContactCalendar]
    planned: tuple[Planned, ...] = ()


class Said(NamedTuple):
    """Something that is said to a customer, or to be done about one, on a day to come.

    :param day: local day of the customer
    :param kind: one of `KINDS`
    :param ladder: id of its ruler, 0 for none
    :param contact: None for what is planned already
    """

    day: date
    channel: str
    kind: str
    ladder: int
    contact: Contact | None = None

    @property
    def counted(self) -> tuple[date, str, str, int]:
        """Under what a forecast counts it."""
        return self.day, self.channel, self.kind, self.ladder
