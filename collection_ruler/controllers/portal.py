from odoo import http
from odoo.addons.account_payment.controllers.portal import PortalAccount
from odoo.addons.payment import utils as payment_utils
from odoo.http import request


class CollectionPortalAccount(PortalAccount):
    @http.route()
    def portal_my_invoice_detail(self, invoice_id, payment_token=None, amount=None, **kw):
        """Let a payment link without the portal's token lead straight to the payment form.

        The link of a message proves, by its token, who may pay this amount for this invoice, and nothing
        more; the visitor sees the payment form, never the document and its chatter.
        """
        if (
            request.env.user._is_public()
            and amount
            and not kw.get("access_token")
            and payment_utils.check_access_token(payment_token, invoice_id, amount)
        ):
            invoice = request.env["account.move"].sudo().browse(invoice_id).exists()
            # less may be owed by now; nobody is led to pay more than that
            due = min(float(amount), invoice.amount_residual) if invoice else 0
            if invoice and invoice.state == "posted" and due > 0:
                return request.redirect(invoice._collection_payment_form_url(due))
            return request.render("collection_ruler.nothing_to_pay", {"invoice": invoice})
        return super().portal_my_invoice_detail(
            invoice_id, payment_token=payment_token, amount=amount, **kw
        )
