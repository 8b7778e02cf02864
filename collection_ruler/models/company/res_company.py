from contextlib import suppress
from datetime import timedelta

import pytz
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, email_normalize, format_date

from ...dunning.bank import bank_is_stale
from ...dunning.calendar import CalendarError
from ...dunning.ladder import overdue_until
from ...dunning.places import Place, contact_calendar, is_told_apart, known_as, locate
from ..common import clock
from ..common.instalment_key import root_company
from .account_payment_method_line import MOST_DAYS

# Monday to Friday, 9 to 18 h (B1), where nobody said otherwise
DEFAULT_HOURS = (((9 * 60, 18 * 60),),) * 5 + ((), ())


class ResCompany(models.Model):
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
    collection_bank_stale_days = fields.Integer(
        string="Bank data is old after",
        default=2,
        help="Working days. While the newest bank statement is older, nobody is asked for what is "
        "overdue, since a payment may have come; notices before the due date go on. 0: never. "
        "Where no bank statements are kept, this changes nothing.",
    )
    collection_settlement_days = fields.Integer(
        string="Money takes",
        help="Bank days until a payment stands in your books. Who paid on the due date is not asked before "
        "they have passed. 0: none. A method of payment may have days of its own, in its journal.",
    )
    collection_thanks_days = fields.Integer(
        string="Thank for payments of the last days",
        default=5,
        help="Older payments, entered late, are not thanked for.",
    )

    collection_capacity = fields.Integer(
        string="Calls and tasks that your team can do a day",
        help="The forecast names the days on which there is more to do. 0: unknown.",
    )
    collection_paused_until = fields.Date(
        string="Pause all sending until",
        help="Nothing leaves before this day, whatever the ruler; then what came meanwhile is caught up "
        "with one message per customer.",
    )
    collection_test_email = fields.Char(
        string="Test mode: send everything to",
        help="All messages go to this address instead of to customers. They count as said: what was "
        "sent in test mode is not sent again to the customer.",
    )
    collection_notice = fields.Char(compute="_compute_collection_notice")
    collection_address = fields.Char(compute="_compute_collection_address")

    @api.depends("partner_id")
    def _compute_collection_address(self):
        """The creditor's address in one line, which stands under each message (C7)."""
        for company in self:
            company.collection_address = self.env["collection.followup"]._one_line(
                company.sudo().partner_id
            )

    @api.depends(
        "collection_paused_until",
        "collection_test_email",
        "collection_bank_stale_days",
        "collection_flood_on",
        "collection_flood_allowed_on",
    )
    def _compute_collection_notice(self):
        """What everybody who looks at collections has to know at this moment, in a sentence."""
        for company in self:
            notices = []
            if company._collection_is_paused():
                until = format_date(self.env, company.collection_paused_until)
                notices.append(self.env._("All sending is paused until %s.", until))
            if company.collection_test_email:
                notices.append(
                    self.env._(
                        "Test mode: every message goes to %s instead of to customers.",
                        company.collection_test_email,
                    )
                )
            if company._collection_is_flooded():
                notices.append(company._collection_flood_words())
            old = None
            with suppress(CalendarError):  # the page on which hours are mended has to open
                old = company._collection_old_bank_day()
            if old:
                notices.append(
                    self.env._(
                        "The newest bank data is of %s: nobody is asked for what is overdue until newer "
                        "data is there.",
                        format_date(self.env, old),
                    )
                )
            company.collection_notice = " ".join(notices)

    _collection_capacity = models.Constraint(
        "CHECK (collection_capacity >= 0)",
        "A team cannot do less than no calls and tasks a day. Enter 0 if you do not know.",
    )

    def _collection_today(self):
        """The day that it is now where the company is: of holds, rulers and figures. What is about one
        customer asks the customer's own day.

        :raise CalendarError: the contact hours make no sense
        """
        return self._collection_calendar().local_day(clock.now(self.env))

    def _collection_is_paused(self):
        """Whether nothing leaves today, by the company's calendar (A13)."""
        self.ensure_one()
        until = self.collection_paused_until
        return bool(until) and self._collection_today() < until

    def _collection_bank_day(self):
        """The day of the newest bank data of this company and its branches, None without any (D3)."""
        self.ensure_one()
        self.env["account.bank.statement.line"].flush_model(["journal_id", "internal_index"])
        self.env["account.journal"].flush_model(["type", "company_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT to_date(max(newest.day), 'YYYYMMDD')
                  FROM account_journal j
                  JOIN res_company c ON c.id = j.company_id
                   AND %s = %s
                 CROSS JOIN LATERAL (
                       -- the index of each journal begins with the day
                       SELECT left(l.internal_index, 8) AS day FROM account_bank_statement_line l
                        WHERE l.journal_id = j.id ORDER BY l.internal_index DESC LIMIT 1) newest
                 WHERE j.type = 'bank'
                """,
                root_company("c"),
                self.root_id.id,
            )
        )
        return rows[0][0]

    def _collection_old_bank_day(self):
        """The day of the newest bank data if what is overdue waits for newer today, else None (D3).

        :raise CalendarError: the contact hours make no sense
        """
        self.ensure_one()
        company = self.root_id
        days, bank_day = company.collection_bank_stale_days, company._collection_bank_day()
        if not days or bank_day is None:
            return None
        today = company._collection_today()
        calendar = company._collection_calendar()
        return bank_day if bank_is_stale(calendar, bank_day, days, today) else None

    @api.constrains("collection_settlement_days")
    def _check_collection_settlement_days(self):
        for company in self:
            if not 0 <= company.collection_settlement_days <= MOST_DAYS:
                raise ValidationError(
                    self.env._("Money takes from 0 to %s bank days to arrive.", MOST_DAYS)
                )

    @api.constrains("collection_test_email")
    def _check_collection_test_email(self):
        for company in self:
            address = company.collection_test_email
            if address and not email_normalize(address):
                raise ValidationError(
                    self.env._("“%s” is no e-mail address to send test messages to.", address)
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
        memo = self.env.context.get("collection_memo", {})
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
            with suppress(CalendarError):  # hours that make no sense are mended elsewhere
                return self._collection_calendar(key=key).bank_day(due_date)
        return due_date

    def _collection_hours(self, hours=None):
        """Our side of all contact calendars: our place, our hours on each weekday, our closed days.

        :param hours: ``resource.calendar`` that overrides the company's
        """
        self.ensure_one()
        hours = hours or self.collection_calendar_id
        memo = self.env.context.get("collection_memo", {})
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
