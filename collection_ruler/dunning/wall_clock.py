"""Hours of a wall clock as spans of time: what the clock shows twice counts twice (B1)."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

Windows = tuple[tuple[int, int], ...]  # (from, to) in minutes of the local day, half-open
Span = tuple[datetime, datetime]  # (from, to) in UTC, half-open

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


@lru_cache(maxsize=16384)
def spans_of(timezone: str, windows: Windows, day: date) -> tuple[Span, ...]:
    """The spans (UTC) of windows of a local day."""
    midnight = datetime.combine(day, time(), UTC)  # the local wall clock, read as if it were UTC
    pieces = []
    for since, until, offset in _regimes(ZoneInfo(timezone), midnight - _DAY, midnight + 2 * _DAY):
        for first, last in windows:
            begin = max(midnight + timedelta(minutes=first) - offset, since)
            end = min(midnight + timedelta(minutes=last) - offset, until)
            if begin < end:  # else the clock never shows this window under this offset
                pieces.append((begin, end))
    spans: list[Span] = []
    for begin, end in sorted(pieces):
        if spans and spans[-1][1] == begin:
            begin = spans.pop()[0]
        spans.append((begin, end))
    return tuple(spans)


def overlaps(some: tuple[Span, ...], others: tuple[Span, ...]) -> tuple[Span, ...]:
    """What lies in spans of both."""
    pairs = [(max(a, c), min(b, d)) for a, b in some for c, d in others]
    return tuple(sorted((begin, end) for begin, end in pairs if begin < end))


def _regimes(zone: ZoneInfo, start: datetime, stop: datetime) -> list[tuple]:
    """The offsets from UTC in force between two instants, as (since, until, offset).

    The range is three days, and no zone has ever changed its clock twice within three days.
    """

    def offset(instant: datetime) -> timedelta:
        return instant.astimezone(zone).utcoffset()

    before, after = offset(start), offset(stop)
    if before == after:
        return [(start, stop, before)]
    low, high = start, stop
    while high - low > _SECOND:
        middle = low + (high - low) // _SECOND // 2 * _SECOND
        low, high = (middle, high) if offset(middle) == before else (low, middle)
    return [(start, high, before), (high, stop, after)]
