from contextlib import suppress
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytz
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...dunning.calendar import CalendarError, NeverOpen
from ...dunning.ladder import overdue_until
from ...dunning.places import Place, contact_calendar, is_told_apart, known_as, locate
from ..common import clock
from ..common.memo import memo_of

# Monday to Friday, 9 to 18 h (B1), where nobody said otherwise
DEFAULT_HOURS = (((9 * 60, 18 * 60),),) * 5 + ((), ())


class ResCompany(models.Model):
    """When customers may be contacted, where they live and where the company does (B1), and which day it
    is there."""

    _inherit = "res.company"

    collection_calendar_id = fields.Many2one(
        "resource.calendar",
        string="Contact hours",
        help="When customers may be written to; its closed days count too. "
        "Empty: Monday to Friday, 9 to 18 h.",
    )
    collection_bank_days = fields.Boolean(
        string="Due dates move to bank days",
        default=True,
        help="A due date on a weekend or holiday counts as the next bank day.",
    )

    @api.constrains("collection_calendar_id")
    def _check_collection_calendar(self):
        for company in self:
            try:
                company._collection_calendar()
            except CalendarError as error:
                raise ValidationError(
                    self.env._("These contact hours cannot be used: %s", error)
                ) from error

    def _collection_today(self):
        """The day that it is now where the company is: of holds, rulers and figures. What is about one
        customer asks the customer's own day.
        """
        zone = self._collection_place().zones[0]  # hours that make no sense do not matter here
        return clock.now(self.env).astimezone(ZoneInfo(zone)).date()

    def _collection_locate(self, said, country, state):
        """Where a customer of this company is (B1).

        :param said: the time zone of the contact, or None
        :param country: ISO code of the address, or None
        :param state: code of its state, or None
        :return: dunning Place
        """
        country, state = known_as(country, state)
        zones = pytz.country_timezones.get(country, ()) if country else ()
        home = self._collection_place().country
        return locate(said or None, country or None, state or None, zones, home)

    def _collection_place(self, hours=None):
        """Where this company is; its contact hours know the time zone best (B1).

        :param hours: ``resource.calendar`` that overrides the company's contact hours
        """
        self.ensure_one()
        hours = hours or self.collection_calendar_id
        zone = hours.tz or self._collection_zone() or "UTC"
        country, state = known_as(self.country_id.code, self.state_id.code)
        state = (state or "").removeprefix(f"{country}-")
        return Place((zone,), country, state if is_told_apart(country, state) else None)

    def _collection_zone(self):
        """The time zone that somebody said, or the only one of the country; False when nobody knows.

        Odoo's own default is UTC, which is night somewhere (B1).
        """
        self.ensure_one()
        if self.partner_id.tz:
            return self.partner_id.tz
        country, _state = known_as(self.country_id.code, None)
        zones = pytz.country_timezones.get(country or "", [])
        return zones[0] if len(zones) == 1 else False

    def _collection_calendar(self, hours=None, key=None):
        """When customers of one place may be contacted, as plain Python (B1).

        :param hours: ``resource.calendar`` that overrides the company's
        :param key: calendar key of a debtor, default: customers who live where the company does
        :raise CalendarError: the hours make no sense
        """
        memo = memo_of(self.env)
        asked = "calendar", self.id, hours and hours.id, key
        if asked not in memo:
            ours, windows, closed = self._collection_hours(hours)
            theirs = Place.of_key(key) if key else Place()
            memo[asked] = contact_calendar(ours, theirs, windows, closed)
        return memo[asked]

    def _collection_overdue_until(self, key, today):
        """The latest due date that is overdue where a customer lives (A3).

        :param key: calendar key of the debtor
        """
        with suppress(CalendarError):  # hours that make no sense are mended elsewhere
            return overdue_until(
                self._collection_calendar(key=key), today, self.collection_bank_days
            )
        return today - timedelta(days=1)

    def _collection_days_overdue(self, due_date, key, today):
        """How many days something is overdue, counted from the bank day that it was due on (A3).

        :param due_date: as it is written, False or None for nothing
        :param key: calendar key of the debtor
        """
        if not due_date or due_date >= today:
            return 0
        return max(0, (today - self._collection_counts_from(due_date, key)).days)

    def _collection_counts_from(self, due_date, key):
        """The day from which something overdue counts where a customer lives (A3).

        :param due_date: as it is written
        :param key: calendar key of the debtor
        """
        if self.collection_bank_days:
            with suppress(
                CalendarError, NeverOpen
            ):  # hours that make no sense are mended elsewhere
                return self._collection_calendar(key=key).bank_day(due_date)
        return due_date

    def _collection_hours(self, hours=None):
        """Our side of all contact calendars: our place, our hours on each weekday, our closed days.

        :param hours: ``resource.calendar`` that overrides the company's
        """
        self.ensure_one()
        hours = hours or self.collection_calendar_id
        memo = memo_of(self.env)
        if ("hours", self.id, hours.id) not in memo:
            place = self._collection_place(hours)
            memo["hours", self.id, hours.id] = (
                place,
                self._collection_windows(hours) if hours else DEFAULT_HOURS,
                self._collection_closed_days(hours or self.resource_calendar_id, place.zones[0]),
            )
        return memo["hours", self.id, hours.id]

    @api.model
    def _collection_windows(self, hours):
        windows = [[] for _weekday in range(7)]
        for line in hours.attendance_ids:
            if line.day_period == "lunch" or line.display_type:
                continue
            windows[int(line.dayofweek)].append(
                (round(line.hour_from * 60), round(line.hour_to * 60))
            )
        return tuple(tuple(sorted(set(day))) for day in windows)

    def _collection_closed_days(self, hours, zone):
        """The company's own closed days: time off of nobody in particular, in whole local days."""
        leaves = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search(
                [
                    ("resource_id", "=", False),
                    ("calendar_id", "in", [False, *hours.ids]),
                    ("company_id", "in", [False, *self.ids]),
                ]
            )
        )
        tz = pytz.timezone(zone)
        days = set()
        for leave in leaves:
            day = pytz.utc.localize(leave.date_from).astimezone(tz).date()
            last = pytz.utc.localize(leave.date_to).astimezone(tz).date()
            while day <= last:
                days.add(day)
                day += timedelta(days=1)
        return frozenset(days)
