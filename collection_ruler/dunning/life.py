"""One customer, played through the days of a forecast with the decisions that count (A12)."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from operator import itemgetter
from typing import TYPE_CHECKING

from .calendar import NeverOpen
from .claims import REASONS
from .decision import decide
from .facts import Claim, Contact, Decision, asked_of_us, changed
from .foreseen import NEVER, Customer, Foreseen, Said
from .moments import DAY, Moments
from .reason import Reason

if TYPE_CHECKING:
    from .forecast import Forecast

# what makes a claim wait until something else happens; all other reasons pass with the days
PATIENT = frozenset(
    {
        Reason.BAD_ADDRESS,
        Reason.BLOCKED,
        Reason.COVERED,
        Reason.HELD,
        Reason.IN_BANK,
        Reason.IN_FLIGHT,
        Reason.NEVER_OPEN,
        Reason.NO_ADDRESS,
        Reason.NOT_SENT,
        Reason.OVERDUE_FIRST,
        Reason.PAST_LIMIT,
        Reason.PAUSED,
        Reason.RULER_STOPPED,
        Reason.TOO_LITTLE,
    }
)

# what holds a claim, while the days pass until people take over
HOLDING = PATIENT - {Reason.PAST_LIMIT} | {Reason.TASK_OPEN}
UNTRUE = frozenset(REASONS.values())

_DAY_OF = itemgetter(1)


class Life(Moments):
    """One customer, played through the days."""

    def __init__(self, forecast: "Forecast", customer: Customer):
        self.forecast = forecast
        self.snapshot = customer.snapshot
        self.calendar = customer.snapshot.calendar
        self.comes_by = customer.comes_by
        self.planned = customer.planned
        self.first = self.calendar.local_day(forecast.now)
        self.last = forecast.last_day(self.calendar)
        self.courses = {
            claim.id: forecast.course(
                claim.ladder, customer.comes_by[claim.ladder.id], claim.counts_from
            )
            for claim in customer.snapshot.claims
        }
        self.claims = {
            claim.id: _arriving(claim)
            for claim in customer.snapshot.claims
            if forecast.matters(claim, customer.comes_by[claim.ladder.id], self.last)
        }
        self.blocks = {claim.id: claim.blocked_by for claim in self.claims.values()}
        self.rulers = {
            step.id: claim.ladder.id
            for claim in self.claims.values()
            for step in claim.ladder.steps
        }
        self.contacts = list(customer.snapshot.contacts)
        self.spoken_at = forecast.now if customer.snapshot.spoken_to else None
        self.waiting: dict[
            int, Reason
        ] = {}  # why claims wait that have come, as far as it was played
        self.held: dict[int, Reason] = {}  # what held them last
        self.is_restless = True  # today is looked at in any case

    def play(self) -> Iterator[Said]:
        """What is said and done in the days of the forecast; played as far as somebody looks."""
        return (one for said, _marks in self.decided() for one in said if one.day <= self.last)

    def decided(self) -> Iterator[tuple[list[Said], Mapping[int, int]]]:
        """The same, decision by decision, each with the watermarks that it moves; what is planned already
        comes first."""
        yield list(self._what_is_planned()), {}
        day = self.first
        while day <= self.last:
            for instant in self._moments(day):
                decision = self._decide(day, instant)
                yield list(self._hear(decision)), decision.watermarks
            day += DAY

    # ------------------------------------------------------------------ a decision, and what it changes

    def _decide(self, today: date, now: datetime) -> Decision:
        due = [claim for claim in self._as_of(today) if claim.reached_offset is not None]
        if not due:
            self.is_restless, self.waiting = False, {}
            return Decision()
        decision = decide(
            changed(
                self.snapshot,
                claims=tuple(self.claims.values()),
                contacts=tuple(self.contacts),
                spoken_to=self.spoken_at is not None and self.spoken_at <= now,
                bank_days=self.snapshot.bank_days if today == self.first else 0,
            ),
            now,
        )
        for key, watermark in decision.watermarks.items():
            self.claims[key] = changed(self.claims[key], watermark=watermark)
        self.waiting = decision.waiting
        self.held |= {k: reason for k, reason in self.waiting.items() if reason in HOLDING}
        left = [
            claim
            for claim in due
            if claim.reached_offset > decision.watermarks.get(claim.id, claim.reached_offset - 1)
        ]
        self.is_restless = any(_may_change(claim, decision) for claim in left)
        said = {claim.id for contact in decision.contacts for claim, _step in contact.pairs}
        # a step was passed over: the next run finds the one after it, or what waited for it
        self.goes_on_soon = any(key not in said for key in decision.watermarks)
        return decision

    def _as_of(self, today: date) -> list[Foreseen]:
        """The claims as the planner finds them on a day."""
        for claim in tuple(self.claims.values()):
            if claim.leaves_on is not None and claim.leaves_on <= today:
                del self.claims[claim.id]
                continue
            reached_offset, blocked_by = None, Reason.RULER_STOPPED
            if claim.starts <= today <= claim.ends:
                blocked_by = None if claim.free_from <= today else self.blocks[claim.id]
                course = self.courses[claim.id]
                count = bisect_right(course, today, key=_DAY_OF)
                reached_offset = course[count - 1][0] if count else None
                if (
                    reached_offset is not None
                    and claim.watermark is not None
                    and reached_offset <= claim.watermark
                ):
                    reached_offset = None
            if reached_offset != claim.reached_offset or blocked_by != claim.blocked_by:
                self.claims[claim.id] = changed(
                    claim, reached_offset=reached_offset, blocked_by=blocked_by
                )
        return list(self.claims.values())

    def _hear(self, decision: Decision) -> Iterator[Said]:
        for contact in decision.contacts:
            day, kind = self.calendar.local_day(contact.at), _kind(contact)
            if kind == "task":
                self._asked_of_us(contact, day)
                with suppress(NeverOpen):  # made on a closed day, done on the next open one
                    day = self.comes_by[contact.pairs[0][0].ladder.id].next_open_day(day)
            elif kind == "delivery":
                self._delivered(contact, day)
            elif contact.asks in UNTRUE:  # which nobody's approval makes true
                self.goes_on_soon = True
            else:
                self._heard(day, contact.at)
                self._written(contact, day)
            ruler = self.rulers[contact.tone.id]
            yield Said(day, contact.channel, kind, ruler, contact)

    def _delivered(self, contact: Contact, day: date) -> None:
        self.goes_on_soon = True
        moves = {claim.move for claim, _step in contact.pairs}
        for claim in self.claims.values():
            if claim.move in moves:
                self.claims[claim.id] = changed(
                    claim, delivered=True, delivered_on=day, unsent=False
                )

    def _asked_of_us(self, contact: Contact, day: date) -> None:
        """A task that was made: nobody does it, as nobody pays."""
        for claim, _step in contact.pairs:
            self.claims[claim.id] = asked_of_us(self.claims[claim.id], contact.tone, day)

    def _heard(self, day: date, at: datetime) -> None:
        self.contacts.append(day)
        self.spoken_at = min(self.spoken_at or at, at)

    def _written(self, contact: Contact, day: date) -> None:
        """Later words may say that we wrote before (C8)."""
        if history := self.snapshot.history:
            written = {claim.id: day for claim, _step in contact.pairs} | {**history.written}
            history = replace(history, written=written)
            self.snapshot = replace(self.snapshot, history=history)

    def _what_is_planned(self) -> Iterator[Said]:
        for one in self.planned:
            day = max(one.day, self.first)
            if one.claims:
                about = [claim for claim in self.snapshot.claims if claim.id in one.claims]
                day = max(day, min(map(one.free_day, about), default=NEVER))
            if day > self.last:
                continue
            with suppress(NeverOpen):
                calendar = self.calendar
                if one.kind == "task":
                    calendar = self.comes_by.get(one.ladder, calendar)
                day = calendar.next_open_day(day)
                if one.asks and one.kind != "task":
                    if day in self.contacts:  # the snapshot has it already
                        self.contacts.remove(day)
                    self._heard(day, self.calendar.windows(day)[0][0])
                yield Said(day, one.channel, one.kind, one.ladder)


def _may_change(claim: Claim, decision: Decision) -> bool:
    """Whether what makes a claim wait may be over on another day, or later on the same."""
    reason = decision.waiting.get(claim.id)
    if reason in (
        Reason.OVERDUE_FIRST,
        Reason.NOT_SENT,
    ):  # something else was said, or delivered, now
        return bool(decision.watermarks)
    if reason == Reason.TASK_OPEN and claim.is_reviewed:
        return False
    return reason not in PATIENT


def _arriving(claim: Foreseen) -> Foreseen:
    """What is on its way to the customer arrives."""
    return changed(claim, unsent=False) if claim.unsent and claim.delivered_on else claim


def _kind(contact: Contact) -> str:
    if contact.tone.delivers:
        return "delivery"
    mode = contact.tone.mode
    return {"task": "task", "approve": "approval"}.get(mode, "message")
