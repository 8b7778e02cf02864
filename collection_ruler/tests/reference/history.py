"""What may happen to a company's receivables, as data: a history prints as a story.

Days count from `FIRST_DAY`. Customers are numbered; invoices, payments and steps are known by the
order in which the history makes them. An event about something that is not there does nothing, so
that any part of a history is a history as well.
"""

from collections.abc import Generator
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta

from hypothesis import strategies as st

FIRST_DAY = date(2026, 3, 2)  # a Monday; the 17th, Saint Patrick's Day, is closed in Ireland
CUSTOMERS = 3
OFFSETS = (-3, 0, 2, 4, 7)  # of the ruler's messages at the beginning
EVENTS_ON = 18  # the last day on which something happens
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


@st.composite
def histories(draw: st.DrawFn, *kinds: type[Event]) -> list[Event]:
    """Events in the order of their days, about invoices and payments that are there by then.

    :param kinds: only events of these kinds
    """
    history = [draw(values(Invoice, day=0))]
    pace = st.sampled_from((0, 0, 1, 1, 1, 2, 3))
    for _event in range(draw(st.integers(7, 14))):
        day = min(history[-1].day + draw(pace), EVENTS_ON)
        numbers = {
            "invoice": sum(isinstance(event, Invoice) for event in history),
            "payment": sum(isinstance(event, Pay) for event in history),
        }
        possible = [
            kind
            for kind, often in OFTEN.items()
            if kind in (kinds or OFTEN) and (kind is not Undo or numbers["payment"])
            for _time in range(often)
        ]
        known = {name: st.integers(0, count - 1) for name, count in numbers.items() if count}
        history.append(draw(values(draw(st.sampled_from(possible)), day=day, **known)))
    return history


def values(kind: type[Event], day: int, **known: st.SearchStrategy) -> st.SearchStrategy[Event]:
    """Events of a kind on a day.

    :param known: what invoices and payments to choose from
    """
    strategies = {**VALUES, **known, **OF_KIND.get(kind, {})}
    if kind in (CreditNote, Hold):
        strategies["invoice"] |= st.none()
    return st.builds(
        kind, day=st.just(day), **{f.name: strategies[f.name] for f in fields(kind)[1:]}
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


STORIES = {
    "what is on hold and comes back keeps nothing else silent": [
        Invoice(0, 0, 10, -3, 1, 1),
        Invoice(1, 0, 10, 7, 1, 6),
        Hold(3, 2, 1, None),
        Pay(4, 1, None),
        Undo(7, 0),
    ],
    "a hold on an invoice that is then posted with another due date": [
        Invoice(6, customer=0, amount=10, due_in=-4, parts=1, every=7),
        Hold(8, customer=0, invoice=0, days=None),
        Repost(13, invoice=0, due_in=1),
    ],
    "credits, a merge, payments that come back, a hold and a pause": [
        Invoice(0, customer=0, amount=100, due_in=3, parts=1, every=1),
        Invoice(0, customer=1, amount=30, due_in=1, parts=1, every=1),
        Invoice(0, customer=2, amount=100, due_in=-1, parts=1, every=1),
        CreditNote(2, customer=0, amount=30, invoice=None),
        Pay(3, invoice=2, amount=None),
        Undo(4, payment=0),  # before the thanks
        Merge(4, source=1, target=0),
        Pay(7, invoice=2, amount=None),
        Undo(9, payment=1),  # after them
        Hold(9, customer=0, invoice=None, days=2),
        Pause(14),
        Resume(16),
    ],
    "instalments, other terms, another ladder": [
        Invoice(0, customer=0, amount=10, due_in=1, parts=3, every=3),
        Invoice(0, customer=1, amount=30, due_in=0, parts=1, every=1),
        Invoice(0, customer=2, amount=30, due_in=-3, parts=2, every=9),
        Pay(2, invoice=0, amount=20),
        DeleteStep(3, step=2),
        Hold(3, customer=2, invoice=2, days=None),
        Repost(4, invoice=1, due_in=3),
        AddStep(7, offset=5),
        EndHolds(8, customer=2),
        CreditNote(9, customer=2, amount=30, invoice=2),
        MoveStep(10, step=4, offset=9),
    ],
    "a notice that came too late becomes the last step": [
        Invoice(7, customer=0, amount=10, due_in=-7, parts=1, every=1),
        MoveStep(8, step=0, offset=9),
    ],
    "a payment comes back before the thanks, twice": [
        Invoice(0, customer=0, amount=30, due_in=-9, parts=1, every=1),
        Pay(2, invoice=0, amount=10),
        Pay(2, invoice=0, amount=20),
        Undo(3, payment=1),
        Pay(7, invoice=0, amount=None),
        Undo(8, payment=2),  # of this they heard
    ],
    "a payment comes back of which only one instalment was spoken about": [
        Invoice(2, customer=0, amount=10, due_in=-5, parts=3, every=4),
        Hold(3, customer=0, invoice=None, days=None),
        Pay(6, invoice=0, amount=None),
        Undo(11, payment=0),
        EndHolds(14, customer=0),
    ],
}
SIMPLE = {"amount": 10, "parts": 1, "every": 1, "customer": 0}

VALUES = {
    "customer": st.integers(0, CUSTOMERS - 1),
    "source": st.integers(0, CUSTOMERS - 1),
    "target": st.integers(0, CUSTOMERS - 1),
    "amount": st.sampled_from((10, 30, 100)),
    "due_in": st.integers(-9, 9),
    "parts": st.sampled_from((1, 1, 1, 2, 3, 12)),
    "every": st.integers(1, 10),
    "days": st.none() | st.integers(0, 9),
    "step": st.integers(0, len(OFFSETS)),
    "offset": st.integers(-5, 9),
}
OF_KIND = {Pay: {"amount": st.none() | st.sampled_from((5, 20))}}
OFTEN = {
    Invoice: 4,
    Pay: 6,
    Undo: 3,
    CreditNote: 2,
    Repost: 2,
    Merge: 1,
    Hold: 2,
    EndHolds: 1,
    AddStep: 1,
    MoveStep: 1,
    DeleteStep: 1,
    Pause: 1,
    Resume: 1,
}
