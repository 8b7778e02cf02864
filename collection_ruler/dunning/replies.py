"""How long a customer who wrote to us hears nothing from the ruler: until a person has answered (C6).

Days are local to the customer; what a hold says beyond that is a person's word, and stands above this.
"""

from datetime import date, timedelta

from .calendar import ContactCalendar

# so many working days of silence follow a reply, also one that is answered at once (C6)
QUIET_DAYS = 3
# after so many working days without an answer somebody else hears of it, unless the company says otherwise
LONGEST_WAIT = 10
# a wait that is longer than that is nobody's intention
MOST_WAIT = 60


def quiet_until(calendar: ContactCalendar, replied_on: date) -> date:
    """The last day of silence after a reply that was answered.

    :raise NeverOpen: no working day lies within the search limit
    """
    return _working_day(calendar, replied_on, QUIET_DAYS)


def waits_until(calendar: ContactCalendar, replied_on: date, longest: int) -> date:
    """The last day of silence after a reply that nobody answers; then the next message wants a person's word.

    :param longest: working days; less than the silence after an answer counts as that
    :raise NeverOpen: no working day lies within the search limit
    """
    return _working_day(calendar, replied_on, min(max(longest, QUIET_DAYS), MOST_WAIT))


def _working_day(calendar: ContactCalendar, day: date, count: int) -> date:
    """The so many-th open day after a day."""
    for _day in range(count):
        day = calendar.next_open_day(day + timedelta(days=1))
    return day
