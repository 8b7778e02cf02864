"""What is open already when a ruler is switched on (A8)."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .plan_case import PlanCase


@tagged("post_install", "-at_install")
class TestActivation(PlanCase):
    """A8: switching on is never a blast, and the counts are named first."""

    def setUp(self):
        super().setUp()
        self.late = self.person("Late")
        self.coming = self.person("Coming")
        self.moves = [
            self.invoice("2026-03-02", 100.0, self.late),
            self.invoice("2026-03-05", 100.0, self.late),
            self.invoice("2026-03-27", 100.0, self.coming),
        ]

    def test_dialog_names_the_counts_and_changes_nothing(self):
        with self.at("2026-03-10 10:00"):
            self.ruler.action_activate()
            wizard = self.env["collection.ruler.activation"].create({"ruler_id": self.ruler.id})
            self.assertEqual(wizard.customer_count, 2)
            self.assertEqual(wizard.instalment_count, 3)
            self.assertEqual(wizard.overdue_count, 2)
            self.assertEqual(wizard.joining_count, 2)
            self.assertEqual(wizard.today_count, 0)
            # +10 of the first on the 12th, +8 of the second on the 13th, the other a fortnight on
            self.assertEqual(str(wizard.next_date), "2026-03-12")
            self.assertEqual(wizard.next_count, 1)
        self.assertEqual(self.ruler.state, "draft")
        self.assertFalse(self.instalments(*self.moves), "looking enrolled somebody")
        self.assertFalse(self.debtor(self.late))

    def test_backlog_joins_silently_at_its_step(self):
        with self.at("2026-03-16 10:00"):
            wizard = self.env["collection.ruler.activation"].create({"ruler_id": self.ruler.id})
            wizard.action_confirm()
        self.assertEqual(self.ruler.state, "running")
        for day in ("2026-03-16", "2026-03-18", "2026-03-19"):
            self.assertFalse(self.day(day), "a debt of before was chased")
        self.assertEqual(len(self.day("2026-03-20")), 1, "the coming one is announced as ever")
        self.assertFalse(self.followups(self.late))

    def test_what_becomes_due_after_joining_goes_on_from_there(self):
        self.activate("2026-03-09", "08:00")  # at +5 and +2
        self.assertFalse(self.day("2026-03-09"))
        (mail,) = self.day("2026-03-10")  # +8 of the first, and nobody had written before
        self.assertIn("slip through", mail["subject"], "the first word was the firmest")
        self.assertEqual(self.ledger(self.moves[0]), [("Firm and polite", "sent", "due")])
        self.assertNotIn("Forgot?", [name for name, *_state in self.ledger(*self.moves)])

    def test_a_ruler_without_steps_cannot_be_switched_on(self):
        self.ruler.step_ids.unlink()
        with self.assertRaisesRegex(UserError, "has no steps yet"):
            self.ruler._activate()
