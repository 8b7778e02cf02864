from odoo import api, models
from odoo.addons.payment import utils as payment_utils

from ..common import clock


class AccountMoveSend(models.AbstractModel):
    _inherit = "account.move.send"

    @api.model
    def _collection_store_pdf(self, move):
        """Make the invoice's PDF once and store it as Odoo does when it sends; nothing is sent (C2)."""
        data = {move: {"pdf_report": self._get_default_pdf_report_id(move)}}
        self._prepare_invoice_pdf_report(data)
        was_sent = move.is_move_sent
        self._link_invoice_documents(data)
        move.is_move_sent = was_sent  # a PDF that lies in a drawer was not sent

    @api.model
    def _send_mail(self, move, mail_template, **kwargs):
        """Tie the message of a delivery that the ruler asked for to its follow-up: door 2 guards it. After
        one that a person sends the ruler is silent for as long (A3)."""
        followup = self.env["collection.followup"]._delivery_of(move)
        if not followup:
            super()._send_mail(move, mail_template, **kwargs)
            # on the entry, not on its instalments: a run may hold these, or know none of them yet
            calendar = move.company_id.root_id.sudo()._collection_calendar()
            now = clock.now(self.env)
            move.sudo().collection_sent_on = calendar.local_day(now)
            return
        send = self.with_context(collection_delivery=True)
        super(AccountMoveSend, send)._send_mail(move, mail_template, **kwargs)
        mails = (
            self.env["mail.mail"]
            .sudo()
            .search(
                [("model", "=", move._name), ("res_id", "=", move.id), ("state", "=", "outgoing")]
            )
        )
        # the customer's envelope is ours; copies to followers leave as Odoo sends them
        mail = mails.filtered(lambda m: move.partner_id in m.recipient_ids)[:1] or mails[-1:]
        mail.collection_followup_id = followup
        followup.mail_message_id = mail.mail_message_id
        # from a scheduled action Odoo leaves the message to its hourly queue; the window may be shorter
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()

    @api.model
    def _get_mail_layout(self):
        """A layout without the button of Odoo's own, whose token opens the chatter (decision 13)."""
        if self.env.context.get("collection_delivery"):
            return "collection_ruler.delivery_layout"
        return super()._get_mail_layout()


class CollectionFollowup(models.Model):
    _inherit = "collection.followup"

    @api.model
    def _delivery_of(self, move):
        """The delivery of an invoice that is in Odoo's hands now, if any."""
        return self.sudo().search(
            [
                ("purpose", "=", "delivery"),
                ("state", "=", "queued"),
                ("handed_at", "=", False),
                ("item_ids.move_id", "=", move.id),
            ],
            limit=1,
        )


class AccountMove(models.Model):
    _inherit = "account.move"

    def _collection_payment_link(self, amount):
        """Odoo's own payment link for an amount, without the portal's key to the whole document.

        The link of Odoo's wizard carries the invoice's portal token, which opens its chatter to whoever
        a message is forwarded to; ours carries only the token of this payment (decision 13).

        :param amount: in the invoice's currency
        """
        self.ensure_one()
        amount = self.currency_id.round(amount)
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
