"""Dates to avoid and the best time of a customer (B3)."""

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger
from psycopg2.errors import CheckViolation

from .common import CollectionCommon


@tagged("post_install", "-at_install")
class TestPreferences(CollectionCommon):
    def setUp(self):
        super().setUp()
        self.activate("2026-03-02")
        self.move = self.invoice("2026-03-09", 100.0, date="2026-03-02")
        self.day("2026-03-02")

    def avoid(self, first, last=False, **values):
        return self.env["collection.blackout"].create(
            {"debtor_id": self.debtor().id, "date_from": first, "date_to": last, **values}
        )

    def test_nothing_is_said_on_a_date_to_avoid_and_it_is_said_on_the_next_open_day(self):
        self.avoid("1990-03-11", yearly=True, note="birthday")
        self.assertEqual(len(self.day("2026-03-09")), 1)
        self.assertFalse(self.day("2026-03-11"))
        with self.at("2026-03-11 12:00"):
            self.assertIn("closed until Thu 12 Mar", self.debtor().local_time)
        (mail,) = self.day("2026-03-12")
        self.assertIn("slip through", mail["subject"])

    def test_a_date_that_is_said_after_planning_holds_at_the_door(self):
        with self.at("2026-03-09 07:00"):
            self.run_ruler("enrol", "plan")
        self.avoid("2026-03-09")
        self.assertFalse(self.day("2026-03-09"))
        followup = self.followups(step_name="Due today")
        # on the next open day it is not due today any more
        self.assertEqual((followup.state, followup.reason), ("cancelled", "overtaken"))
        self.assertFalse(self.day("2026-03-10"))
        self.assertEqual(len(self.day("2026-03-11")), 1)

    def test_a_date_that_is_said_after_planning_puts_off_what_stays_true(self):
        self.day("2026-03-09")
        with self.at("2026-03-11 07:00"):
            self.run_ruler("enrol", "plan")
        self.avoid("2026-03-11")
        self.assertFalse(self.day("2026-03-11"))
        followup = self.followups(step_name="Forgot?")
        self.assertEqual((followup.state, followup.reason), ("planned", "closed"))
        self.assertEqual(str(followup.scheduled_at), "2026-03-12 09:00:00")

    def test_thanks_keep_away_from_such_a_date_too(self):
        self.avoid("2026-03-10")
        with self.at("2026-03-09 15:00"):
            self.pay(self.move)
            self.run_ruler("enrol", "track")
        self.assertEqual(str(self.followups(purpose="thanks").scheduled_at), "2026-03-11 09:00:00")

    def test_the_message_leaves_at_their_best_time(self):
        self.debtor().best_hour = 14.5
        with self.at("2026-03-09 07:30"):
            self.run_ruler("enrol", "plan")
        followup = self.followups(step_name="Due today")
        self.assertEqual(str(followup.scheduled_at), "2026-03-09 14:30:00")
        self.assertFalse(self.day("2026-03-09", "14:15"))
        self.assertEqual(len(self.day("2026-03-09", "14:31")), 1)

    def test_preferences_follow_when_customers_are_merged(self):
        self.avoid("1990-03-11", yearly=True)
        self.debtor().best_hour = 14.5
        other = self.env["res.partner"].create({"name": "Ana", "email": "ana@other.example.com"})
        self.invoice("2026-03-30", 10.0, other, date="2026-03-02")
        with self.at("2026-03-03 09:30"):
            self.run_ruler("enrol")
        self.env["collection.merge"]._merge(self.customer, other)
        debtor = self.debtor(other)
        self.assertEqual((len(debtor.blackout_ids), debtor.best_hour), (1, 14.5))

    def test_impossible_dates_and_times_are_refused_in_words(self):
        with self.assertRaisesRegex(ValidationError, "put a hold instead"):
            self.avoid("2026-01-01", "2026-12-01", yearly=True)
        # people read the words of the constraints
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.cr.savepoint():
            self.avoid("2026-03-11", "2026-03-10")
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.cr.savepoint():
            self.debtor().best_hour = 25.0
            self.env.flush_all()

    def test_collectors_write_preferences_and_readers_read_them(self):
        def user(role, accounting):
            return new_test_user(
                self.env,
                f"{role} of preferences",
                f"account.{accounting},collection_ruler.collection_ruler_group_{role}",
                company_id=self.company.id,
                company_ids=self.company.ids,
            )

        mine = self.debtor().with_user(user("collector", "group_account_invoice"))
        mine.write({"best_hour": 10.0, "blackout_ids": [(0, 0, {"date_from": "2026-03-11"})]})
        theirs = self.debtor().with_user(user("reader", "group_account_readonly"))
        self.assertEqual(len(theirs.blackout_ids), 1)
        with self.assertRaises(AccessError):
            theirs.blackout_ids.note = "no"
