"""Days and instants as people say them, in the reader's language and calendar."""

from odoo import fields
from odoo.tools import format_date, format_datetime


def local_day(env, instant):
    """The day of a naive UTC instant as the reader's calendar shows it."""
    return fields.Datetime.context_timestamp(env.user, instant).date()


def day_label(env, day, today):
    """A day as people write it: "Thu 19 Mar", with its year when that is another one.

    :param today: local date from which the day is looked at
    """
    pattern = "EEE d MMM" if day.year == today.year else "EEE d MMM yyyy"
    return format_date(env, day, date_format=pattern)


def on_day_label(env, day, today):
    """When, within a sentence: "yesterday", "today", "tomorrow", or "on Thu 19 Mar".

    :param today: local date from which the day is looked at
    """
    days = (day - today).days
    if days in (-1, 0, 1):
        return {-1: env._("yesterday"), 0: env._("today"), 1: env._("tomorrow")}[days]
    return env._("on %s", day_label(env, day, today))


def instant_label(env, instant, today):
    """When, within a sentence: "today at 09:00", or the day alone.

    :param instant: naive UTC
    :param today: local date from which it is looked at
    """
    day = local_day(env, instant)
    if day == today:
        return env._("today at %s", format_datetime(env, instant, dt_format="HH:mm"))
    return on_day_label(env, day, today)
