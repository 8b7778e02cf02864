"""What a ruler would say about debts that nobody pays, day by day; nothing is sent by looking (A12).

The days are played with the decisions that count, so the caps, the one message a day for all
instalments and the silence after the invoice are in it, and each delay has its reason.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from .calendar import ContactCalendar
from .course import timeline
from .decision import decide
from .facts import Claim, Contact, Snapshot, asked_of_us
from .ladder import Ladder, Step, effective_due
from .reason import Reason
from .turn_of_year import is_too_firm

# what waits after the last step came is followed for so many days more
TAIL_DAYS = 60


@dataclass(frozen=True)
class SimulatedContact:
    """A message, delivery or task of a simulation.

    :param day: local day of the customer
    :param step: the step whose words are used
    :param dues: due dates of the instalments whose step it is, in order
    :param nominal: the day that the ruler names for the oldest of them, whatever stands in the way
    :param late: days after the day from which the oldest of them counts (A3)
    :param moved: why it is not that day: what made it wait, `Reason.CLOSED` for a closed day
    """

    day: date
    step: Step
    dues: tuple[date, ...]
    nominal: date
    late: int
    moved: tuple[Reason, ...]
    contact: Contact


def simulate(
    ladder: Ladder,
    customer: Snapshot,
    dues: Sequence[date],
    amount: Decimal,
    delivered: bool = False,
    settlement_days: int = 0,
) -> list[SimulatedContact]:
    """Play one invoice through a ruler, from its first step until nothing more comes.

    :param customer: who owes nothing else: their calendars, habits and wishes
    :param dues: the due dates of its instalments
    :param amount: what each instalment is, in the company's currency
    :param delivered: whether the customer has the invoice already
    :param settlement_days: bank days that their money takes to arrive (D3)
    :raise NeverOpen: no day is open for this customer
    """
    owed = Claim(
        *(0, 0, ladder, date.min, date.min, None, None, amount, ""),
        delivered=delivered,
        settlement_days=settlement_days,
    )
    claims = {
        key: replace(owed, id=key, counts_from=due, due_date=due)
        for key, due in enumerate(sorted(dues))
    }
    return _Course(customer, claims).play() if ladder.steps and claims else []


class _Course:
    """The claims of one customer, played through the days of their ruler."""

    def __init__(self, customer: Snapshot, claims: dict[int, Claim]):
        self.snapshot, self.calendar, self.claims = customer, customer.calendar, claims
        self.waits: dict[int, dict[Reason, None]] = {key: {} for key in claims}
        self.comes = {
            key: [
                (day, step.offset)
                for step, day in timeline(claim.ladder, self.calendar, claim.due_date)
            ]
            for key, claim in claims.items()
        }

    def play(self) -> list[SimulatedContact]:
        """All that is said, in order."""
        days = [day for course in self.comes.values() for day, _offset in course]
        said: list[SimulatedContact] = []
        day, last = min(days), max(days) + timedelta(days=TAIL_DAYS)
        while day <= last:
            windows = self.calendar.windows(day)
            if self._comes_by(day) and windows:
                said += self._decide(day, windows[0][0])
            day += timedelta(days=1)
        return said

    def _comes_by(self, day: date) -> bool:
        """Note which offsets have come; whether any has that was not taken."""
        for key, claim in self.claims.items():
            reached = max((o for d, o in self.comes[key] if d <= day), default=None)
            done = claim.watermark is not None and (reached is None or reached <= claim.watermark)
            self.claims[key] = replace(claim, reached_offset=None if done else reached)
        return any(claim.reached_offset is not None for claim in self.claims.values())

    def _decide(self, day: date, opens: datetime) -> Iterator[SimulatedContact]:
        self.snapshot = replace(self.snapshot, claims=tuple(self.claims.values()))
        decision = decide(self.snapshot, opens)
        for key, reason in decision.waiting.items():
            self.waits[key][reason] = None
        for contact in decision.contacts:
            yield _simulated(contact, self.calendar, day, self.waits)
            self.snapshot = _heard(self.snapshot, contact, day)
            for claim, _step in contact.pairs:
                self.claims[claim.id] = asked_of_us(self.claims[claim.id], contact.tone, day)
            if contact.tone.delivers:
                for key, claim in self.claims.items():
                    self.claims[key] = replace(claim, delivered=True, delivered_on=day)
        for key, watermark in decision.watermarks.items():
            self.claims[key] = replace(self.claims[key], watermark=watermark)
            self.waits[key] = {}


def _simulated(contact: Contact, calendar: ContactCalendar, day: date, waits) -> SimulatedContact:
    claim, step = min(contact.pairs, key=lambda pair: pair[0].due_date)
    due = effective_due(claim.ladder, calendar, claim.due_date)
    nominal, late = due + timedelta(days=step.offset), (day - due).days
    moved = list(waits[claim.id])
    firm = (is_too_firm(step, nominal + timedelta(days=n)) for n in range((day - nominal).days))
    if any(firm):
        moved.insert(0, Reason.TURN_OF_YEAR)
    elif day != nominal and not calendar.is_open_day(nominal):
        moved.insert(0, Reason.CLOSED)
    dues = tuple(sorted(one.due_date for one, _step in contact.pairs))
    return SimulatedContact(day, contact.tone, dues, nominal, late, tuple(moved), contact)


def _heard(snapshot: Snapshot, contact: Contact, day: date) -> Snapshot:
    if contact.tone.delivers or contact.pairs[0][1].mode == "task":
        return snapshot
    # what wants approval is let go the same day
    return replace(snapshot, contacts=(*snapshot.contacts, day), spoken_to=True)
