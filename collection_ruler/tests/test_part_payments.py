"""Who paid a part late is thanked, told what remains and by when, and left alone until then (A5)."""

from datetime import date

from odoo.tests import tagged

from ..models.common.memo import Memo
from .money_case import MoneyCase


@tagged("post_install", "-at_install")
class TestPartPayments(MoneyCase):
    """A5"""

    def pay_part(self, move, amount=40.0, when="2026-03-12 10:00", **values):
        with self.at(when):
            payment = self.pay(move, amount, **values)
            self.run_ruler()
        return payment

    def late(self):
        """An invoice of 100 due on the 9th, reminded of on the 11th."""
        move = self.due_on_the_ninth()
        for day in ("2026-03-09", "2026-03-11"):
            self.day(day)
        return move

    def said(self, first, last):
        """(day, step) of what leaves or is asked of us in these days of March 2026."""
        known = self.followups(state="sent") | self.followups(state="queued")
        for day in range(first, last + 1):
            self.day(f"2026-03-{day:02}")
        new = (self.followups(state="sent") | self.followups(state="queued")) - known
        return [(f.scheduled_at.day, f.step_name) for f in new.sorted("scheduled_at")]

    def test_thanks_name_a_day_and_nothing_reminds_before_it_is_over(self):
        move = self.late()
        self.pay_part(move)
        (mail,) = self.day("2026-03-13")
        self.assertIn("We received $ 40.00", mail["subject"])
        self.assertIn("$ 60.00 remains open", mail["body"])
        self.assertIn("please pay it by March 23, 2026", mail["body"])  # the 17th is a holiday
        with self.at("2026-03-13 15:00"):
            self.assertEqual(self.debtor().why, "Next: E-mail “Firm and polite”, on Tue 24 Mar.")
            (mark,) = (
                m for m in self.instalments(move).ruler_line["marks"] if m["state"] == "next"
            )
            self.assertEqual(mark["date"], "2026-03-24")
        self.assertEqual(self.said(16, 26), [(24, "Firm and polite"), (25, "Review")])

    def test_it_rests_from_the_payment_on(self):
        """Between the money and the thanks nothing is asked for, though its step comes that day."""
        move = self.due_on_the_ninth()
        self.day("2026-03-09")
        self.pay_part(move, when="2026-03-11 08:00")
        self.assertFalse(self.day("2026-03-11"))
        self.assertEqual(self.instalments(move).waiting_reason, "thanked")
        (mail,) = self.day("2026-03-12")
        self.assertIn("please pay it by March 20, 2026", mail["body"])

    def test_a_reminder_that_is_planned_already_rests_too(self):
        move = self.due_on_the_ninth()
        self.day("2026-03-09")
        with self.at("2026-03-11 08:00"):
            self.run_ruler("track", "plan")
        self.assertTrue(self.followups(state="planned"), "nothing is proved here")
        self.pay_part(move, when="2026-03-11 08:30")
        self.assertFalse(self.day("2026-03-11"))
        self.assertEqual(self.said(12, 20), [(12, "Thank you")])

    def test_thanks_for_one_invoice_silence_no_other(self):
        """A part of the other was paid as well, and thanked for, when it was not late yet."""
        move = self.due_on_the_ninth()
        other = self.invoice("2026-03-30", 50.0)
        self.pay_part(move, 20.0, when="2026-03-03 10:00")
        for day in ("2026-03-04", "2026-03-09"):
            self.day(day)
        self.pay_part(other, 20.0, when="2026-03-10 10:00")
        (mail,) = self.day("2026-03-11")
        self.assertIn("$ 30.00 remains open, due on March 30, 2026.", mail["body"])
        self.assertEqual(self.said(12, 12), [(12, "Forgot?")])

    def test_what_rests_silences_nothing_else_that_is_late(self):
        move = self.due_on_the_ninth()
        other = self.entry("2026-03-10", (self.customer, 50.0))
        for day in ("2026-03-09", "2026-03-10"):
            self.day(day)
        self.pay_part(move, when="2026-03-11 08:00")
        self.assertEqual(self.said(11, 13), [(12, "Thank you"), (13, "Forgot?")])
        self.assertEqual(self.followups(step_name="Forgot?").instalment_ids.move_id, other)

    def test_of_an_entry_too_the_rest_ends_where_the_payment_goes_away(self):
        """Nothing but the thanks themselves tells of an entry whether it was paid in part."""
        move = self.entry("2026-03-09", (self.customer, 100.0))
        for day in ("2026-03-09", "2026-03-11"):
            self.day(day)
        with self.at("2026-03-12 10:00"):
            payment = self.env["account.payment"].create(
                {
                    "partner_id": self.customer.id,
                    "amount": 40.0,
                    "journal_id": self.bank_journal.id,
                    "payment_type": "inbound",
                }
            )
            payment.action_post()
            lines = payment.move_id.line_ids + move.line_ids
            lines.filtered(lambda line: line.account_type == "asset_receivable").reconcile()
            self.run_ruler()
        self.assertEqual(self.rests_until(), date(2026, 3, 23))
        self.day("2026-03-13")
        with self.at("2026-03-13 15:00"):
            self.undo(payment)
            self.run_ruler("track")
        self.assertFalse(self.rests_until())

    def rests_until(self):
        """Of the one instalment that the customer owes."""
        with self.at("2026-03-13 16:00"):
            debtor = self.debtor()
            facts = self.env["collection.snapshot"].with_context(collection_memo=Memo())
            (claim,) = facts._take(self.company.id, debtor.ids)[debtor.id].claims
        return claim.rests_until

    def assert_goes_on_without(self, payment):
        with self.at("2026-03-13 15:00"):
            self.undo(payment)
            self.run_ruler("track")
        self.assertEqual(
            self.said(16, 19), [(16, "Call: is anything wrong?"), (19, "Firm and polite")]
        )

    def test_the_rest_ends_where_the_payment_goes_away(self):
        move = self.late()
        payment = self.pay_part(move)
        self.day("2026-03-13")
        self.assert_goes_on_without(payment)

    def test_the_rest_ends_where_one_of_two_payments_goes_away(self):
        move = self.due_on_the_ninth()
        self.pay_part(move, 20.0, when="2026-03-03 10:00")
        for day in ("2026-03-04", "2026-03-09", "2026-03-11"):
            self.day(day)
        payment = self.pay_part(move)
        self.day("2026-03-13")
        self.assert_goes_on_without(payment)

    def test_thanks_ask_for_nothing_that_is_disputed(self):
        move = self.late()
        with self.at("2026-03-12 09:50"):
            self.hold(move, origin="dispute")
        self.pay_part(move)
        (mail,) = self.day("2026-03-13")
        self.assertIn("$ 60.00 remains open", mail["body"])
        self.assertNotIn("please pay", mail["body"])

    def test_thanks_are_announced_behind_a_hold(self):
        """A hold stops no thanks: the banner says both."""
        move = self.late()
        with self.at("2026-03-12 09:50"):
            self.hold(move, date_to="2026-03-20")
        self.pay_part(move)
        with self.at("2026-03-12 15:00"):
            self.assertIn("is paused for this customer until Fri 20 Mar", self.debtor().why)
            self.assertTrue(self.debtor().why.endswith("E-mail “Thank you” leaves tomorrow."))

    def test_who_paid_a_part_is_not_told_that_nothing_was_heard(self):
        """C8: money is an answer."""
        words = self.env.ref("collection_ruler.mail_template_last_friendly")
        self.ruler.step_ids.filtered(lambda s: s.name == "Firm and polite").mail_template_id = words
        move = self.late()
        self.pay_part(move)
        for day in ("2026-03-13", "2026-03-24", "2026-03-26"):
            self.day(day)
        firm = self.followups(step_name="Firm and polite")
        self.assertEqual((firm.state, firm.reason), ("to_approve", "untrue_not_heard"))
