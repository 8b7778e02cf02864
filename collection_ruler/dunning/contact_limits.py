"""Limits on contact hours, by law or by one's own rule, for a country, state, channel and kind of
customer (B1). A limit only ever narrows: several together leave what all of them allow."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from .calendar import ContactCalendar
from .wall_clock import Windows


@dataclass(frozen=True)
class Limit:
    """When somebody may be contacted at most.

    :param hours: for each weekday, Monday first, the windows (from, to) in minutes of their local day
    :param country: ISO code, None for all
    :param state: code of a region of that country, None for all of it
    :param channel: name of a channel, None for all
    :param companies: True for companies only, False for persons only, None for both
    """

    hours: tuple[Windows, ...]
    country: str | None = None
    state: str | None = None
    channel: str | None = None
    companies: bool | None = None

    def concerns(
        self, country: str | None, state: str | None, channel: str, is_company: bool
    ) -> bool:
        """Whether it counts for a customer of a place and kind, on a channel."""
        return (
            self.country in (None, country)
            and self.state in (None, state)
            and self.channel in (None, channel)
            and self.companies in (None, is_company)
        )


def narrowed(
    calendar: ContactCalendar, limits: Iterable[Limit], channels: Iterable[str], is_company: bool
) -> dict[str, ContactCalendar | None]:
    """The calendars of those channels that limits narrow for a kind of customer (B1).

    The place is that of the calendar: a customer of whom no address is known lives where we do.

    :return: by channel; None where the limits leave no hour of the week
    """
    limits, place = tuple(limits), (calendar.country, calendar.state)
    found = {
        channel: within(
            calendar, [one for one in limits if one.concerns(*place, channel, is_company)]
        )
        for channel in channels
    }
    return {channel: one for channel, one in found.items() if one is not calendar}


def within(calendar: ContactCalendar, limits: Iterable[Limit]) -> ContactCalendar | None:
    """A contact calendar that keeps all limits; None when they leave no hour of the week (B1)."""
    hours = calendar.hours
    for limit in limits:
        hours = tuple(
            _overlaps(day, allowed) for day, allowed in zip(hours, limit.hours, strict=True)
        )
    if hours == calendar.hours:
        return calendar
    return replace(calendar, hours=hours) if any(hours) else None


def _overlaps(some: Windows, others: Windows) -> Windows:
    pairs = [(max(a, c), min(b, d)) for a, b in some for c, d in others]
    return tuple(sorted((begin, end) for begin, end in pairs if begin < end))
