from odoo.tests import tagged

from .common import CollectionCommon


@tagged("post_install", "-at_install", "quick")
class TestRuler(CollectionCommon):
    def test_reminder_leaves_on_its_day_and_asks_for_the_residual(self):
        self.activate("2026-01-01")
        move = self.invoice("2026-01-14", 120.0)
        self.assertFalse(self.day("2026-01-06"), "a week before is the 7th")
        sent = self.day("2026-01-07")
        self.assertEqual(
            [m["email_to"] for m in sent], [['"Ana Example" <ana@customer.example.com>']]
        )
        self.assertIn("120.00", sent[0]["subject"] + sent[0]["body"])
        self.assertFalse(self.day("2026-01-07", "11:00"), "never twice")
        self.assertEqual(self.said(), [("A week before", "sent")])
        with self.at("2026-01-08 10:00"):
            self.pay(move, 20.0)
        sent = self.day("2026-01-14")
        self.assertEqual(self.followups()[-1].amount_due, 100.0)

    def test_the_sign_of_an_offset_is_said_in_words(self):
        """A2: nobody takes before for after."""
        for days, words in (
            (-30, "30 days before due"),
            (-1, "1 day before due"),
            (0, "on the due date"),
            (1, "1 day after due"),
            (8, "8 days after due"),
        ):
            step = self.env["collection.ruler.step"].new({"trigger": "due", "offset_days": days})
            self.assertEqual(step.timing, words)
