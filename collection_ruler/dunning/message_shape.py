"""The shape of a message: how long a subject and a table are, by when an answer is asked for (C2, C9)."""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta

from .calendar import ContactCalendar, NeverOpen

# what a list of mails shows of a subject
MOST_LETTERS = 77
# a longer table pushes what follows out of sight, and some mail programs cut the message off
MOST_ROWS = 20
# to ask colleagues and banks; a firm message names the day
ANSWER_DAYS = 5

# control characters and what only looks like a blank: a line break would begin a header of its own
UNSEEN = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")


def in_one_line(text: str | None) -> str:
    """A text as a header or a subject may carry it: without control characters and ends of lines.

    Narrow and no-break spaces stand in amounts, so they stay.
    """
    return UNSEEN.sub(lambda m: m[0] if m[0] in "\xa0\u202f" else " ", text or "").strip()


def subject_line(text: str | None) -> str:
    """A subject on one line of at most MOST_LETTERS letters, cut after a word where one ends late enough."""
    line = in_one_line(text)
    if len(line) <= MOST_LETTERS:
        return line
    cut = line[: MOST_LETTERS - 1]
    shorter = cut.rsplit(" ", 1)[0]
    return (shorter if len(shorter) > MOST_LETTERS // 2 else cut).rstrip(" ,:;-(") + "…"


def rows_shown(counts: Sequence[int], most: int = MOST_ROWS) -> list[int]:
    """How many rows of each group of a table are shown; each group shows its first ones.

    Groups after the first keep a row each, so that no currency is without any.

    :param counts: rows of each group, in their order
    :param most: rows in all, unless there are more groups than that
    """
    shown, left = [], most
    for number, count in enumerate(counts):
        kept = sum(1 for later in counts[number + 1 :] if later)
        own = min(count, max(left - kept, min(count, 1)))
        shown.append(own)
        left -= own
    return shown


def answer_day(calendar: ContactCalendar, today: date, days: int = ANSWER_DAYS) -> date:
    """By when a firm message asks for payment or an answer: some working days ahead, where they live.

    :param today: local day of the customer
    :param days: working days
    :return: local day; in a week where the calendar never opens
    """
    day = today
    with suppress(NeverOpen, OverflowError):
        for _day in range(days):
            day = calendar.next_open_day(day + timedelta(days=1))
        return day
    return today + timedelta(days=7)
