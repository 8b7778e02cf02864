"""The circuit breaker: a day on which far more would leave than usual is asked about first (A13)."""

from collections.abc import Iterable

# fewer messages than this never trip it, whatever was usual
LEAST = 50
# so many days with messages have to be known before anything is usual
KNOWN_DAYS = 5


def trips(wanted: int, usual: Iterable[int], factor: int) -> bool:
    """Whether so many messages in one day are to be asked about first.

    Measured by the busiest of the days, not by their mean: who writes all invoices on the first of the
    month is used to busy days.

    :param wanted: messages that ask for money, sent today or about to leave
    :param usual: how many were sent on each of the last days with any
    :param factor: how many times the busiest day is too much, 0 for never
    """
    days = list(usual)
    if not factor or len(days) < KNOWN_DAYS:
        return False
    return wanted > max(LEAST, factor * max(days))
