from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.fields import Domain

from ...dunning.incoming import Kind
from ...dunning.reason import Reason
from ...dunning.replies import quiet_until, waits_until
from ..common import clock
from ..common.memo import incoming_of

# kinds of tasks that are a conversation once they are done
CONVERSATIONS = ("phonecall", "meeting")


class CollectionConversation(models.AbstractModel):
    """What customers and we say to each other beside the ruler: replies, answers, calls, bounces."""

    _name = "collection.conversation"
    _description = "Collection: conversations"

    # ------------------------------------------------------------------
    # what comes from the customer
    # ------------------------------------------------------------------

    @api.model
    def _replied(self, debtors, msg_dict):
        """A person replied: hold the ruler until somebody has answered, tell the responsible, and note the
        answer on what was answered (C6). What a machine wrote changes nothing.

        :param debtors: ``collection.debtor``
        :param msg_dict: the incoming message, as Odoo parsed it
        """
        incoming = incoming_of(self.env)
        if incoming and incoming.kind != Kind.PERSON:
            return
        for debtor in debtors:
            last = self._last_followup(debtor)
            last.answered_at = fields.Datetime.now()
            hold = self._hold(debtor, msg_dict)
            hold._wait_for_answer(self._ask_to_answer(debtor, hold, last.ruler_id))

    def _ask_to_answer(self, debtor, hold, ruler):
        """The task to answer a reply, for whoever is responsible.

        :return: ``mail.activity``
        """
        summary = self.env._("Answer the reply of %s", debtor.display_name)
        note = self.env._(
            "The ruler is silent for this customer until somebody answers: write to them here, tick off a "
            "call or this task, or end the hold."
        )
        if hold.date_to:
            day = fields.Date.to_string(hold.date_to)
            note = f"{note} {self.env._('After %s a manager is asked.', day)}"
        told = debtor._schedule_task(summary, note, ruler, once=True)
        return told or debtor._open_tasks(summary)[:1]

    def _hold(self, debtor, msg_dict):
        """Pause the ruler for a debtor who replied, or go on with the pause that there is.

        :return: ``collection.hold``
        """
        calendar, today = debtor._calendar(), debtor._local_today()
        longest = debtor.company_id.sudo().collection_reply_days
        days = {
            "date_to": waits_until(calendar, today, longest),
            "quiet_until": quiet_until(calendar, today),
        }
        pending = debtor.hold_ids.filtered(lambda h: h.state == "active" and h.origin == "reply")
        if pending:
            # a person may have made it longer, or without end
            for hold in pending.filtered(lambda h: h.date_to and h.date_to <= days["date_to"]):
                hold.write(days)
            return pending
        return debtor.env["collection.hold"].create(
            {
                "debtor_id": debtor.id,
                "origin": "reply",
                "note": (msg_dict.get("subject") or "")[:200],
                **days,
            }
        )

    @api.model
    def _bounced(self, debtors, email):
        """The address does not work: say so on the message and to the responsible (C5).

        :param debtors: ``collection.debtor``
        :param email: the address that the message came back from
        """
        for debtor in debtors:
            failed = self.env["collection.failed.addresses"]
            sent = failed._sent_to(debtor, email)  # compared as addresses: text has wildcards
            last = self._last_followup(debtor, [("id", "in", sent)])
            if last and not last.bounced_at and not failed._reached_others(last, email):
                now = fields.Datetime.now()
                last._fail(Reason.BOUNCED, email, bounced_at=now, is_bad_address=True)

    @api.model
    def _last_followup(self, debtor, domain=()):
        """The newest message that the customer got.

        :param debtor: ``collection.debtor``
        :param domain: more conditions of the ``collection.followup``
        """
        return debtor.env["collection.followup"].search(
            [
                ("debtor_id", "=", debtor.id),
                ("customer_hears", "=", True),
                ("purpose", "!=", "talk"),
                ("state", "in", ("sent", "uncertain", "queued")),
                *domain,
            ],
            order="handed_at desc NULLS LAST, id desc",
            limit=1,
        )

    # ------------------------------------------------------------------
    # what comes from us
    # ------------------------------------------------------------------

    @api.model
    def _posted(self, debtors, message):
        """Who writes to the customer there has answered; a call that was done is a conversation (B4, C6).

        :param debtors: ``collection.debtor`` on whose page it was posted
        :param message: ``mail.message``
        """
        if message.message_type == "comment":
            self._wrote(debtors, message)
        task = message.sudo().mail_activity_type_id
        if task.category in CONVERSATIONS:
            self._answered(debtors)
            self._log_conversation(
                debtors, task.name, self.env["collection.channel.activity"]._code
            )

    @api.model
    def _wrote(self, debtors, message):
        """What somebody of us wrote to the customer is an answer, and a conversation in writing.

        :param message: ``mail.message``; notes and what customers write count for nothing
        """
        is_ours = message.author_id.user_ids.filtered(lambda user: not user.share)
        if is_ours and message.subtype_id and not message.subtype_id.internal:
            self._answered(debtors)
            name = self.env._("Message of %s", message.author_id.name)
            self._log_conversation(
                debtors, name, self.env["collection.channel.email"]._code, message
            )

    @api.model
    def _answered(self, debtors):
        """Nothing of these waits for an answer any more (C6)."""
        debtors.sudo().hold_ids.filtered(lambda hold: hold.state == "active")._answered()

    @api.model
    def _log_conversation(self, debtors, name, channel, message=None):
        """Somebody of us spoke with the customer: the ruler leaves them in peace for some days, and the
        contact counts as one of ours, once a day (B4).

        :param debtors: ``collection.debtor``
        :param message: ``mail.message`` that was written; if it cannot be sent, nobody spoke
        """
        now = clock.naive_now(self.env)
        for debtor in debtors.sudo():
            Followup = self.env["collection.followup"].sudo()
            today = Domain("scheduled_at", ">=", self._starts_today(debtor))
            talk = Followup.search(
                Domain("debtor_id", "=", debtor.id) & Domain("purpose", "=", "talk") & today,
                order="id desc",
                limit=1,
            )
            if talk and talk.state != "failed":
                continue
            values = {
                "debtor_id": debtor.id,
                "company_id": debtor.company_id.id,
                "step_name": name,
                "channel": channel,
                "purpose": "talk",
                "scheduled_at": now,
                "delivered_at": now,
                "partner_id": debtor.partner_id.id,
                "currency_id": debtor.currency_id.id,
                "mail_message_id": message and message.id,
            }
            if talk:  # a second word in the place of the one that did not arrive
                talk._move_to("sent", False, failure=False, **values)
            else:
                self.env["collection.ledger"]._note_conversation(values)
            debtor._queue_refresh()

    def _starts_today(self, debtor):
        """When today began where the customer lives, naive UTC."""
        zone = ZoneInfo(debtor._calendar().timezone)
        midnight = datetime.combine(debtor._local_today(), time(), zone)
        return midnight.astimezone(UTC).replace(tzinfo=None)

    @api.model
    def _without_ourselves(self, debtors, recipients):
        """Whom Odoo notifies of a message, without the company: its mailbox may be the one that Odoo reads.

        Odoo notifies the author of what was answered, and our messages are the company's.

        :param debtors: ``collection.debtor``
        :param recipients: list of dicts, as ``_notify_get_recipients`` gives them
        """
        own = debtors.company_id.partner_id.ids
        return [recipient for recipient in recipients if recipient["id"] not in own]
