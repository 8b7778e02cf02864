"""What was settled and is open again (A5, A14): the step is said after all."""

from odoo.tests import tagged

from .money_case import MoneyCase


@tagged("post_install", "-at_install")
class TestUndone(MoneyCase):
    """A5: what was settled and is open again."""

    def receivable(self, *moves):
        lines = self.env["account.move"].union(*moves).line_ids
        return lines.filtered(lambda line: line.account_type == "asset_receivable")

    def assert_no_return(self, move):
        self.assertFalse(
            self.followups(purpose="returned").filtered(lambda f: f.state != "cancelled"),
            "no payment came back",
        )

    def test_credit_note_undone_is_no_payment_that_came_back(self):
        move = self.due_on_the_ninth()
        refund = self.credit_note(100.0, date="2026-03-03")
        with self.at("2026-03-03 10:00"):
            self.receivable(move, refund).reconcile()
            self.run_ruler("track")
        self.assertTrue(self.instalments(move).settled_on)
        with self.at("2026-03-05 10:00"):
            refund.button_draft()
            refund.button_cancel()
            self.run_ruler("track")
        self.assert_no_return(move)
        self.assertFalse(self.day("2026-03-06"))
        self.assertEqual(self.instalments(move).occurrence, 0)
        (mail,) = self.day("2026-03-09")
        self.assertRegex(mail["body"], r"due date of .*\$ 100\.00")

    def test_payment_mended_within_the_hour_did_not_come_back(self):
        move = self.due_on_the_ninth()
        with self.at("2026-03-03 10:00"):
            payment = self.pay(move)
            self.run_ruler("track")
        self.assertEqual(len(self.day("2026-03-04")), 1)
        with self.at("2026-03-05 10:00"):
            self.undo(payment)
            self.run_ruler()
            self.assertTrue(self.instalments(move).is_open, "nothing is proved here")
            self.assertFalse(self.deliver(), "the customer heard of it at once")
        with self.at("2026-03-05 10:40"):
            payment.action_draft()
            payment.action_post()
            self.receivable(move, payment.move_id).reconcile()
            self.run_ruler()
        self.assertFalse(self.instalments(move).is_open)
        self.assert_no_return(move)
        self.assertFalse(self.day("2026-03-06") + self.day("2026-03-09"))
        self.assertEqual(len(self.thanks()), 1)

    def planned_for_nine(self):
        move = self.due_on_the_ninth()
        with self.at("2026-03-09 08:00"):
            self.run_ruler()
        self.assertEqual(self.said()[-1], ("Due today", "planned"))
        return move

    def assert_said_after_all(self, move):
        (mail,) = self.day("2026-03-09")
        self.assertRegex(mail["body"], r"due date of .*\$ 100\.00")
        self.assertFalse(self.day("2026-03-09", "11:00") + self.day("2026-03-10"), "said twice")
        said = [row for row in self.ledger(move) if row[0] == "Due today" and row[1] != "cancelled"]
        self.assertEqual(said, [("Due today", "sent", "due")])
        (mail,) = self.day("2026-03-11")
        self.assertIn("slip through", mail["subject"])

    def test_after_a_payment_that_is_undone_the_neutral_word_comes_first(self):
        move = self.planned_for_nine()
        with self.at("2026-03-09 08:10"):
            payment = self.pay(move)
            self.run_ruler("track")
            self.assertIn(("Due today", "cancelled", "paid"), self.ledger(move))
        with self.at("2026-03-09 08:20"):
            self.undo(payment)
            self.run_ruler()
        self.assertFalse(self.day("2026-03-09"), "first a word about what came back")
        (mail,) = self.day("2026-03-10")
        self.assertIn("came back", mail["subject"])

    def test_planned_step_is_said_after_all_when_the_invoice_is_posted_again(self):
        move = self.planned_for_nine()
        with self.at("2026-03-09 08:10"):
            move.button_draft()
            self.run_ruler()
            self.assertIn(("Due today", "cancelled", "gone"), self.ledger(move))
        with self.at("2026-03-09 08:20"):
            move.action_post()
            self.run_ruler()
        self.assert_said_after_all(move)

    def test_step_undone_days_later_is_said_and_no_firmer_one(self):
        move = self.planned_for_nine()
        with self.at("2026-03-09 08:10"):
            payment = self.pay(move)
            self.run_ruler("track")
        with self.at("2026-03-09 17:00"):
            self.undo(payment)
            self.run_ruler("track")
        (mail,) = self.day("2026-03-10")
        self.assertIn("came back", mail["subject"])
        self.assertFalse(self.day("2026-03-10", "11:00"))
        self.assertEqual(self.instalments(move).occurrence, 0)
