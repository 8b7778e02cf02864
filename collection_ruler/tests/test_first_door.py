"""Door 1: what may leave is asked once more, and invoices leave by Odoo's own sending (C4, H3)."""

from odoo.tests import tagged

from .delivery_case import DeliveryCase
from .money_case import MoneyCase


@tagged("post_install", "-at_install")
class TestDoorOne(MoneyCase):
    """What changed between planning and sending."""

    def test_one_of_two_under_way_lets_the_other_leave_and_keeps_its_step(self):
        first = self.invoice("2026-03-09", 100.0, date="2026-03-02")
        second = self.invoice("2026-03-09", 50.0, date="2026-03-02")
        self.day("2026-03-02")
        with self.at("2026-03-09 08:00"):
            self.run_ruler()
            self.assertEqual(self.said()[-1], ("Due today", "planned"))
            transaction = self.transaction(first, "pending")
        (mail,) = self.day("2026-03-09")
        self.assertRegex(mail["body"], r"due date of .*\$ 50\.00")
        self.assertNotIn(first.name, mail["body"])
        self.assertIn(("Due today", "planned", "due"), self.ledger(first))
        with self.at("2026-03-09 11:00"):
            transaction.state = "error"
        sent = [mail for day in (10, 11, 12, 13) for mail in self.day(f"2026-03-{day}")]
        # the day passed on which it was true: the next step takes its place
        self.assertIn(("Due today", "cancelled", "overtaken"), self.ledger(first))
        self.assertEqual(
            [row for row in self.ledger(first) if row[0] == "Forgot?"],
            [("Forgot?", "sent", "due")],
        )
        self.assertEqual(
            [row for row in self.ledger(second) if row[0] == "Due today"],
            [("Due today", "sent", "due")],
        )
        self.assertEqual(len(sent), 1)
        self.assertIn(first.name, sent[0]["body"])
        self.assertIn("$ 150.00", sent[0]["body"])
        self.assertFalse([mail for mail in sent if "please pay" in mail["subject"]], "too firm")

    def test_stored_pdf_does_not_say_that_the_invoice_was_sent(self):
        move = self.invoice("2026-03-09", sent=False)
        with self.allow_pdf_render():
            self.env["account.move.send"]._collection_store_pdf(move)
        self.assertTrue(move.invoice_pdf_report_id)
        self.assertFalse(move.is_move_sent, "nobody delivers it now")


@tagged("post_install", "-at_install")
class TestDelivery(DeliveryCase):
    """C4: invoices that the ruler sends by Odoo's own sending."""

    def test_invoice_that_is_sent_by_hand_is_not_said_to_be_sent(self):
        self.customer.with_company(self.company).invoice_sending_method = "manual"
        move = self.invoice("2026-03-12", date="2026-03-02", sent=False)
        self.assertFalse(self.day("2026-03-02"))
        self.assertFalse(self.delivery(), "no step delivers it")
        self.assertTrue([t for t in self.tasks() if "Send the invoices" in t])
        self.assertFalse(move.is_move_sent)

    def test_invoice_sent_by_hand_meanwhile_is_not_sent_again(self):
        """A3: planned for nine o'clock, and sent by a bookkeeper at half past eight."""
        move = self.invoice("2026-03-12", date="2026-03-02", sent=False)
        with self.at("2026-03-02 08:00"):
            self.run_ruler()
        self.assertEqual(self.delivery().state, "planned")
        move.is_move_sent = True
        self.assertFalse(self.day("2026-03-02"))
        self.assertEqual(self.ledger(move), [("Send the invoice", "skipped", "already_sent")])

    def test_failed_delivery_starts_no_silence(self):
        self.ruler.days_after_delivery = 30
        self.customer.email = False
        move = self.invoice("2026-03-12", date="2026-03-02", sent=False)
        self.day("2026-03-02")
        self.assertEqual((self.delivery().state, self.delivery().reason), ("failed", "no_address"))
        self.assertFalse(self.instalments(move).delivered_on)
        self.delivery().action_cancel()  # else it is tried again at the new address
        self.customer.email = "ana@customer.example.com"
        self.assertFalse(self.day("2026-03-12"), "nothing is said about what did not arrive")
        move.is_move_sent = True
        move.collection_sent_on = False  # long ago
        (mail,) = self.day("2026-03-12", "11:00")
        self.assertIn("Due today", mail["subject"])

    def test_failed_delivery_is_tried_again_at_another_address(self):
        self.ruler.days_after_delivery = 30
        self.customer.email = False
        move = self.invoice("2026-03-12", date="2026-03-02", sent=False)
        self.day("2026-03-02")
        self.assertEqual(self.delivery().reason, "no_address")
        self.customer.email = "ana@customer.example.com"
        (mail,) = self.day("2026-03-12")
        self.assertIn("Invoice", mail["subject"])
        self.assertEqual(self.delivery().state, "sent")
        self.assertEqual(str(self.instalments(move).delivered_on), "2026-03-12")
