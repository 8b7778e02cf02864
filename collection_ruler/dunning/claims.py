"""What a text states about a customer, and when that is so: no message with an untrue sentence leaves (C8).

The one list of such statements. Whoever writes a message chooses from it (`mail.template`), both doors and
the plan ask `untrue`, and nobody's approval makes true what is not.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from .amounts import effective
from .facts import Claim, Snapshot
from .ladder import Step
from .reason import Reason


class Says(StrEnum):
    """What a text may state. The values are stored with the words: never rename one, only add."""

    NOTHING = "nothing"
    """Nothing about the customer that could be untrue."""
    COMING = "coming"
    """ "It will be due on …": nothing that is asked for is due yet."""
    DUE_TODAY = "due_today"
    """ "It is due today": all that is asked for is due today, on its bank day."""
    OVERDUE = "overdue"
    """ "It is overdue", "it is open since …": the oldest that is asked for is late."""
    NO_PAYMENT = "no_payment"
    """ "We have not seen a payment": none was, neither of a part nor one that went again."""
    SLIPPED = "slipped"
    """ "It probably slipped through": no payment was seen that went again, and they said nothing since it
    fell due. What remains after a part was paid may have."""
    WROTE_BEFORE = "wrote_before"
    """ "We wrote to you about it before": on an earlier day, about all that is overdue."""
    NOT_HEARD = "not_heard"
    """ "We have not heard from you": nor money, not since it fell due, nor since we first wrote about it."""
    COLLEAGUES = "colleagues"
    """ "Our messages to your colleagues had no answer": another one of them got such messages."""
    RETURNED = "returned"
    """ "A payment came back": one was seen, and went."""
    RECEIVED = "received"
    """ "We have received your payment": said in thanks only, whose door asks whether the money is there."""
    ATTACHED = "attached"
    """ "The invoice is attached": the step attaches it."""


@dataclass(frozen=True)
class History:
    """What was said and heard so far, where a text speaks about it.

    :param heard_on: local day on which the customer last wrote, called, promised or disputed something
    :param written: the local day of the first message about a claim that left, by claim id
    :param readers: who got messages about a claim, by claim id: ids of contacts
    :param reader: id of the contact that gets this message, None where that is not known yet
    """

    heard_on: date | None = None
    written: Mapping[int, date] = field(default_factory=dict)
    readers: Mapping[int, frozenset[int]] = field(default_factory=dict)
    reader: int | None = None


@dataclass(frozen=True)
class _About:
    """What a text is about on a day.

    :param asked: what it asks for, the oldest first; never empty
    """

    snapshot: Snapshot
    step: Step
    asked: list[Claim]
    today: date

    @property
    def history(self) -> History:
        return self.snapshot.history or History()

    def due(self, claim: Claim) -> date:
        return effective(self.snapshot.calendar, claim)

    @property
    def overdue(self) -> list[Claim]:
        return [claim for claim in self.asked if self.due(claim) < self.today]

    @property
    def money_went(self) -> bool:
        return any(claim.money_went_on for claim in self.asked)


def _is_coming(about: _About) -> bool:
    return all(claim.due_date > about.today for claim in about.asked)


def _is_due_today(about: _About) -> bool:
    return all(about.due(claim) == about.today for claim in about.asked)


def _is_overdue(about: _About) -> bool:
    return about.due(about.asked[0]) < about.today


def _was_written_to(about: _About) -> bool:
    written = about.history.written
    wanted = about.overdue or about.asked
    return all(c.id in written and written[c.id] < about.today for c in wanted)


def _since(about: _About) -> date:
    """The day from which a word of theirs is an answer."""
    oldest = about.asked[0]
    return min(oldest.due_date, about.history.written.get(oldest.id, oldest.due_date))


def _is_unheard(about: _About) -> bool:
    heard_on = about.history.heard_on
    return heard_on is None or heard_on < _since(about)


def _is_unanswered(about: _About) -> bool:
    """Neither a word nor money came: who paid a part has answered."""
    since = _since(about)
    return _is_unheard(about) and not any(c.paid_on and c.paid_on >= since for c in about.asked)


def _had_other_readers(about: _About) -> bool:
    readers = about.history.readers.get(about.asked[0].id, frozenset())
    return bool(readers - {about.history.reader}) and _is_unanswered(about)


CONDITIONS: Mapping[Says, Callable[[_About], bool]] = {
    Says.NOTHING: lambda about: True,
    Says.COMING: _is_coming,
    Says.DUE_TODAY: _is_due_today,
    Says.OVERDUE: _is_overdue,
    Says.NO_PAYMENT: lambda about: not (about.money_went or any(c.paid_on for c in about.asked)),
    Says.SLIPPED: lambda about: not about.money_went and _is_unheard(about),
    Says.WROTE_BEFORE: _was_written_to,
    Says.NOT_HEARD: _is_unanswered,
    Says.COLLEAGUES: _had_other_readers,
    Says.RETURNED: lambda about: about.money_went,
    Says.RECEIVED: lambda about: False,
    Says.ATTACHED: lambda about: about.step.attaches,
}
# what only the history tells
RECALLS = frozenset({Says.SLIPPED, Says.WROTE_BEFORE, Says.NOT_HEARD, Says.COLLEAGUES})
# what nothing else tells; money that came or went is known without it
UNTOLD = frozenset({Says.WROTE_BEFORE, Says.COLLEAGUES})
ALL = tuple(Says)
REASONS: Mapping[Says, Reason] = {
    says: Reason(f"untrue_{says}") for says in Says if says != Says.NOTHING
}


def recalls(steps: Iterable[Step]) -> bool:
    """Whether the words of some step speak about what was said and heard before."""
    return any(not RECALLS.isdisjoint(step.says) for step in steps)


def untrue(snapshot: Snapshot, step: Step, asked: list[Claim], today: date) -> Reason | None:
    """The first statement of a step's words that is not so, as the reason that stops them; None for none.

    Where the snapshot has no history, what rests on it is left to whoever has: the doors do.

    :param step: whose words are used
    :param asked: what the message asks for, the oldest first
    :param today: local day of the customer
    """
    if not asked:
        return None
    about = _About(snapshot, step, asked, today)
    for says in ALL:
        if says not in step.says or (says in UNTOLD and snapshot.history is None):
            continue
        if not CONDITIONS[says](about):
            return REASONS[says]
    return None
