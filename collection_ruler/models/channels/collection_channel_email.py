from markupsafe import Markup
from odoo import api, models
from odoo.tools import SQL

from ...dunning.addresses import mailboxes
from ...dunning.answers import FIRST_PAUSE
from ...dunning.message_shape import subject_line
from ...dunning.reason import Reason
from ..common import clock
from ..common.bulk_sql import create_many
from ..common.memo import memo_of
from .answers import Message, Outcome

# what messages need to know of customers, their contacts and whoever signs
ADDRESSED = [
    "email_normalized",
    "email",
    "name",
    "lang",
    "is_company",
    "ref",
    "vat",
    "phone",
    "country_id",
    "user_id",
]


class CollectionChannelEmail(models.AbstractModel):
    """E-mail, by Odoo's own outbox; door 2 stands in ``mail.mail._send``."""

    _name = "collection.channel.email"
    _inherit = ["collection.channel"]
    _description = "Collection: e-mail"

    _modes = ("automatic", "approve")
    _purposes = ("dunning", "returned", "thanks", "delivery")
    _address_fields = ("email",)
    _redirects_in_test_mode = True
    # what is taken back was never said, so nobody should read it in the history
    _keeps_words = False

    def _misfit(self, step):
        if step.delivers_invoice or step.mail_template_id:
            return None
        return self.env._(
            "The step “%(step)s” (%(timing)s) sends an e-mail and has no message yet. Choose one.",
            step=step.name or self.env._("new step"),
            timing=step._timing(),
        )

    # ------------------------------------------------------------------
    # whom it reaches
    # ------------------------------------------------------------------

    def _address(self, partner):
        return ", ".join(mailboxes(partner.email)) or False

    def _normalized(self, address):
        return ", ".join(mailboxes(address)) or address

    def _split(self, address):
        return mailboxes(address)

    def _lacks_address(self, followup):
        return SQL(
            "(%(f)s.partner_id IS NULL OR EXISTS (SELECT FROM res_partner "
            "WHERE id = %(f)s.partner_id AND email_normalized IS NULL))",
            f=followup,
        )

    def _why_unreachable(self, followups):
        result = super()._why_unreachable(followups)
        for followup in followups.filtered(lambda f: not self._address(f.partner_id)):
            result[followup.id] = self.env._("There is no e-mail address to send it to")
        return result

    def _address_task(self, followup, reason):
        if reason == Reason.BOUNCED:
            tried = followup.address or followup.partner_id.email or followup.debtor_id.display_name
            summary = self.env._("Find another e-mail address: %s does not work", tried)
        else:
            summary = self.env._("Add an e-mail address: there is none to send to")
        return summary, super()._address_task(followup, reason)[1]

    # ------------------------------------------------------------------
    # how it is written
    # ------------------------------------------------------------------

    def _send(self, followups):
        # before anybody asks for an address, and so reads all there is
        self._fetch_addressed(followups)
        return super()._send(followups)

    def _fetch_addressed(self, followups):
        """Read what messages say of people: partners are wide, and of a batch there are many."""
        signing = (followups.debtor_id.user_id | followups.ruler_id.user_id).partner_id
        (followups.partner_id | followups.debtor_id.partner_id | signing).fetch(ADDRESSED)

    def _write(self, followups):
        self._fetch_addressed(followups)
        return self.env["collection.message"]._write_safely(followups, self._by_template)

    def _by_template(self, followups):
        """Write each language and template in one go.

        :return: {follow-up id: Message}
        """
        # read once for these: nothing changes while they are written
        memo = memo_of(self.env)
        memo["spoken"] = self.env["collection.spoken"]._read(followups)
        try:
            return self._write_all(followups)
        finally:
            memo.pop("spoken", None)

    def _write_all(self, followups):
        groups = followups.grouped(lambda f: (f.step_id.mail_template_id, f._lang()))
        written = {}
        for (template, lang), own in groups.items():
            local = template.with_context(lang=lang)
            subjects = local._render_field("subject", own.ids)
            bodies = local._render_field("body_html", own.ids, options={"post_process": True})
            written |= {key: Message(subject_line(subjects[key]), bodies[key]) for key in own.ids}
        return written

    def _preview(self, followup):
        envelope = self.env["collection.envelope"]
        message = self._by_template(followup)[followup.id]
        addresses = self._living(followup)[followup] or self._addresses(followup.partner_id)
        names = envelope._attachments(followup).mapped("name")
        if followup.step_id.attach_invoice:
            lacking = followup.instalment_ids.move_id.filtered(
                lambda m: m.is_sale_document() and not m.invoice_pdf_report_id
            )
            names += [move._get_invoice_report_filename() for move in lacking]
        seen = {
            "subject": message.subject,
            "email_to": envelope._to(followup, addresses),
            "email_cc": envelope._copy_to(followup) or "",
            "attachments": ", ".join(names),
            "body": Markup(envelope._layout(followup, message.body)),
        }
        for sentence in self._why_unreachable(followup).values():
            seen["note"] = f"{sentence}."
        return seen

    # ------------------------------------------------------------------
    # how it leaves, and what became of it
    # ------------------------------------------------------------------

    def _queue(self, followups, messages, living):
        envelope = self.env["collection.envelope"]
        headers = envelope._headers(followups)
        kept = self.env["collection.message"]._keep(followups, messages, headers)
        create_many(
            self.env["mail.mail"].sudo(), envelope._mails(followups, messages, kept, living)
        )
        self.env["collection.followup"]._queued(
            {f: (kept[f], ", ".join(living[f])) for f in followups}
        )

    @api.model
    def _mails_of(self, followups):
        """{``collection.followup``: its ``mail.mail``}, for those that have one."""
        mails = self.env["mail.mail"].sudo()
        mails = mails.search([("mail_message_id", "in", followups.mail_message_id.ids)])
        by_message = mails.grouped("mail_message_id")
        found = {f: by_message.get(f.mail_message_id) for f in followups}
        return {followup: mail[:1] for followup, mail in found.items() if mail}

    def _news(self):
        return SQL(
            """
            EXISTS (SELECT FROM mail_mail m WHERE m.mail_message_id = f.mail_message_id
                       AND m.state IN ('exception', 'cancel', 'sent'))
            OR (f.scheduled_at < %s
                AND NOT EXISTS (SELECT FROM mail_mail m WHERE m.mail_message_id = f.mail_message_id))
            """,
            self._answer_limit(),
        )

    def _outcomes(self, followups):
        mails = self._mails_of(followups)
        now = clock.naive_now(self.env)
        result = {}
        for followup in followups:
            mail = mails.get(followup)
            if not mail:
                result[followup] = self._without_mail(followup)
            elif mail.state == "sent":
                result[followup] = Outcome("sent", followup.handed_at or now)
            elif mail.state == "cancel":
                result[followup] = Outcome("taken_back")  # by a person, in Odoo's own queue
            elif mail.state == "exception" and not followup.handed_at:
                # nobody took this mail: its queue tries again
                was_answered, said = mail.failure_type, mail.failure_reason
                mail.write({"state": "outgoing", "failure_type": False})
                self.env["collection.outbox"]._try_at(now + FIRST_PAUSE)
                if not was_answered:  # else door 2 noted what the server said
                    result[followup] = Outcome("no_server", said=said)
        return result

    def _without_mail(self, followup):
        """:return: Outcome of one whose mail is gone"""
        return Outcome("lost")

    def _withdraw(self, followups, keep_words=False):
        """An invoice's own message stays in its history; ours was never said, so nobody should read it."""
        mails = self.env["mail.mail"].sudo()
        mails = mails.search(
            [
                ("collection_followup_id", "in", followups.ids),
                ("state", "in", ("outgoing", "exception")),
            ]
        )
        if keep_words or self._keeps_words:
            mails.write({"state": "cancel"})
        else:
            mails.unlink()
