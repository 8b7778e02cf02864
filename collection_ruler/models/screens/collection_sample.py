from datetime import timedelta

from markupsafe import Markup, escape
from odoo import Command, api, models
from odoo.exceptions import UserError

from ..common import clock
from ..instalment.collection_instalment import NOTHING_SAID

SAMPLE_AMOUNT = 480.0
# an invoice of so many days before its due date
SAMPLE_TERMS = 14


class CollectionSample(models.AbstractModel):
    """How the messages of a ruler read, before anybody gets one (A8, C1)."""

    _name = "collection.sample"
    _description = "Collection: samples of messages"

    @api.model
    def _send(self, ruler):
        """Mail every message of a ruler to oneself, about an invoice that does not exist.

        :return: (number of messages, address)
        :raise UserError: there is no message, or no address to send it to
        """
        address = self.env.user.email_normalized
        if not address:
            raise UserError(
                self.env._("Add an e-mail address to your own user first: the samples go there.")
            )
        steps = ruler.step_ids.filtered(self._has_words).sorted(
            lambda s: (s.trigger != "due", s.offset_days, s.id)
        )
        if not steps:
            raise UserError(self.env._("“%s” has no message yet. Add a step first.", ruler.name))
        # a transaction of its own: what Odoo wants to do after the commit of an invoice is forgotten too
        with self.env.registry.cursor() as cr:
            own = ruler.with_env(self.env(cr=cr, su=True))
            samples = own.env[self._name]._write(own, steps.ids, self.env.user.id)
            cr.rollback()
        sender = ruler.company_id.email_formatted or self.env.user.email_formatted
        mails = self.env["mail.mail"].sudo()
        mails.create(
            [
                {
                    "subject": subject,
                    "body_html": body,
                    "email_from": sender,
                    "email_to": address,
                    "auto_delete": True,
                    "message_type": "email_outgoing",
                }
                for subject, body in samples
            ]
        )
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
        return len(samples), address

    def _has_words(self, step):
        """Whether the customer reads something of ours; an invoice is Odoo's."""
        hears = self.env["collection.channel"]._named(step.channel)._customer_hears
        return hears and step.mode != "task" and not step.delivers_invoice

    @api.model
    def _write(self, ruler, step_ids, reader_id):
        """Write the messages of steps about invented invoices.

        It leaves rows behind: call it in a transaction that is rolled back.

        :param reader_id: of the ``res.users`` who will read them, in whose language they are written
        :return: [(subject, body)]
        """
        result = []
        debtor = self._debtor(ruler.company_id, self.env["res.users"].browse(reader_id))
        steps = self.env["collection.ruler.step"].browse(step_ids)
        for number, step in enumerate(steps, 1):
            subject, body = self._of_step(step, debtor, self._instalment(debtor, step))
            notes = [
                self.env._(
                    "Message %(number)s of %(count)s, %(when)s.",
                    number=number,
                    count=len(steps),
                    when=step.timing,
                )
            ]
            if step.mode == "approve":
                notes.append(self.env._("It leaves after somebody has approved it."))
            if step.attach_invoice:
                notes.append(self.env._("The invoice is attached to it."))
            note = Markup("<p style='color:#6c757d'>%s</p>") % " ".join(notes)
            result.append((self.env._("[Sample] %s", subject), note + body))
        return result

    @api.model
    def _of_step(self, step, debtor, instalments):
        """Write a step's message as it would read today, about these instalments.

        It leaves rows behind: call it where they are rolled back.

        :param instalments: ``collection.instalment`` of this debtor
        :return: (subject, body within the company's frame, or why it cannot be written)
        """
        Ledger = self.env["collection.ledger"]
        now = clock.now(self.env)
        purpose = {"paid": "thanks", "payment_returned": "returned"}.get(step.trigger, "dunning")
        followup = Ledger._create_event(debtor, step, instalments, purpose, now)
        if purpose == "thanks":
            followup.amount_paid, followup.amount_due = followup.amount_due, 0
            Ledger._add_to_event(followup, step, instalments, {i.id: [i.id] for i in instalments})
        else:
            followup.instalment_ids = instalments
        seen = self.env["collection.message.preview"]._written(followup)
        return seen.get("subject") or step.name, seen.get("body") or escape(seen.get("note", ""))

    def _debtor(self, company, reader):
        partner = self.env["res.partner"].create(
            {
                "name": self.env._("Sam Sample"),
                "email": reader.email_normalized,
                "lang": reader.lang,
                "country_id": company.country_id.id,
            }
        )
        return self.env["collection.debtor"].create(
            {"partner_id": partner.id, "company_id": company.id}
        )

    def _instalment(self, debtor, step):
        """An instalment whose step comes today."""
        company = debtor.company_id
        today = company._collection_calendar().local_day(clock.now(self.env))
        due = today - timedelta(days=step.offset_days if step.trigger == "due" else 0)
        move = self._invoice(debtor, due, min(today, due - timedelta(days=SAMPLE_TERMS)))
        line = move.line_ids.filtered(lambda m: m.account_id.account_type == "asset_receivable")
        return self.env["collection.instalment"].create(
            {
                "move_id": move.id,
                "account_id": line.account_id.id,
                "partner_id": line.partner_id.id,
                "due_date": due,
                "company_id": company.id,
                "debtor_id": debtor.id,
                "ruler_id": step.ruler_id.id,
                "watermark": NOTHING_SAID,
            }
        )

    def _invoice(self, debtor, due, date):
        """A posted invoice of one line."""
        line = {
            "name": self.env._("A sample"),
            "price_unit": SAMPLE_AMOUNT,
            "tax_ids": [Command.clear()],
        }
        moves = self.env["account.move"].with_company(debtor.company_id)
        move = moves.create(
            {
                "move_type": "out_invoice",
                "partner_id": debtor.partner_id.id,
                "invoice_date": date,
                "invoice_date_due": due,
                "invoice_payment_term_id": False,
                "invoice_line_ids": [Command.create(line)],
            }
        )
        move.action_post()
        return move
