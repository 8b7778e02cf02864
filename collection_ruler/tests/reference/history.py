"""What may happen to a company's receivables, as data: a history prints as a story.

Days count from `FIRST_DAY`. Customers are numbered; invoices, payments and steps are known by the
order in which the history makes them. An event about something that is not there (yet) does nothing,
so that any part of a history is a history as well, which is what makes it shrink.
"""

from collections.abc import Generator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from hypothesis import strategies as st

FIRST_DAY = date(2026, 3, 2)  # a Monday; the 17th, Saint Patrick's Day, is closed in Ireland
CUSTOMERS = 3
OFFSETS = (-3, 0, 2, 4, 7)  # of the ruler's messages at the beginning
EVENTS_ON = 15  # the last day on which something happens
LAST_DAY = 25


@dataclass(frozen=True)
class Event:
    day: int

    @property
    def date(self) -> date:
        return FIRST_DAY + timedelta(days=self.day)

    def __str__(self) -> str:
        name, _, values = repr(self).partition("(")
        values = values.removesuffix(")").partition(", ")[2]
        return f"{self.date:%a %d %b}  {name}({values})"


@dataclass(frozen=True)
class Invoice(Event):
    """An invoice is posted whose instalments, of the same amount each, fall due one after another.

    :param due_in: days from the posting to the first due date
    :param every: days from one due date to the next
    """

    customer: int
    amount: int
    due_in: int
    parts: int
    every: int


@dataclass(frozen=True)
class Pay(Event):
    """Money for an invoice is booked and reconciled, the oldest due date first.

    :param amount: None: all that is open
    """

    invoice: int
    amount: int | None


@dataclass(frozen=True)
class Undo(Event):
    """A payment is taken out of the books again."""

    payment: int


@dataclass(frozen=True)
class CreditNote(Event):
    """A credit note is posted.

    :param invoice: what it is reconciled with, as far as it goes; None: it is left open
    """

    customer: int
    amount: int
    invoice: int | None


@dataclass(frozen=True)
class Repost(Event):
    """An invoice goes back to draft and is posted with one due date instead of its terms.

    :param due_in: days from this day to the new due date
    """

    invoice: int
    due_in: int


@dataclass(frozen=True)
class Merge(Event):
    """Two customers turn out to be the same."""

    source: int
    target: int


@dataclass(frozen=True)
class Hold(Event):
    """The ruler is silenced by hand.

    :param invoice: only for the instalments of this invoice; None: for all of the customer
    :param days: until so many days later, that day included; None: until it is ended
    """

    customer: int
    invoice: int | None
    days: int | None


@dataclass(frozen=True)
class EndHolds(Event):
    customer: int


@dataclass(frozen=True)
class AddStep(Event):
    offset: int


@dataclass(frozen=True)
class MoveStep(Event):
    step: int
    offset: int


@dataclass(frozen=True)
class DeleteStep(Event):
    step: int


@dataclass(frozen=True)
class Pause(Event):
    """The ruler is paused."""


@dataclass(frozen=True)
class Resume(Event):
    """The ruler is resumed."""


def histories(*kinds: type[Event]) -> st.SearchStrategy:
    """Lists of events in the order of their days.

    :param kinds: only events of these kinds
    """
    event = st.one_of(*(strategy for kind, strategy in EVENTS.items() if kind in (kinds or EVENTS)))
    first = EVENTS[Invoice]
    return st.builds(
        lambda *parts: sorted([*parts[0], *parts[1]], key=lambda event: event.day),
        st.lists(first, min_size=1, max_size=4),
        st.lists(event, max_size=8),
    )


def tell(history: list[Event]) -> str:
    """The history as a story, one line per event."""
    return "\n".join(f"  {event}" for event in history)


def simplify(history: list[Event]) -> Generator[list[Event], bool, None]:
    """Simpler histories, one after another: fewer events first, then smaller values.

    Send whether the one that was given still shows the difference; it is then simplified further.
    """
    removed = True
    while removed:  # what could not be missed before may be missed now
        removed = False
        for number in reversed(range(len(history))):
            candidate = without(history, number)
            if candidate and (yield candidate):
                history, removed = candidate, True
    for number, event in enumerate(history):
        for name, value in SIMPLE.items():
            if getattr(event, name, value) != value:
                candidate = [*history]
                candidate[number] = replace(candidate[number], **{name: value})
                if (yield candidate):
                    history = candidate


def without(history: list[Event], number: int) -> list[Event]:
    """The history without one event; later numbers still mean the same invoices and payments."""
    gone = history[number]
    field = {Invoice: "invoice", Pay: "payment"}.get(type(gone))
    place = sum(type(event) is type(gone) for event in history[:number])
    rest = [*history[:number], *history[number + 1 :]]
    return [
        replace(event, **{field: getattr(event, field) - 1})
        if field and (getattr(event, field, None) or 0) > place
        else event
        for event in rest
        if not field or getattr(event, field, None) != place
    ]


SIMPLE = {"amount": 10, "parts": 1, "every": 1, "customer": 0}

days = st.integers(0, EVENTS_ON)
customers = st.integers(0, CUSTOMERS - 1)
invoices = st.integers(0, 3)
steps = st.integers(0, len(OFFSETS))
offsets = st.integers(-5, 9)
amounts = st.sampled_from((10, 30, 100))

EVENTS = {
    Invoice: st.builds(
        Invoice,
        day=days,
        customer=customers,
        amount=amounts,
        due_in=st.integers(-9, 12),
        parts=st.sampled_from((1, 1, 1, 2, 3, 12)),
        every=st.integers(1, 10),
    ),
    Pay: st.builds(Pay, day=days, invoice=invoices, amount=st.none() | st.sampled_from((5, 20))),
    Undo: st.builds(Undo, day=days, payment=st.integers(0, 2)),
    CreditNote: st.builds(
        CreditNote, day=days, customer=customers, amount=amounts, invoice=st.none() | invoices
    ),
    Repost: st.builds(Repost, day=days, invoice=invoices, due_in=st.integers(-9, 12)),
    Merge: st.builds(Merge, day=days, source=customers, target=customers),
    Hold: st.builds(
        Hold,
        day=days,
        customer=customers,
        invoice=st.none() | invoices,
        days=st.none() | st.integers(0, 9),
    ),
    EndHolds: st.builds(EndHolds, day=days, customer=customers),
    AddStep: st.builds(AddStep, day=days, offset=offsets),
    MoveStep: st.builds(MoveStep, day=days, step=steps, offset=offsets),
    DeleteStep: st.builds(DeleteStep, day=days, step=steps),
    Pause: st.builds(Pause, day=days),
    Resume: st.builds(Resume, day=days),
}
