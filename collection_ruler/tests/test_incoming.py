"""What comes back to an invoice that was delivered: bounces and replies (C4)."""

from odoo.tests import tagged

from .common import CollectionCommon


@tagged("post_install", "-at_install")
class TestIncoming(CollectionCommon):
    """C4: what comes back to invoices that the ruler sends by Odoo's own sending."""

    def setUp(self):
        super().setUp()
        self.activate("2026-03-02")

    def delivered(self):
        self.move = self.invoice("2026-03-12", date="2026-03-02", sent=False)
        (mail,) = self.day("2026-03-02")
        self.assertEqual(self.delivery().state, "sent")
        self.assertEqual(str(self.instalments(self.move).delivered_on), "2026-03-02")
        return mail

    def delivery(self):
        return self.followups(purpose="delivery")

    def test_bounced_invoice_fails_its_delivery_and_asks_a_person(self):
        mail = self.delivered()
        with self.at("2026-03-02 10:00"):
            self.bounce(mail)
        self.assertEqual((self.delivery().state, self.delivery().reason), ("failed", "bounced"))
        self.assertTrue(self.delivery().bounced_at)
        self.assertFalse(self.instalments(self.move).delivered_on)
        self.assertTrue([t for t in self.tasks() if "another e-mail address" in t])
        self.assertFalse(self.debtor().hold_ids, "a bounce is not a reply")

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
