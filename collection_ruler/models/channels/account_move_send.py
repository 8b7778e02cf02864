from odoo import api, models

from ..common import clock


class AccountMoveSend(models.AbstractModel):
    _inherit = "account.move.send"

    @api.model
    def _collection_store_pdf(self, move):
        """Make the invoice's PDF once and store it as Odoo does when it sends; nothing is sent (C2)."""
        data = {move: {"pdf_report": self._get_default_pdf_report_id(move)}}
        self._prepare_invoice_pdf_report(data)
        was_sent, sent_on = move.is_move_sent, move.collection_sent_on
        self._link_invoice_documents(data)
        if not was_sent:  # a PDF that lies in a drawer was not sent
            move.write({"is_move_sent": False, "collection_sent_on": sent_on})

    @api.model
    def _send_mail(self, move, mail_template, **kwargs):
        """Tie the message of a delivery that the ruler asked for to its follow-up: door 2 guards it. After
        one that a person sends the ruler is silent for as long (A3)."""
        followup = self.env["collection.channel.delivery"]._of_invoice(move)
        if not followup:
            super()._send_mail(move, mail_template, **kwargs)
            # on the entry, not on its instalments: a run may hold these, or know none of them yet
            calendar = move.company_id.root_id.sudo()._collection_calendar()
            now = clock.now(self.env)
            # Odoo says so only where it made the PDF anew
            move.sudo().write({"is_move_sent": True, "collection_sent_on": calendar.local_day(now)})
            return
        send = self.with_context(collection_delivery=True)
        super(AccountMoveSend, send)._send_mail(move, mail_template, **kwargs)
        move.sudo().is_move_sent = True
        mails = (
            self.env["mail.mail"]
            .sudo()
            .search(
                [("model", "=", move._name), ("res_id", "=", move.id), ("state", "=", "outgoing")]
            )
        )
        # the customer's envelope is ours; copies to followers leave as Odoo sends them
        mail = mails.filtered(lambda m: followup.partner_id in m.recipient_ids)[:1] or mails[-1:]
        mail.collection_followup_id = followup
        followup.mail_message_id = mail.mail_message_id
        # from a scheduled action Odoo leaves the message to its hourly queue; the window may be shorter
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()

    @api.model
    def _get_default_mail_partner_ids(self, move, mail_template, mail_lang):
        """An invoice that the ruler delivers goes to whoever is there to get it (B9)."""
        found = super()._get_default_mail_partner_ids(move, mail_template, mail_lang)
        to = self.env["collection.channel.delivery"]._of_invoice(move).partner_id
        return found if not to or to in found else found - move.partner_id + to

    @api.model
    def _get_mail_layout(self):
        """A layout without the button of Odoo's own, whose token opens the chatter (decision 13)."""
        if self.env.context.get("collection_delivery"):
            return "collection_ruler.delivery_layout"
        return super()._get_mail_layout()
