"""What tests about invoices that the ruler delivers share (C4)."""

from .common import CollectionCommon


class DeliveryCase(CollectionCommon):
    """A ruler that runs, and an invoice that it sends by Odoo's own sending."""

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
