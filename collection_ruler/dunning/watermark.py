"""What counts as said where nobody said it: rulers that are switched on, and due dates that move (A8, F7)."""

from collections.abc import Iterable
from datetime import date

from .calendar import ContactCalendar
from .course import reached_offset
from .ladder import Ladder, LadderError, effective_due

# what becomes of debts that are open when a ruler is switched on (A8)
BACKLOG_POLICIES = ("join", "catch_up", "restart")


def begin(
    ladder: Ladder, calendar: ContactCalendar, due: date, today: date, policy: str
) -> tuple[int | None, date | None]:
    """Where an instalment begins that is open when its ruler is switched on (A8).

    `join`: silently at the step it would have reached. `catch_up`: nothing was said, so the next run
    says what has come, in one message; what is overdue is no longer delivered first, since that would be
    a mail for each old invoice. `restart`: what is overdue is taken as if it were due today.

    :param policy: one of `BACKLOG_POLICIES`
    :return: the watermark (None: nothing is consumed), and the date from which offsets count (None:
        the due date)
    :raise LadderError: unknown policy
    """
    if policy not in BACKLOG_POLICIES:
        raise LadderError(f"Policy {policy!r} is none of {BACKLOG_POLICIES}")
    overdue = effective_due(ladder, calendar, due) < today
    if policy == "catch_up":
        delivered = [s.offset for s in ladder.steps if s.delivers and s.offset <= 0]
        return (delivered[-1] if overdue and delivered else None), None
    if policy == "restart" and overdue:
        return 0, today
    return reached_offset(ladder, calendar, due, today), None


def rescheduled(
    ladder: Ladder,
    calendar: ContactCalendar,
    old: date,
    new: date,
    watermark: int | None,
    ever_said: Iterable[int],
    today: date,
    delivered: bool = False,
) -> int | None:
    """The watermark of an instalment that got another due date (F7).

    What was said for the old date and lies ahead of the new one is said again in its time, as far as the
    course of an agreed date has it (`Ladder.agreed`); what lies behind it as well was said. An earlier date
    takes something back, so it repeats nothing at all. In the course of an agreed date notices whose day
    has come are passed over: the customer agreed just now (A14). Any other step that was never said is not
    lost.

    :param ladder: of the new date
    :param watermark: the highest offset consumed for the old date, None for none
    :param ever_said: offsets that were consumed for whichever date it had before
    :param delivered: whether the invoice went out: else what would send it is not lost
    :return: the highest offset that counts as consumed for the new date, None for none
    """
    said = [] if watermark is None else [watermark]
    if new < old:
        said += ever_said
    reached = reached_offset(ladder, calendar, new, today)
    if reached is None:
        return None
    counts = [min(max(said), reached)] if said else []
    notices = [s for s in ladder.steps if s.offset < 0 and s.offset <= reached]
    delivered = delivered or not any(
        s.delivers and (watermark is None or s.offset > watermark) for s in notices
    )
    if ladder.said_before is not None and delivered:
        counts += [s.offset for s in notices]
    return max(counts, default=None)
