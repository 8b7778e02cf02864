"""What the tests about money share: a customer whose reminder was said."""

from odoo import Command

from .common import CollectionCommon


class MoneyCase(CollectionCommon):
    def setUp(self):
        super().setUp()
        self.activate("2026-03-02")

    def due_on_the_ninth(self, amount=100.0, **values):
        """An invoice whose reminder of a week before was said."""
        move = self.invoice("2026-03-09", amount, date="2026-03-02", **values)
        self.day("2026-03-02")
        return move

    def assert_silent(self, move, reason, day="2026-03-09"):
        """Its step waits for this reason, and nothing is said."""
        self.assertFalse(self.day(day), "something was said")
        self.assertEqual(set(self.instalments(move).mapped("waiting_reason")), {reason})

    def thanks(self):
        return self.followups(purpose="thanks")

    def transaction(self, move, state, **values):
        method = self.env["payment.method"].with_context(active_test=False).search([], limit=1)
        provider = self.env["payment.provider"].create(
            {"name": "Cards", "code": "none", "state": "test", "company_id": self.company.id}
        )
        return self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "reference": f"tx-{state}",
                "amount": move.amount_residual,
                "currency_id": move.currency_id.id,
                "partner_id": move.partner_id.id,
                "invoice_ids": [Command.set(move.ids)],
                "state": state,
                **values,
            }
        )
