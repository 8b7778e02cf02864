"""What comes next: for a customer and for each of what they owe; the one answer of banner, card, drawn
line, lists and preview.

The days are played with the decisions that count, as a forecast does it, with all that the customer owes: so
caps, thanks, credits, open tasks and other debts are in it. Nobody pays, and no task is done.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from .amounts import oldest_first
from .calendar import NeverOpen
from .forecast import Forecast
from .foreseen import NEVER, Customer, Foreseen, Said
from .ladder import Step
from .life import Life
from .next_step import Upcoming, upcoming
from .open_task import free_from
from .reason import Reason
from .sending import Sending, a_person_sends

# so many days are played until something comes
HORIZON = 3660
# so many days more are looked at afterwards
NEAR = timedelta(days=120)


@dataclass(frozen=True)
class Outlook:
    """What is to come for one customer.

    :param first: what they hear first, or we do; None where nothing comes
    :param of: what comes for each claim that was asked about, in order, by its id; where something holds it
        for as long as anybody knows, what would come without that
    :param waits: why claims wait that are held for so long, by their ids, the oldest first
    """

    first: Said | None = None
    of: Mapping[int, tuple[Upcoming, ...]] = field(default_factory=dict)
    waits: Mapping[int, Reason] = field(default_factory=dict)

    @property
    def why(self) -> Reason | None:
        """Why nothing comes, though rulers have steps left; None where something does."""
        return None if self.first else next(iter(self.waits.values()), None)


def horizon(now: datetime) -> Forecast:
    """The days that are played; one for all customers of a screen, so that dates are worked out once.

    :param now: aware UTC
    """
    return Forecast(now, HORIZON)


def to_come(days: Forecast, customer: Customer) -> Iterator[Said]:
    """What comes beside what is planned already, in order; played as far as somebody looks."""
    return (one for one in Life(days, customer).play() if one.contact)


def look_ahead(days: Forecast, customer: Customer, about: Collection[int] = ()) -> Outlook:
    """What comes next for a customer, and for some of what they owe.

    :param days: as `horizon` makes them
    :param about: ids of claims
    """
    # nobody knows whether a person lets go what waits for one; what comes further does not wait for it
    planned = tuple(one for one in customer.planned if one.kind != "approval")
    life = Life(days, replace(customer, planned=planned))
    asked = {key for key in about if key in life.claims}
    first, found, is_played_out = None, {}, True
    for said, watermarks in life.decided():
        said = sorted((one for one in said if one.contact), key=_rank)
        first = first or next(iter(said), None)
        for key in _claims_in(said) & asked:
            found[key] = (*found.get(key, ()), *_in_decision(said, key, watermarks[key]))
        if first and _is_seen(life, asked, said, first):
            is_played_out = False
            break
    waits = {}
    for claim in sorted(customer.snapshot.claims, key=oldest_first):
        if claim.id in found:
            continue
        if is_played_out and (why := life.waiting.get(claim.id) or _why_left(claim)):
            # that people will take over some day is not why it is silent now
            is_taken_over = why == Reason.PAST_LIMIT
            waits[claim.id] = life.held.get(claim.id, why) if is_taken_over else why
        elif claim.id in life.claims and (is_played_out or not _goes_on(life.claims[claim.id])):
            continue  # its ruler ends before, or what is left is not for this debt
        if claim.id in about and (coming := _by_ladder(customer, claim, life.first)):
            found[claim.id] = (replace(coming, waits=waits.get(claim.id)),)
    return Outlook(first, found, waits)


def _is_seen(life: Life, asked: Iterable[int], said: Sequence[Said], first: Said) -> bool:
    """Whether all that was asked about has been played: to the end of its ruler, or as far as is looked."""
    if said and said[0].day > first.day + NEAR:
        return True
    return not any(_goes_on(life.claims[key]) for key in asked if key in life.claims)


def _why_left(claim: Foreseen) -> Reason | None:
    """Why its ruler goes no further before a person has done something, though nothing has come yet."""
    if not _goes_on(claim):
        return None
    if claim.starts == NEVER:
        return Reason.RULER_STOPPED
    if claim.is_reviewed:
        return Reason.TASK_OPEN
    if claim.unsent and a_person_sends(claim.ladder, claim.watermark, claim.by_hand):
        return Reason.NOT_SENT
    return None


def _goes_on(claim: Foreseen) -> bool:
    """Whether its ruler has steps left."""
    offsets = claim.ladder.offsets
    return bool(offsets) and (claim.watermark is None or claim.watermark < offsets[-1])


def _rank(said: Said) -> tuple[date, bool]:
    """Of one day what is said goes before what is done."""
    return said.day, said.kind == "task"


def _claims_in(said: Iterable[Said]) -> set[int]:
    return {claim.id for one in said for claim, _step in one.contact.pairs}


def _in_decision(said: Sequence[Said], claim_id: int, watermark: int) -> Iterator[Upcoming]:
    """What a decision does about a claim, day by day: what is decided in an evening makes its task at once,
    and its message leaves on the next open day."""
    own = [(one, s) for one in said for claim, s in one.contact.pairs if claim.id == claim_id]
    by_day: dict[date, list[tuple[Said, Step]]] = {}
    for one, step in own:
        by_day.setdefault(one.day, []).append((one, step))
    for day, of_day in by_day.items():
        steps = tuple(step for _one, step in of_day)
        yield Upcoming(day, steps, watermark, of_day[0][0].contact.tone)


def _by_ladder(customer: Customer, claim: Foreseen, today: date) -> Upcoming | None:
    """What its ruler would say about a claim, if nobody owed anything else and nothing held it."""
    snapshot, went = customer.snapshot, claim.delivered_on
    calendar = customer.comes_by[claim.ladder.id]
    with suppress(NeverOpen):
        return upcoming(
            *(claim.ladder, calendar, claim.counts_from, claim.watermark, today),
            delivered=claim.delivered or bool(went),
            profile=snapshot.profile,
            spoken_to=snapshot.spoken_to,
            done_step_ids=claim.done_step_ids,
            sending=Sending(claim.unsent and not went, claim.by_hand, went),
            free_from=free_from(calendar, claim.task_since, claim.is_reviewed),
        )
    return None
