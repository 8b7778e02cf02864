from odoo import api, fields, models

from ...dunning.blackouts import blackout_days
from ...dunning.contact_limits import narrowed
from ...dunning.places import Place
from ..common import clock
from ..common.memo import Memo


def minute_of_day(hour):
    """A time of the day in hours as minutes; None for none, which midnight stands for."""
    return round((hour or 0) * 60) % 1440 or None


class CollectionDebtor(models.Model):
    """Where a customer lives, as far as days and hours go, and when they may and like to be contacted
    (B1, B3)."""

    _inherit = "collection.debtor"

    calendar_key = fields.Char(
        required=True,
        default=Place().key,
        help="Where the customer lives, as far as days and hours go: time zones, country, state.",
    )
    days_overdue = fields.Integer(compute="_compute_days_overdue")
    best_hour = fields.Float(
        string="Best time",
        help="When they like to hear from us, by their clock. 0: any time within the contact hours.",
    )
    blackout_ids = fields.One2many("collection.blackout", "debtor_id", string="Dates to avoid")

    _hour = models.Constraint(
        "CHECK (best_hour IS NULL OR (best_hour >= 0 AND best_hour < 24))",
        "The best time is a time of the day, from 0:00 to 23:59.",
    )

    @api.depends("oldest_due_date", "calendar_key", "company_id")
    def _compute_days_overdue(self):
        """From the bank day that the oldest due date moves to, where they live (A3)."""
        for company, own in self.grouped(lambda debtor: debtor.company_id.sudo()).items():
            company = company.with_context(collection_memo=Memo())
            today = company and company._collection_today()
            for debtor in own:
                debtor.days_overdue = company._collection_days_overdue(
                    debtor.oldest_due_date, debtor.calendar_key, today
                )

    def _local_today(self):
        """Today where this debtor lives."""
        return self._place_calendar().local_day(clock.now(self.env))

    def _calendar(self):
        """When this debtor may be contacted, by the hours of the company (B1, B3)."""
        self.ensure_one()
        return self._without_blackouts(self._place_calendar())

    def _place_calendar(self):
        """Days, hours and holidays where this debtor lives, by the hours of the company (B1)."""
        self.ensure_one()
        # who works in a branch may not read the company that keeps the hours
        return self.company_id.sudo()._collection_calendar(key=self.calendar_key)

    def _within_limits(self, calendar, channel):
        """A contact calendar for one channel, within law and one's own limits (B1).

        Where those leave no hour it is given back as it is: the doors say so.
        """
        self.ensure_one()
        limits = self.env["collection.contact.limit"]._of_company(self.company_id.id)
        return narrowed(calendar, limits, [channel], self.is_company).get(channel) or calendar

    def _best_minute(self):
        """The time of the day at which they like to hear from us, in minutes, or None (B3)."""
        self.ensure_one()
        return minute_of_day(self.best_hour)

    def _without_blackouts(self, calendar):
        """A contact calendar without the dates that this customer wants to be spared (B3)."""
        self.ensure_one()
        dates = [(b.date_from, b.date_to or None, b.yearly) for b in self.sudo().blackout_ids]
        today = calendar.local_day(clock.now(self.env))
        return calendar.without(blackout_days(dates, today))
