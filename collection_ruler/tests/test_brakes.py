"""The brakes (A13): one's own mailbox instead of the customers', and a pause for the whole company."""

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import CollectionCommon


@tagged("post_install", "-at_install")
class TestTestMode(CollectionCommon):
    def setUp(self):
        super().setUp()
        self.activate("2026-03-02")
        self.company.collection_test_email = "try@school.example.com"

    def test_all_messages_go_to_the_test_address_and_say_for_whom_they_were(self):
        self.invoice("2026-03-09", 100.0, date="2026-03-02")
        (mail,) = self.day("2026-03-02")
        self.assertEqual(mail["email_to"], ["try@school.example.com"])
        self.assertIn("@customer.example.com", mail["subject"])
        self.assertIn("Test", mail["subject"])

    def test_copies_are_redirected_too(self):
        salesperson = self.env["res.users"].create(
            {"name": "Sally", "login": "sally", "email": "sally@school.example.com"}
        )
        self.customer.user_id = salesperson
        self.ruler.step_ids.copy_salesperson = True
        self.invoice("2026-03-09", 100.0, date="2026-03-02")
        (mail,) = self.day("2026-03-02")
        self.assertFalse(mail["email_cc"])
        self.assertIn("sally@school.example.com", mail["subject"], "there was no copy to redirect")

    def test_invoices_that_the_ruler_delivers_go_there_too(self):
        self.invoice("2026-03-12", 100.0, date="2026-03-02", sent=False)
        sent = self.day("2026-03-02")
        self.assertEqual([mail["email_to"] for mail in sent], [["try@school.example.com"]])
        self.assertNotIn("X-Msg-To-Add", sent[0]["headers"], "Odoo adds those to the header")

    def test_switched_on_after_the_message_was_queued_it_counts(self):
        self.company.collection_test_email = False
        self.invoice("2026-03-09", 100.0, date="2026-03-02")
        with self.at("2026-03-02 09:30"):
            self.run_ruler()
            self.company.collection_test_email = "try@school.example.com"
            (mail,) = self.deliver()
        self.assertEqual(mail["email_to"], ["try@school.example.com"])

    def test_nobody_else_gets_redirected(self):
        self.company.collection_test_email = False
        self.invoice("2026-03-09", 100.0, date="2026-03-02")
        (mail,) = self.day("2026-03-02")
        self.assertIn("@customer.example.com", mail["email_to"][0])
        self.assertNotIn("Test", mail["subject"])

    def test_no_address_is_refused_in_words(self):
        with self.assertRaisesRegex(ValidationError, "no e-mail address"):
            self.company.collection_test_email = "my mailbox"

    def test_everybody_who_looks_is_told(self):
        self.assertIn("try@school.example.com", self.ruler.notice)
        self.company.collection_test_email = False
        self.assertFalse(self.ruler.notice)


@tagged("post_install", "-at_install")
class TestPause(CollectionCommon):
    def setUp(self):
        super().setUp()
        self.activate("2026-03-02")
        self.move = self.invoice("2026-03-09", 100.0, date="2026-03-02")
        self.day("2026-03-02")

    def test_nothing_leaves_before_the_day_and_one_message_on_it(self):
        self.company.collection_paused_until = "2026-03-13"
        for day in ("2026-03-09", "2026-03-11", "2026-03-12"):
            self.assertFalse(self.day(day), day)
        with self.at("2026-03-12 12:00"):
            self.assertIn("paused until", self.ruler.notice)
            self.assertIn("all sending is paused", self.debtor().why)
            self.assertIn("all sending is paused", self.instalments(self.move).ruler_line["next"])
        sent = self.day("2026-03-13")
        self.assertEqual(len(sent), 1, "what came meanwhile is caught up with one message")
        self.assertEqual(self.said()[-1], ("Forgot?", "sent"))
        with self.at("2026-03-13 12:00"):
            self.assertFalse(self.ruler.notice)

    def test_a_call_that_came_in_a_long_pause_is_asked_for_first_and_one_message_follows(self):
        self.company.collection_paused_until = "2026-03-18"
        for day in ("2026-03-09", "2026-03-11", "2026-03-13", "2026-03-16"):
            self.assertFalse(self.day(day), day)
        self.assertFalse(self.tasks())
        self.assertFalse(self.day("2026-03-18") + self.day("2026-03-19"))
        self.assertEqual(self.tasks(), ["Call: is anything wrong?"])
        self.assertEqual(len(self.day("2026-03-20")), 1)
        self.assertEqual(self.said()[-1], ("Firm and polite", "sent"))

    def test_what_stands_in_the_outbox_is_stopped(self):
        with self.at("2026-03-09 09:30"):
            self.run_ruler()
            self.assertEqual(self.said()[-1], ("Due today", "queued"))
            self.company.collection_paused_until = "2026-03-12"
            self.assertFalse(self.deliver())
        followup = self.followups()[-1]
        self.assertEqual((followup.state, followup.reason), ("planned", "paused"))

    def test_thanks_wait_too(self):
        self.company.collection_paused_until = "2026-03-12"
        with self.at("2026-03-04 10:00"):
            self.pay(self.move)
            self.run_ruler("track")
        self.assertFalse(self.day("2026-03-05"))
        (mail,) = self.day("2026-03-12")
        self.assertIn("thank you", mail["subject"])
