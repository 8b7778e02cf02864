from markupsafe import Markup
from odoo import api, models

from ...dunning.reason import Reason
from ..common import clock
from .answers import Outcome


class CollectionChannelDelivery(models.AbstractModel):
    """The invoice itself, through Odoo's own sending, after the commit (A3, decision 8)."""

    _name = "collection.channel.delivery"
    _inherit = ["collection.channel.email"]
    _description = "Collection: delivery of invoices"

    _keeps_words = True  # in the invoice's own history

    def _send(self, followups):
        readers = self.env["collection.recipients"].sudo()._of(followups.debtor_id, self)
        for followup in followups:
            move, to = followup.item_ids.move_id[:1], self._recipient(followup, readers)
            methods = self.env["account.move.send"]._get_default_sending_methods(move)
            if move.is_move_sent or not move.is_sale_document(include_receipts=True):
                followup._skip_delivery()
            elif methods == {"manual"}:
                followup._fail(
                    Reason.ERROR,
                    self.env._("Invoices of this customer are sent by hand: send %s.", move.name),
                )
            elif not self._address(to):
                followup._fail(Reason.NO_ADDRESS)
            else:
                followup.partner_id = to
                move.sending_data = {
                    "author_user_id": self.env.user.id,
                    "author_partner_id": followup.company_id.partner_id.id,
                }
                self.env["collection.followup"]._queued({followup: (None, self._address(to))})
        self.env.ref("account.ir_cron_account_move_send")._trigger()

    def _preview(self, followup):
        """The invoice's own message, as Odoo's sending writes it."""
        move = followup.item_ids.move_id[:1]
        Send = self.env["account.move.send"]
        template = Send._get_default_mail_template_id(move)
        lang = Send._get_default_mail_lang(move, template)
        body = Send._get_default_mail_body(move, template, lang)
        local = followup.with_context(lang=lang)
        readers = self.env["collection.recipients"].sudo()._of(followup.debtor_id, self)
        to = self._recipient(followup, readers)
        addresses = self._addresses(to)
        frame = local.env["ir.qweb"]._render(
            "collection_ruler.delivery_layout",
            {
                "message": self.env["mail.message"].new({"body": body}),
                "company": local.company_id,
                "lang": lang,
            },
        )
        seen = {
            "subject": Send._get_default_mail_subject(move, template, lang),
            "email_to": ", ".join(self.env["collection.envelope"]._formatted(to.name, addresses)),
            "attachments": move.invoice_pdf_report_id.name or move._get_invoice_report_filename(),
            "body": Markup(frame),
        }
        if move.is_move_sent:
            seen["note"] = self.env._("The invoice was sent already: this will be skipped.")
        elif not addresses:
            seen["note"] = self.env._("There is no e-mail address to send it to.")
        return seen

    def _why_unreachable(self, followups):
        return {}  # whom they are made out to, or another, is found when they leave

    def _recipient(self, followup, recipients):
        move = followup.item_ids.move_id[:1]
        return recipients.of_invoice(followup.debtor_id.id, "delivery", move)

    def _without_mail(self, followup):
        """An invoice in the hands of Odoo's own sending."""
        move = followup.item_ids.move_id[:1]
        if move.sending_data:
            return Outcome("waiting")
        if move.is_move_sent:  # sent another way than by e-mail
            return Outcome("sent", clock.naive_now(self.env))
        if followup.write_date < self._answer_limit():
            return Outcome("failed", said=self.env._("Odoo could not send %s.", move.name))
        return Outcome("waiting")

    @api.model
    def _of_invoice(self, move):
        """The delivery of an invoice that is in Odoo's hands now, if any, as ``collection.followup``."""
        return (
            self.env["collection.followup"]
            .sudo()
            .search(
                [
                    ("purpose", "=", "delivery"),
                    ("state", "=", "queued"),
                    ("handed_at", "=", False),
                    ("item_ids.move_id", "=", move.id),
                ],
                limit=1,
            )
        )
