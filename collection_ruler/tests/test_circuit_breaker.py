"""Far more messages than usual wait until a manager allows them (A13)."""

from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import CollectionCommon

SEND = "odoo.addons.collection_ruler.models.verbs.collection_send"
VOLUME = "odoo.addons.collection_ruler.dunning.circuit_breaker"
DUE = ("2026-03-09", "2026-03-10")


@tagged("post_install", "-at_install")
class TestFlood(CollectionCommon):
    """One message a day is usual, two known days are enough, and more than twice as many trip it."""

    def setUp(self):
        super().setUp()
        for where in (f"{SEND}.LEAST", f"{VOLUME}.LEAST", f"{VOLUME}.KNOWN_DAYS"):
            self.startPatcher(patch(where, 2))
        self.company.collection_breaker_factor = 2
        self.activate("2026-03-02")
        for number, due in enumerate(DUE):
            self.owes(f"Usual {number}", due)
            self.day(due)

    def owes(self, name, due):
        partner = self.env["res.partner"].create(
            {"name": name, "email": f"{name.replace(' ', '.').lower()}@customer.example.com"}
        )
        return self.invoice(due, 50.0, partner, date="2026-03-02")

    def many(self, number, due="2026-03-11", name="Many"):
        return [self.owes(f"{name} {one}", due) for one in range(number)]

    def asked(self, sent):
        return [mail for mail in sent if "Today is the due date of" in mail["body"]]

    def tasks(self):
        return self.ruler.activity_ids.filtered(lambda a: "Far more messages" in a.summary)

    def test_far_more_than_usual_waits_for_a_manager(self):
        self.many(4)
        sent = self.day("2026-03-11")
        self.assertEqual(len(self.asked(sent)), 0)
        self.assertEqual(len(self.tasks()), 1)
        # the reminders of the usual ones wait with them
        waiting = self.env["collection.followup"].search(
            [("company_id", "=", self.company.id), ("state", "=", "planned")]
        )
        self.assertGreaterEqual(len(waiting), 4)
        with self.at("2026-03-11 11:00"):
            self.assertIn("want to leave today", self.company.collection_notice)
            self.assertTrue(self.ruler.is_stopped_by_breaker)
            self.assertIn("a manager has to allow it", waiting[-1].waits_because)
            self.run_ruler()
            self.assertEqual(len(self.tasks()), 1, "asked twice")

    def test_allowed_they_leave_the_same_day_and_only_that_day(self):
        self.many(4)
        self.day("2026-03-11")
        with self.at("2026-03-11 11:00"):
            self.ruler.action_release_today()
            self.assertFalse(self.ruler.is_stopped_by_breaker)
        self.assertFalse(self.tasks())
        self.assertEqual(len(self.asked(self.day("2026-03-11", "11:05"))), 4)
        self.assertFalse(self.company.collection_notice)

    def test_left_alone_it_is_asked_about_again_on_the_next_day(self):
        self.many(4)
        self.day("2026-03-11")
        self.assertEqual(len(self.day("2026-03-12")), 0)
        with self.at("2026-03-12 11:00"):
            self.assertTrue(self.ruler.is_stopped_by_breaker)

    def test_what_is_usual_leaves(self):
        self.many(1)
        self.assertEqual(len(self.asked(self.day("2026-03-11"))), 1)
        self.assertFalse(self.tasks())

    def test_switched_off_nothing_is_asked(self):
        self.company.collection_breaker_factor = 0
        self.many(4)
        self.assertEqual(len(self.asked(self.day("2026-03-11"))), 4)

    def test_thanks_and_invoices_do_not_trip_it(self):
        self.many(4)
        with self.at("2026-03-10 15:00"):
            moves = [self.owes(f"Thankful {number}", "2026-03-20") for number in range(3)]
            self.run_ruler("enrol")
            for move in moves:
                self.pay(move)
            self.run_ruler("track")
        sent = self.day("2026-03-11")
        self.assertEqual(len(sent), 3)
        self.assertEqual(len(self.asked(sent)), 0)

    def test_what_a_person_does_neither_trips_it_nor_makes_it_usual(self):
        """Calls and letters wait for somebody anyway, each by itself."""
        email = self.registry["collection.channel.email"]
        self.patch(email, "_modes", ("automatic", "approve", "task"))
        self.step("A week before").mode = "task"
        self.many(4, "2026-03-18")
        self.day("2026-03-11")
        self.assertFalse(self.tasks())
        calls = self.env["collection.followup"].search(
            [("company_id", "=", self.company.id), ("step_name", "=", "A week before")]
        )
        self.assertEqual(calls.mapped("state"), ["queued"] * 4)
        with self.at("2026-03-11 15:00"):
            calls.activity_id.action_feedback()
            self.run_ruler("track")
        self.assertEqual(calls.mapped("state"), ["sent"] * 4)
        more = self.many(4, "2026-03-12", "More")
        with self.at("2026-03-11 15:30"):
            self.run_ruler("enrol")
            self.instalments(*more).watermark = -7  # else their own call comes first
        self.assertFalse(self.asked(self.day("2026-03-12")))
        self.assertEqual(len(self.tasks()), 1)

    def test_a_collector_does_not_let_them_leave(self):
        self.many(4)
        self.day("2026-03-11")
        collector = new_test_user(
            self.env,
            "collector of far too many",
            "account.group_account_invoice,collection_ruler.collection_ruler_group_collector",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        with self.assertRaises(AccessError):
            self.ruler.with_user(collector).action_release_today()
