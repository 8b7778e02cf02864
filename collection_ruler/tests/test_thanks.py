"""Thanks for what was paid (A5): once, in time, and not for what came back."""

from odoo import Command
from odoo.tests import tagged

from .money_case import MoneyCase


@tagged("post_install", "-at_install")
class TestThanks(MoneyCase):
    """A5"""

    def pay_at(self, when, move, amount=None, **values):
        with self.at(when):
            payment = self.pay(move, amount, **values)
            self.run_ruler("track")
        return payment

    def test_part_payment_is_thanked_for_with_what_remains(self):
        move = self.due_on_the_ninth()
        self.pay_at("2026-03-03 10:00", move, 30.0)
        self.assertFalse(self.day("2026-03-03", "15:00"), "on the same day")
        (mail,) = self.day("2026-03-04")
        self.assertIn("We received $ 30.00", mail["subject"])
        self.assertIn("$ 70.00 remains open", mail["body"])

    def test_second_part_payment_is_thanked_for_again(self):
        move = self.due_on_the_ninth()
        self.pay_at("2026-03-03 10:00", move, 30.0)
        self.day("2026-03-04")
        self.pay_at("2026-03-05 10:00", move, 70.0)
        (mail,) = self.day("2026-03-06")
        self.assertIn("We received $ 70.00", mail["subject"])
        self.assertNotIn("remains open", mail["body"])
        self.assertEqual(len(self.thanks()), 2)

    def test_paid_on_friday_thanked_on_monday(self):
        move = self.due_on_the_ninth()
        self.pay_at("2026-03-06 17:00", move)
        self.assertFalse(self.day("2026-03-07") + self.day("2026-03-08"))
        self.assertEqual(len(self.day("2026-03-09")), 1)

    def test_todays_payment_is_not_thanked_for_with_fridays(self):
        first = self.due_on_the_ninth()
        second = self.invoice("2026-03-30", 50.0, date="2026-03-02")
        with self.at("2026-03-03 09:00"):
            self.run_ruler("enrol")
        self.pay_at("2026-03-06 17:00", first)
        self.pay_at("2026-03-09 07:30", second)
        (fridays,) = self.day("2026-03-09")
        self.assertIn("We received $ 100.00", fridays["subject"])
        (todays,) = self.day("2026-03-10")
        self.assertIn("We received $ 50.00", todays["subject"])

    def test_several_payments_one_thanks(self):
        first = self.due_on_the_ninth()
        second = self.invoice("2026-03-30", 50.0, date="2026-03-02")
        with self.at("2026-03-03 09:00"):
            self.run_ruler("enrol")
        self.pay_at("2026-03-03 10:00", first)
        self.pay_at("2026-03-03 11:00", second)
        sent = self.day("2026-03-04")
        self.assertEqual(len(sent), 1)
        self.assertIn("We received $ 150.00", sent[0]["subject"])
        self.assertIn(first.name, sent[0]["body"])
        self.assertIn(second.name, sent[0]["body"])

    def test_each_currency_is_thanked_for_by_itself(self):
        euro = self.setup_other_currency("EUR", rates=[("2026-01-01", 0.5)])
        dollars = self.invoice("2026-03-30", 100.0, date="2026-03-02")
        euros = self.invoice("2026-03-30", 70.0, date="2026-03-02", currency_id=euro.id)
        with self.at("2026-03-02 09:00"):
            self.run_ruler("enrol")
        self.pay_at("2026-03-03 10:00", dollars, 40.0)
        self.pay_at("2026-03-03 11:00", euros)
        sent = self.day("2026-03-04")
        self.assertEqual(
            sorted(mail["subject"] for mail in sent),
            ["We received $ 40.00, thank you", "We received 70.00 €, thank you"],
        )

    def test_thanks_take_back_the_planned_reminder(self):
        move = self.due_on_the_ninth()
        with self.at("2026-03-09 08:00"):
            self.run_ruler()
            self.assertEqual(self.said()[-1], ("Due today", "planned"))
        self.pay_at("2026-03-09 08:30", move)
        self.assertIn(("Due today", "cancelled"), self.said())

    def test_payment_undone_before_the_thanks_cancels_them_and_resumes(self):
        move = self.due_on_the_ninth()
        self.day("2026-03-09")
        payment = self.pay_at("2026-03-10 10:00", move)
        with self.at("2026-03-10 15:00"):
            self.undo(payment)
            self.run_ruler("track")
        self.assertEqual((self.thanks().state, self.thanks().reason), ("cancelled", "reversed"))
        (mail,) = self.day("2026-03-11")
        self.assertIn("came back", mail["subject"], "it did not slip through (faults A4)")
        self.assertEqual(self.instalments(move).occurrence, 0)
        self.assertFalse(self.day("2026-03-13"), "the words of “Forgot?” are not true of them")
        asked = self.followups(step_name="Forgot?")
        self.assertEqual((asked.state, asked.reason), ("to_approve", "untrue_slipped"))
        with self.at("2026-03-13 10:00"):
            self.assertIn("they paid or answered before", self.debtor().why)
            asked.action_approve()
        self.assertFalse(self.day("2026-03-13", "11:00"), "nobody's approval makes it true")
        self.assertEqual((asked.state, asked.reason), ("to_approve", "untrue_slipped"))

    def test_payment_undone_while_its_thanks_stand_in_the_outbox(self):
        move = self.due_on_the_ninth()
        payment = self.pay_at("2026-03-03 10:00", move)
        with self.at("2026-03-04 09:30"):
            self.run_ruler()
            self.assertEqual(self.thanks().state, "queued")
            self.undo(payment)
            self.assertFalse(self.deliver(), "thanked for money that went back")
        self.assertEqual((self.thanks().state, self.thanks().reason), ("cancelled", "reversed"))

    def test_one_of_two_payments_undone_before_the_thanks(self):
        move = self.due_on_the_ninth()
        self.pay_at("2026-03-03 10:00", move, 30.0)
        payment = self.pay_at("2026-03-03 11:00", move, 20.0)
        with self.at("2026-03-03 15:00"):
            self.undo(payment)
            self.run_ruler("track")
        (mail,) = self.day("2026-03-04")
        self.assertIn("We received $ 30.00", mail["subject"])
        self.assertIn("$ 70.00 remains open", mail["body"])
        states = self.thanks().item_ids.sorted("id").mapped(lambda i: (i.state, i.reason))
        self.assertEqual(states, [("sent", "due"), ("cancelled", "reversed")])

    def test_payment_undone_before_its_thanks_repeats_no_step_though_another_was_thanked_for(self):
        move = self.due_on_the_ninth()
        self.pay_at("2026-03-03 10:00", move, 30.0)
        self.assertEqual(len(self.day("2026-03-04")), 1)
        payment = self.pay_at("2026-03-04 11:00", move)
        with self.at("2026-03-04 15:00"):
            self.undo(payment)
            self.run_ruler("track")
        (mail,) = self.day("2026-03-05") + self.day("2026-03-06")
        self.assertIn("came back", mail["subject"], "their money was seen (faults A4)")
        self.assertEqual(self.instalments(move).occurrence, 0)

    def test_part_that_was_thanked_for_comes_back_and_the_other_does_not(self):
        move = self.due_on_the_ninth()
        first = self.pay_at("2026-03-03 10:00", move, 30.0)
        self.day("2026-03-04")
        self.pay_at("2026-03-04 11:00", move)
        self.day("2026-03-05")
        with self.at("2026-03-05 15:00"):
            self.undo(first)
            self.run_ruler("track")
        (mail,) = self.day("2026-03-06")
        self.assertIn("came back", mail["subject"])
        self.assertIn("$ 30.00", mail["body"])
        rows = self.thanks().item_ids.sorted("id").mapped(lambda i: (i.state, i.reason))
        self.assertEqual(rows, [("sent", "reversed"), ("sent", "due")])

    def test_word_about_a_returned_payment_comes_before_the_step_also_over_a_weekend(self):
        move = self.due_on_the_ninth()
        self.day("2026-03-09")
        payment = self.pay_at("2026-03-10 10:00", move)
        self.day("2026-03-11")
        with self.at("2026-03-13 09:00"):  # a Friday
            self.undo(payment)
        self.assertFalse(self.day("2026-03-13", "10:00"))
        (mail,) = self.day("2026-03-16")
        self.assertIn("came back", mail["subject"])

    def test_thanks_that_waited_through_a_pause_are_one(self):
        first = self.due_on_the_ninth()
        second = self.invoice("2026-03-30", 50.0, date="2026-03-02")
        with self.at("2026-03-03 09:00"):
            self.run_ruler("enrol")
        self.ruler.action_pause()
        self.pay_at("2026-03-03 10:00", first)
        self.assertFalse(self.day("2026-03-04"))
        self.pay_at("2026-03-05 10:00", second)
        self.assertFalse(self.day("2026-03-06"))
        with self.at("2026-03-06 12:00"):
            self.ruler.action_resume()
        (mail,) = self.day("2026-03-09")
        self.assertIn("We received $ 150.00", mail["subject"])

    def test_credit_note_gets_no_thanks(self):
        move = self.due_on_the_ninth()
        refund = self.credit_note(100.0, date="2026-03-03")
        with self.at("2026-03-03 10:00"):
            (move + refund).line_ids.filtered(
                lambda line: line.account_type == "asset_receivable"
            ).reconcile()
            self.run_ruler("track")
        self.assertFalse(self.day("2026-03-04"))
        self.assertFalse(self.thanks())

    def test_write_off_gets_no_thanks(self):
        move = self.due_on_the_ninth()
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": "2026-03-03",
                "journal_id": self.company_data["default_journal_misc"].id,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": self.company_data["default_account_receivable"].id,
                            "partner_id": self.customer.id,
                            "credit": 100.0,
                        }
                    ),
                    Command.create(
                        {
                            "account_id": self.company_data["default_account_expense"].id,
                            "debit": 100.0,
                        }
                    ),
                ],
            }
        )
        entry.action_post()
        with self.at("2026-03-03 10:00"):
            (move + entry).line_ids.filtered(
                lambda line: line.account_type == "asset_receivable"
            ).reconcile()
            self.run_ruler("track")
        self.assertFalse(self.day("2026-03-04"))
        self.assertFalse(self.thanks())

    def test_of_a_payment_with_a_write_off_only_the_money_is_thanked_for(self):
        move = self.due_on_the_ninth()
        with self.at("2026-03-03 10:00"):
            wizard = (
                self.env["account.payment.register"]
                .with_context(active_model="account.move", active_ids=move.ids)
                .create(
                    {
                        "journal_id": self.bank_journal.id,
                        "payment_date": "2026-03-03",
                        "amount": 90.0,
                        "payment_difference_handling": "reconcile",
                        "writeoff_account_id": self.company_data["default_account_expense"].id,
                    }
                )
            )
            wizard._create_payments()
            self.env.flush_all()
            self.run_ruler("track")
        self.assertFalse(self.instalments(move).is_open, "nothing is proved here")
        (mail,) = self.day("2026-03-04")
        self.assertIn("We received $ 90.00", mail["subject"])

    def test_money_matched_from_the_bank_is_thanked_for(self):
        """Without a payment of Odoo: the line of the bank itself settles the invoice."""
        move = self.due_on_the_ninth()
        with self.at("2026-03-03 10:00"):
            line = self.env["account.bank.statement.line"].create(
                {
                    "journal_id": self.bank_journal.id,
                    "date": "2026-03-03",
                    "payment_ref": "TRANSFER",
                    "partner_id": self.customer.id,
                    "amount": 40.0,
                }
            )
            other = line.move_id.line_ids.filtered(
                lambda part: part.account_id == self.bank_journal.suspense_account_id
            )
            other.account_id = self.company_data["default_account_receivable"]
            (move.line_ids + other).filtered(
                lambda part: part.account_type == "asset_receivable"
            ).reconcile()
            self.run_ruler("track")
        (mail,) = self.day("2026-03-04")
        self.assertIn("We received $ 40.00", mail["subject"])
        self.assertIn("$ 60.00 remains open", mail["body"])

    def test_payment_of_five_days_ago_is_thanked_for_and_of_six_not(self):
        move = self.due_on_the_ninth()
        self.pay_at("2026-03-09 10:00", move, 30.0, date="2026-03-04")
        self.assertEqual(len(self.thanks()), 1)
        other = self.env["res.partner"].create({"name": "Old", "email": "old@customer.example.com"})
        late = self.invoice("2026-03-30", 50.0, other, date="2026-03-02")
        with self.at("2026-03-03 10:00"):
            self.run_ruler("enrol")
        self.pay_at("2026-03-09 10:00", late, date="2026-03-03")
        self.assertFalse(self.followups(other, purpose="thanks"))

    def test_money_of_before_the_ruler_is_not_thanked_for(self):
        other = self.env["res.partner"].create({"name": "Old", "email": "old@customer.example.com"})
        move = self.invoice("2026-03-30", 50.0, other, date="2026-03-02")
        with self.at("2026-03-03 09:00"):
            self.pay(move, 20.0)
        self.day("2026-03-03")
        self.day("2026-03-04")
        self.assertFalse(self.followups(other, purpose="thanks"))

    def test_thanks_leave_although_everything_is_held(self):
        move = self.due_on_the_ninth()
        self.hold()
        self.pay_at("2026-03-03 10:00", move)
        self.assertEqual(len(self.day("2026-03-04")), 1)

    def test_payment_reconciled_anew_is_thanked_for_once(self):
        move = self.due_on_the_ninth()
        payment = self.pay_at("2026-03-03 10:00", move)
        self.assertEqual(len(self.day("2026-03-04")), 1)
        lines = (move + payment.move_id).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        for day, seen in (("05", False), ("06", True)):  # whether a run comes between
            with self.at(f"2026-03-{day} 10:00"):
                lines.remove_move_reconcile()
                self.env.flush_all()
                self.assertTrue(self.instalments(move).is_open)
                if seen:
                    self.run_ruler("track")
                lines.reconcile()
                self.run_ruler("track")
            self.assertEqual(len(self.thanks()), 1, seen)
        self.assertFalse(self.day("2026-03-09"))
