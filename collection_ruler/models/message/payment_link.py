from odoo import models
from odoo.addons.payment import utils as payment_utils


class AccountMove(models.Model):
    """Odoo's payment links of an invoice; which of them a message offers is said by
    `collection.pay.button._link`."""

    _inherit = "account.move"

    def _collection_payment_link(self, amount, currency=None):
        """Odoo's own payment link for an amount, without the portal's key to the whole document.

        The link of Odoo's wizard carries the invoice's portal token, which opens its chatter to whoever
        a message is forwarded to; ours carries only the token of this payment (decision 13).

        :param amount: in the invoice's currency
        :param currency: which ``res.currency`` that is, where it is known already
        """
        self.ensure_one()
        amount = (currency or self.currency_id).round(amount)
        token = payment_utils.generate_access_token(self.id, amount, env=self.env)
        return (
            f"{self.get_base_url()}/my/invoices/{self.id}?move_id={self.id}&amount={amount}"
            f"&payment_token={token}&payment=True#portal_pay"
        )

    def _collection_payment_form_url(self, amount):
        """Odoo's payment form for an amount of this invoice, for a visitor without an account."""
        self.ensure_one()
        token = payment_utils.generate_access_token(
            self.partner_id.id, amount, self.currency_id.id, env=self.env
        )
        return (
            f"/payment/pay?amount={amount}&currency_id={self.currency_id.id}"
            f"&partner_id={self.partner_id.id}&company_id={self.company_id.id}"
            f"&invoice_id={self.id}&access_token={token}"
        )
