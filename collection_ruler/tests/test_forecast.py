"""The forecast says what then happens, and on which days there is too much to do; it sends nothing (A12)."""

from collections import Counter
from datetime import UTC, date, timedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import SQL

from .common import CollectionCommon

# the scheduled action runs all day long; these are the moments at which it can come to another decision
MOMENTS = ("00:10", "10:30", "18:10")


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
                    self.run_odoo_sending()  # what did not arrive is not spoken about
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

    def test_what_is_planned_already_is_counted_once(self):
        self.customers(6)
        self.activate("2026-02-22")
        with self.at("2026-03-02 00:05"):
            self.run_and_approve()
            self.assertTrue(self.env["collection.followup"].search([("state", "=", "planned")]))
            foreseen = self.foresee(days=8)
        self.assertForeseen(foreseen, self.live("2026-03-02", 8))

    def test_holds_end_on_their_day(self):
        self.customers(6)
        self.activate("2026-02-22")
        with self.at("2026-03-02 00:05"):
            self.run_ruler("enrol")
            first, second = self.debtor_of(1), self.debtor_of(4)
            self.hold(partner=first, date_to="2026-03-05")
            self.hold(
                *self.instalments_of(second)[:1].move_id, partner=second, date_to="2026-03-10"
            )
            self.hold(partner=self.debtor_of(2))
            self.env.flush_all()
            foreseen = self.foresee(days=14)
        self.assertForeseen(foreseen, self.live("2026-03-02", 14))
        self.assertFalse(self.followups(self.debtor_of(2)), "on hold until somebody ends it")

    def debtor_of(self, number):
        return self.env["res.partner"].search([("name", "=", f"Customer {number}")])

    def instalments_of(self, partner):
        return self.env["collection.instalment"].search([("partner_id", "=", partner.id)])

    def test_dates_to_avoid_and_other_clocks_count(self):
        self.customers(6)
        self.debtor_of(3).country_id = self.env.ref("base.pt")
        self.activate("2026-02-22")
        with self.at("2026-03-02 00:05"):
            self.run_ruler("enrol")
            self.env["collection.blackout"].create(
                {
                    "debtor_id": self.debtor(self.debtor_of(5)).id,
                    "date_from": "2026-03-04",
                    "date_to": "2026-03-12",
                }
            )
            foreseen = self.foresee(days=14)
        self.assertForeseen(foreseen, self.live("2026-03-02", 14))

    def test_a_pause_of_the_company_ends_on_its_day(self):
        self.customers(6)
        self.activate("2026-02-22")
        self.company.collection_paused_until = "2026-03-05"
        with self.at("2026-03-02 00:05"):
            self.run_ruler("enrol")
            foreseen = self.foresee(days=10)
            words = self.opened()["sentences"]
        self.assertIn("All sending is paused", words[0])
        self.assertForeseen(foreseen, self.live("2026-03-02", 10))
        self.assertEqual(min(foreseen)[0], "2026-03-05")

    def test_rulers_that_stand_still_say_nothing(self):
        self.customers(4)
        self.activate("2026-02-22")
        with self.at("2026-03-02 00:05"):
            self.run_ruler("enrol")
            self.assertTrue(self.foresee())
            self.ruler.date_to = "2026-03-06"
            self.assertLessEqual(max(self.foresee())[0], "2026-03-06")
            self.ruler.date_to = False
            self.ruler.action_pause()
            self.assertFalse(self.foresee())

    def test_payments_under_way_are_left_out(self):
        move = self.invoice("2026-03-04", 100.0, date="2026-02-20")
        self.activate("2026-02-22")
        with self.at("2026-03-02 00:05"):
            self.run_ruler("enrol")
            self.assertTrue(self.foresee())
            move.payment_state = "in_payment"
            self.assertFalse(self.foresee())

    def test_queries_do_not_grow_with_the_customers(self):
        self.customers(2)
        self.activate("2026-02-22")
        with self.at("2026-03-02 00:05"):
            self.run_ruler("enrol")
            self.foresee()
            few = self.queries()
            for number in range(2, 14):
                partner = self.person(f"Customer {number}")
                self.invoice("2026-03-04", 50.0, partner, date="2026-02-20")
            self.run_ruler("enrol")
            self.assertEqual(self.queries(), few)

    def queries(self):
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.foresee()
        return self.env.cr.sql_log_count - before

    # ------------------------------------------------------------------
    # the screen
    # ------------------------------------------------------------------

    def opened(self, env=None):
        """What stands above the forecast once it was opened."""
        forecast = (env or self.env)["collection.forecast"]
        action = forecast.action_open_forecast()
        self.assertEqual(action["res_model"], "collection.forecast")
        return forecast.words()

    def test_days_with_too_much_to_do_are_named(self):
        for number in range(5):
            self.invoice("2026-02-23", 50.0, self.person(f"Customer {number}"), date="2026-02-20")
        self.activate("2026-02-22")
        with self.at("2026-02-23 10:00"):
            self.run_ruler("enrol")
            words = self.opened()
            self.assertFalse(words["too_many"])
            self.assertIn("Say in Settings", " ".join(words["sentences"]))
            counts = self.foresee()
            self.company.collection_capacity = 3
            words = self.opened()
            self.assertEqual(
                words["too_many"],
                "On 2 days there is more to do than 3 a day: Mon 2 Mar (5), Thu 5 Mar (5).",
            )
            rows = self.env["collection.forecast"].search([])
            self.assertEqual(sum(rows.mapped("over")), 4)
            self.assertEqual(self.foresee(), counts, "the capacity changes no count")
            self.company.collection_capacity = 5
            words = self.opened()
            self.assertFalse(words["too_many"])
            self.assertIn("On no day", " ".join(words["sentences"]))

    def test_a_negative_capacity_is_refused(self):
        with self.assertRaises(Exception) as refused, self.env.cr.savepoint():
            self.company.collection_capacity = -1
            self.env.flush_all()
        self.assertIn("collection_capacity", str(refused.exception))

    def test_opening_again_replaces_what_one_saw_and_nobody_elses(self):
        self.customers(3)
        self.activate("2026-02-22")
        readers = [self.new_user(f"reader {n}", self.reader) for n in range(2)]
        with self.at("2026-03-02 10:00"):
            self.run_ruler("enrol")
            for _count in range(2):
                for reader in readers:
                    self.assertIn("messages", self.opened(self.as_(reader))["sentences"][0])
            rows = self.env["collection.forecast"].search([])
            self.assertEqual(sorted(rows.create_uid.ids), sorted(user.id for user in readers))
            mine = self.as_(readers[0])["collection.forecast"].search([])
            self.assertEqual(len(mine) * 2, len(rows))
            self.assertEqual(mine.create_uid, readers[0])

    reader = "collection_ruler.collection_ruler_group_reader"

    def as_(self, user):
        return self.env(user=user, su=False, context={"allowed_company_ids": user.company_ids.ids})

    def test_each_company_sees_its_own(self):
        self.customers(3)
        self.activate("2026-02-22")
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.new_user("stranger", self.reader, company=elsewhere)
        with self.at("2026-03-02 10:00"):
            self.run_ruler("enrol")
            self.opened()
            self.opened(self.as_(stranger))
            self.assertFalse(self.as_(stranger)["collection.forecast"].search([]))

    def test_who_has_nothing_to_do_with_collections_does_not_look(self):
        employee = self.new_user("employee")
        with self.assertRaises(AccessError):
            self.as_(employee)["collection.forecast"].action_open_forecast()

    def test_the_menu_opens_it(self):
        reader = self.new_user("reader of forecasts", self.reader)
        action = self.env.ref("collection_ruler.collection_forecast_open").with_env(
            self.as_(reader)
        )
        self.assertEqual(action.run()["res_model"], "collection.forecast")

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
        query = SQL("SELECT t::text FROM %s t ORDER BY id", SQL.identifier(table))
        return self.env.execute_query(query)
