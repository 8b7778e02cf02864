"""The forecast says what then happens, and on which days there is too much to do; it sends nothing (A12)."""

from collections import Counter
from datetime import UTC, date, timedelta

from odoo.tests import tagged

from .common import CollectionCommon

# the scheduled action runs all day long; these are the moments at which it can come to another decision
MOMENTS = ("00:10", "09:05", "18:10")


class ForecastCase(CollectionCommon):
    def foresee(self, days=30):
        """{(day, channel, kind): number}, for the company, as of the present moment."""
        self.env.flush_all()
        found = Counter()
        forecast = self.env["collection.forecast"]._foresee(self.company, days)
        for (day, channel, kind, _ruler), number in forecast.counts.items():
            found[str(day), channel, kind] += number
        return found

    def run_and_approve(self):
        self.run_ruler()
        self.env["collection.followup"].search([("state", "=", "to_approve")]).action_approve()

    def live(self, first, days):
        """Run the ruler through these days, and count what was said and what was to be done on which day."""
        day = date.fromisoformat(first)
        calendar = self.company._collection_calendar()
        for _count in range(days):
            for hour in MOMENTS:
                with self.at(f"{day} {hour}"):
                    self.run_and_approve()
            day += timedelta(days=1)
        found = Counter()
        for followup in self.env["collection.followup"].search([("state", "!=", "cancelled")]):
            local = calendar.local_day(followup.scheduled_at.replace(tzinfo=UTC))
            kind = "message"
            if followup.channel == "activity":
                local, kind = calendar.next_open_day(local), "task"
            elif followup.purpose == "delivery":
                kind = "delivery"
            elif followup.approved_at:
                kind = "approval"
            if date.fromisoformat(first) <= local < day:
                found[str(local), followup.channel, kind] += 1
        return found

    def assertForeseen(self, foreseen, happened):
        """Equal, and if not, only the days that differ are shown."""
        self.assertEqual(dict(foreseen - happened), {}, "foreseen, and did not happen")
        self.assertEqual(dict(happened - foreseen), {}, "happened, and was not foreseen")


@tagged("post_install", "-at_install")
class TestForecast(ForecastCase):
    def customers(self, count=12):
        """Customers with one to three invoices that fall due about March 2026, some not yet delivered."""
        for number in range(count):
            partner = self.person(f"Customer {number}")
            for nth in range(1 + number % 3):
                due = date(2026, 2, 23) + timedelta(days=(number * 5 + nth * 4) % 33)
                self.invoice(
                    str(due), 50.0 + number, partner, date="2026-02-20", sent=bool(number % 4)
                )

    def test_it_is_what_then_happens(self):
        self.customers()
        self.step("Due today").mode = "approve"
        self.activate("2026-02-22")
        with self.at("2026-03-02 00:05"):
            self.run_ruler("enrol")
            foreseen = self.foresee(days=16)
        happened = self.live("2026-03-02", 16)
        self.assertGreater(sum(happened.values()), 40)
        self.assertGreaterEqual({kind for _day, _channel, kind in happened}, {"message", "task"})
        self.assertForeseen(foreseen, happened)

    def test_nothing_is_written_and_nothing_sent(self):
        self.customers(4)
        self.activate("2026-02-22")
        with self.at("2026-03-02 10:00"):
            self.run_ruler()
            tables = (
                "collection_followup",
                "collection_followup_item",
                "collection_instalment",
                "collection_debtor",
                "mail_mail",
                "mail_message",
                "mail_activity",
            )
            before = {table: self.rows(table) for table in tables}
            self.env["collection.forecast"].action_open_forecast()
            self.env.flush_all()
            self.assertTrue(self.env["collection.forecast"].search([]))
            for table in tables:
                self.assertEqual(self.rows(table), before[table], table)

    def rows(self, table):
        self.env.cr.execute(f"SELECT t::text FROM {table} t ORDER BY id")  # pylint: disable=E8103
        return self.env.cr.fetchall()
