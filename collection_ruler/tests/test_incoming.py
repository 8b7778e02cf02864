"""What comes back to an invoice that was delivered: bounces and replies (C4)."""

from odoo.tests import tagged

from .delivery_case import DeliveryCase


@tagged("post_install", "-at_install")
class TestIncoming(DeliveryCase):
    """C4: what comes back to invoices that the ruler sends by Odoo's own sending."""

    def test_bounced_invoice_fails_its_delivery_and_asks_a_person(self):
        mail = self.delivered()
        with self.at("2026-03-02 10:00"):
            self.bounce(mail)
        self.assertEqual((self.delivery().state, self.delivery().reason), ("failed", "bounced"))
        self.assertTrue(self.delivery().bounced_at)
        self.assertFalse(self.instalments(self.move).delivered_on)
        self.assertTrue([t for t in self.tasks() if "another e-mail address" in t])
        self.assertFalse(self.debtor().hold_ids, "a bounce is not a reply")

    def test_a_report_of_a_delay_says_nothing_about_the_address(self):
        mail = self.delivered()
        with self.at("2026-03-02 10:00"):
            self.bounce(mail, "delayed", "4.4.1")
            self.bounce(mail, "delivered", "2.1.5")
        self.assertEqual(self.delivery().state, "sent")
        self.assertFalse(self.delivery().bounced_at)
        self.assertFalse(self.tasks())

    def test_reply_to_a_delivered_invoice_holds_the_customer(self):
        mail = self.delivered()
        with self.at("2026-03-02 10:00"):
            self.reply(mail, "This is not mine.")
        self.assertEqual(self.debtor().hold_ids.mapped("origin"), ["reply"])
        self.assertIn("Answer the reply of Ana Example", self.tasks())
        self.assertTrue(self.delivery().answered_at)
        self.assertFalse(self.day("2026-03-05"), "was reminded in spite of the reply")

    def test_automatic_answer_to_a_delivered_invoice_is_no_reply(self):
        mail = self.delivered()
        with self.at("2026-03-02 10:00"):
            self.reply(mail, "Away.", Auto_Submitted="auto-replied")
        self.assertFalse(self.debtor().hold_ids)
