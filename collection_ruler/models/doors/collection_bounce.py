from odoo import api, fields, models
from odoo.tools import email_normalize, email_split

from ...dunning.addresses import mailboxes
from ...dunning.bounce_verdict import verdict_on
from ...dunning.incoming import Kind
from ...dunning.mail_answers import OURS, Meaning
from ...dunning.reason import Reason

HAS_LEFT = ("queued", "sent", "uncertain")


class CollectionBounce(models.AbstractModel):
    """What mail servers and providers report about our messages, written to those messages (C5)."""

    _name = "collection.bounce"
    _description = "Collection: reports about messages"

    @api.model
    def _came_back(self, incoming, message_dict):
        """Write what a report says: a bounce to its message, a complaint to its customer; a delay and a
        receipt say nothing. What belongs to no message at all is one task.

        :param incoming: dunning Incoming
        :param message_dict: as Odoo parsed it
        :return: whether Odoo's own word about the record can add nothing
        """
        if incoming.kind not in (Kind.BOUNCE, Kind.COMPLAINT, Kind.PERSON):
            return True
        found = message_dict.get("bounced_message") or self.env["mail.message"]
        followups = self._followups([*incoming.message_ids, *found.mapped("message_id")])
        if incoming.kind == Kind.PERSON:
            self._tell_of_unmatched(message_dict)
            return True
        if not followups and not found:
            self._tell_of_unmatched(message_dict)
        if incoming.kind == Kind.COMPLAINT:
            self._complained(followups.debtor_id)
            return True
        for followup in followups:
            self._mark(followup, incoming)
        # a message that a person wrote there: only a mailbox that is gone says something about ours
        verdict = verdict_on(incoming, [message_dict.get("bounced_email") or ""])
        return bool(followups) or not verdict or verdict.meaning != Meaning.BAD_ADDRESS

    @api.model
    def _followups(self, message_ids):
        """The ``collection.followup`` with these ids of messages, each with its angle brackets."""
        Message = self.env["mail.message"].sudo()
        messages = Message.search([("message_id", "in", list(message_ids))])
        return (
            self.env["collection.followup"]
            .sudo()
            .search([("mail_message_id", "in", messages.ids), ("purpose", "!=", "talk")])
        )

    def _mark(self, followup, incoming):
        """Note on a message that it came back, and why; ask a person."""
        if followup.bounced_at or followup.state not in HAS_LEFT:
            return
        own = mailboxes(followup.address or followup.partner_id.email)
        copies = self.env["collection.envelope"]._copy_to(followup)
        verdict = verdict_on(incoming, own, email_split(copies or ""))
        if not verdict:
            return
        failed, gone = self.env["collection.failed.addresses"], ", ".join(verdict.gone)
        lives = not gone or failed._reached_others(followup, gone)
        if lives and verdict.reached_others:
            return
        is_ours = verdict.meaning in OURS
        followup._fail(
            Reason.BOUNCED,
            verdict.said or ", ".join(own),
            is_told=not is_ours,
            bounced_at=fields.Datetime.now(),
            is_bad_address=verdict.is_bad_address,
        )
        if is_ours:
            self.env["collection.manager.task"].sudo()._ask(
                followup.company_id.root_id,
                self.env._("Mail servers of customers do not take what we send"),
                self.env._(
                    "They name our sender or our mail server: %s. Have it looked at (SPF, DKIM, DMARC, block "
                    "lists); then press Try again on the messages that came back.",
                    verdict.said,
                ),
            )

    def _complained(self, debtors):
        """Somebody calls our mail spam: silence, and a person asks before we write again."""
        for debtor in debtors:
            note = self.env._("Our message was reported as spam")
            if not debtor.hold_ids.filtered(lambda h, n=note: h.state == "active" and h.note == n):
                self.env["collection.hold"].sudo().create({"debtor_id": debtor.id, "note": note})
            debtor._schedule_task(
                self.env._("Ask before writing again: our message was reported as spam"),
                self.env._(
                    "The ruler is silent for this customer until somebody ends the hold. Ask them how "
                    "they want to hear of their bills."
                ),
                once=True,
            )

    def _tell_of_unmatched(self, message_dict):
        """One task about all that came to an address for bounces and belongs to no message that we know."""
        to = {email_normalize(one) for one in email_split(message_dict.get("to") or "")}
        domains = self.env["mail.alias.domain"].sudo().search([("bounce_alias", "!=", False)])
        domains = domains.filtered(lambda domain: domain.bounce_email in to)
        for company in (
            self.env["res.company"].sudo().search([("alias_domain_id", "in", domains.ids)])
        ):
            self.env["collection.manager.task"].sudo()._ask(
                company.root_id,
                self.env._("Mail came back, and nobody knows to which message it belongs"),
                self.env._(
                    "It came to %s. Look into that mailbox: a customer may not get what we send.",
                    ", ".join(domains.mapped("bounce_email")),
                ),
            )
