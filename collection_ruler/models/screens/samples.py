from datetime import timedelta

from markupsafe import Markup, escape
from odoo import Command, models
from odoo.exceptions import UserError

from ..common import clock
from ..instalment.collection_instalment import NOTHING_SAID

SAMPLE_AMOUNT = 480.0
# an invoice of so many days before its due date
SAMPLE_TERMS = 14


class CollectionRulerStep(models.Model):
    """How the messages of a step read, before anybody gets one (A8, C1)."""

    _inherit = "collection.ruler.step"

    def _sample(self, debtor, instalments):
        """Write this step's message as it would read today, about these instalments.

        It leaves rows behind: call it where they are rolled back.

        :param instalments: ``collection.instalment`` of this debtor
        :return: (subject, body within the company's frame, or why it cannot be written)
        """
        self.ensure_one()
        Ledger = self.env["collection.ledger"]
        now = clock.now(self.env)
        purpose = {"paid": "thanks", "payment_returned": "returned"}.get(self.trigger, "dunning")
        followup = Ledger._create_event(debtor, self, instalments, purpose, now)
        if purpose == "thanks":
            followup.amount_paid, followup.amount_due = followup.amount_due, 0
            Ledger._add_to_event(followup, self, instalments, {i.id: [i.id] for i in instalments})
        else:
            followup.instalment_ids = instalments
        seen = followup._written()
        return seen.get("subject") or self.name, seen.get("body") or escape(seen["note"])


class CollectionRuler(models.Model):
    _inherit = "collection.ruler"

    def action_send_samples(self):
        """Mail every message of the ruler to oneself, about an invoice that does not exist."""
        self.ensure_one()
        self.check_access("write")  # whoever may write the words may try them
        address = self.env.user.email_normalized
        if not address:
            raise UserError(
                self.env._("Add an e-mail address to your own user first: the samples go there.")
            )
        steps = self.step_ids.filtered("mail_template_id").sorted(
            lambda s: (s.trigger != "due", s.offset_days, s.id)
        )
        if not steps:
            raise UserError(self.env._("“%s” has no message yet. Add a step first.", self.name))
        # a transaction of its own: what Odoo wants to do after the commit of an invoice is forgotten too
        with self.env.registry.cursor() as cr:
            samples = self.with_env(self.env(cr=cr, su=True))._samples(steps.ids, self.env.user.id)
            cr.rollback()
        company = self.company_id
        mails = (
            self.env["mail.mail"]
            .sudo()
            .create(
                [
                    {
                        "subject": subject,
                        "body_html": body,
                        "email_from": company.email_formatted or self.env.user.email_formatted,
                        "email_to": address,
                        "auto_delete": True,
                        "message_type": "email_outgoing",
                    }
                    for subject, body in samples
                ]
            )
        )
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%(count)s messages are on their way to %(address)s.",
                    count=len(mails),
                    address=address,
                ),
            },
        }

    def _samples(self, step_ids, reader_id):
        """Write the messages of these steps about invented invoices, in a transaction that is rolled back.

        :param reader_id: of the ``res.users`` who will read them, in whose language they are written
        :return: [(subject, body)]
        """
        self.ensure_one()
        result = []
        debtor = self._sample_debtor(self.env["res.users"].browse(reader_id))
        steps = self.env["collection.ruler.step"].browse(step_ids)
        for number, step in enumerate(steps, 1):
            subject, body = step._sample(debtor, self._sample_instalment(debtor, step))
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

    def _sample_debtor(self, reader):
        company = self.company_id
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

    def _sample_instalment(self, debtor, step):
        """An instalment whose step comes today."""
        company = self.company_id
        today = company._collection_calendar().local_day(clock.now(self.env))
        due = today - timedelta(days=step.offset_days if step.trigger == "due" else 0)
        move = (
            self.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": debtor.partner_id.id,
                    "invoice_date": min(today, due - timedelta(days=SAMPLE_TERMS)),
                    "invoice_date_due": due,
                    "invoice_payment_term_id": False,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "name": self.env._("A sample"),
                                "price_unit": SAMPLE_AMOUNT,
                                "tax_ids": [Command.clear()],
                            }
                        )
                    ],
                }
            )
        )
        move.action_post()
        line = move.line_ids.filtered(lambda m: m.account_id.account_type == "asset_receivable")
        return self.env["collection.instalment"].create(
            {
                "move_id": move.id,
                "account_id": line.account_id.id,
                "partner_id": line.partner_id.id,
                "due_date": due,
                "company_id": company.id,
                "debtor_id": debtor.id,
                "ruler_id": self.id,
                "watermark": NOTHING_SAID,
            }
        )
