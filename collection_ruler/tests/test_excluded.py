"""What nobody owes, or nobody may be asked for (D3, D5): blocked, excluded, cancelled, rewritten."""

from odoo import Command
from odoo.tests import tagged

from .money_case import MoneyCase


@tagged("post_install", "-at_install")
class TestExcluded(MoneyCase):
    """D3, D5: blocked, excluded, cancelled, rewritten."""

    def test_blocked_invoice_is_silent(self):
        move = self.due_on_the_ninth()
        move.payment_state = "blocked"
        self.assert_silent(move, "blocked")

    def test_what_is_held_or_under_way_is_not_announced_beside_it(self):
        """B5, D3, D5: the second table chases nobody either."""
        disputed, paying, blocked, coming = (
            self.invoice("2026-03-26", 10.0, date="2026-03-02") for _one in range(4)
        )
        self.due_on_the_ninth()
        self.hold(disputed, origin="dispute")
        self.transaction(paying, "pending")
        blocked.payment_state = "blocked"
        (mail,) = self.day("2026-03-09")
        self.assertIn(coming.name, mail["body"])
        for move in (disputed, paying, blocked):
            self.assertNotIn(move.name, mail["body"])

    def test_no_followup_is_silent_and_comes_back(self):
        move = self.due_on_the_ninth()
        move.no_followup = True
        self.env.flush_all()
        self.assertFalse(self.instalments(move).is_open)
        self.assertFalse(self.day("2026-03-09"))
        move.no_followup = False
        self.assertFalse(self.day("2026-03-10"), "“due today” was said a day late")
        self.assertEqual(len(self.day("2026-03-11")), 1)

    def test_general_entry_is_excluded_unless_somebody_includes_it(self):
        out = self.entry("2026-03-09", (self.customer, 80.0), no_followup=True)
        included = self.entry("2026-03-09", (self.customer, 30.0))
        self.day("2026-03-02")
        (mail,) = self.day("2026-03-09")
        self.assertRegex(mail["body"], r"due date of .*\$ 30\.00")
        self.assertFalse(self.ledger(out))
        self.assertTrue(self.ledger(included))

    def test_draft_invoice_is_nobodys_debt(self):
        self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2026-03-02",
                "invoice_date_due": "2026-03-09",
                "invoice_line_ids": [
                    Command.create({"name": "x", "price_unit": 5.0, "tax_ids": []})
                ],
            }
        )
        self.day("2026-03-02")
        self.assertFalse(self.debtor())

    def test_vendor_bill_is_nobodys_debt(self):
        self.invoice("2026-03-09", date="2026-03-02", move_type="in_invoice")
        self.day("2026-03-02")
        self.assertFalse(self.debtor())

    def test_cancelled_invoice_takes_back_what_was_planned(self):
        move = self.due_on_the_ninth()
        with self.at("2026-03-09 08:00"):
            self.run_ruler()
            self.assertEqual(self.said()[-1], ("Due today", "planned"))
            move.button_draft()
            move.button_cancel()
        self.assertFalse(self.day("2026-03-09"))
        self.assertEqual(self.followups()[-1].reason, "gone")
        self.assertIn(("Due today", "cancelled", "gone"), self.ledger(move))
        self.assertIn(("A week before", "sent", "due"), self.ledger(move), "history was lost")

    def test_reversed_invoice_is_silent(self):
        move = self.due_on_the_ninth()
        with self.at("2026-03-05 10:00"):
            wizard = (
                self.env["account.move.reversal"]
                .with_context(active_model="account.move", active_ids=move.ids)
                .create({"journal_id": move.journal_id.id, "date": "2026-03-05"})
            )
            refund = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
            refund.action_post()
            if move.amount_residual:
                (move + refund).line_ids.filtered(
                    lambda line: line.account_type == "asset_receivable"
                ).reconcile()
            self.run_ruler("track")
        self.assertFalse(self.instalments(move).is_open)
        self.assertFalse(self.day("2026-03-06") + self.day("2026-03-09"), "no chase, and no thanks")
        self.assertFalse(self.thanks())

    def test_reset_to_draft_with_changed_terms_makes_another_instalment(self):
        move = self.due_on_the_ninth()
        with self.at("2026-03-05 10:00"):
            move.button_draft()
            move.invoice_date_due = "2026-03-30"
            move.action_post()
        self.assertFalse(self.day("2026-03-09"), "the old date was chased")
        old, new = self.instalments(move)
        self.assertTrue(old.gone)
        self.assertFalse(old.is_open)
        self.assertEqual((str(new.due_date), new.is_open), ("2026-03-30", True))
        self.assertEqual(len(self.day("2026-03-23")), 1)
        self.assertEqual(self.debtor().amount_due, 100.0)

    def test_reset_to_draft_and_posted_again_unchanged_repeats_nothing(self):
        move = self.due_on_the_ninth()
        self.day("2026-03-09")
        with self.at("2026-03-10 09:00"):
            move.button_draft()
            self.run_ruler("track")
            move.action_post()
        self.assertFalse(self.day("2026-03-10", "10:00"), "it was said already")
        (mail,) = self.day("2026-03-11")
        self.assertIn("slip through", mail["subject"])
        self.assertEqual(self.instalments(move).occurrence, 0)
