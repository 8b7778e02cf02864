import time
from functools import partial

from odoo import fields, models

from ...dunning.addresses import mailboxes
from ...dunning.answers import Answer
from ...dunning.message_shape import in_one_line
from ..common.memo import Memo

# seconds after which rulers and calendars are read again in a long queue
SETTINGS_LAST = 30


class Outcome(dict):
    """What the gateway said about one message, in the context key ``collection_outcome``.

    Compared by identity: Odoo takes environments with equal contexts for one, so that of two messages
    that were not asked about yet, the second's answer would be written to the first.
    """

    __eq__ = object.__eq__
    __hash__ = object.__hash__

    @property
    def answer(self):
        """(verdict, what was said)"""
        return self.get("verdict", Answer.UNASKED), self.get("said", "")


def outcome_of(env):
    """The Outcome that waits for what the gateway says, None for a mail that is none of ours.

    A context can come by RPC, where nobody can send an `Outcome`: what is none is not believed.
    """
    outcome = env.context.get("collection_outcome")
    return outcome if isinstance(outcome, Outcome) else None


class MailMail(models.Model):
    """Door 2: the last question before the gateway, and the stamp (decision 5)."""

    _inherit = "mail.mail"

    collection_followup_id = fields.Many2one(
        "collection.followup", ondelete="set null", index="btree_not_null", copy=False
    )

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        """What a person wrote to a debtor and could not be sent was no conversation (B4)."""
        theirs = self.filtered(
            lambda mail: mail.model == "collection.debtor" and not mail.collection_followup_id
        )
        messages = theirs.mail_message_id  # Odoo deletes the mails of what was sent
        why = failure_type and (failure_reason or theirs[:1].failure_reason or failure_type)
        result = super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason, failure_type
        )
        if messages:
            talks = self.env["collection.followup"].sudo()
            talks = talks.search(
                [("purpose", "=", "talk"), ("mail_message_id", "in", messages.ids)]
            )
            talks._note_whether_it_arrived(why)
        return result

    def _prepare_outgoing_list(self, mail_server=False, doc_to_followers=None):
        """Ours go to addresses, and headers carry no control characters, whatever a name brings along."""
        result = super()._prepare_outgoing_list(mail_server, doc_to_followers)
        for values in result if self.collection_followup_id else ():
            if partner := values["partner_id"]:  # an invoice, which Odoo addresses by its partner
                values["email_to"] = self.env["collection.envelope"]._formatted(
                    partner.name, mailboxes(partner.email)
                )
            everybody = [*values["email_to"], *values["email_cc"]]
            values["email_to_normalized"] = list(mailboxes(", ".join(everybody)))
            values["subject"] = in_one_line(values["subject"])
        return result

    def _send(self, auto_commit=False, raise_exception=False, **kwargs):
        """Send foreign mails as ever; ours one by one, each asked and stamped first.

        At most once: a message that was stamped and not answered is never handed over again.
        """
        ours = self.filtered("collection_followup_id")
        if others := self - ours:
            super(MailMail, others)._send(
                auto_commit=auto_commit, raise_exception=raise_exception, **kwargs
            )
        if not ours or self.env["ir.mail_server"]._disable_send():
            return True
        self._collection_pause_in_copy()
        memo, read_at = Memo(), time.monotonic()
        for mail_id in ours.ids:
            # by itself: each commit forgets what was read of the others
            mail = self.browse(mail_id)
            if auto_commit:
                # a new snapshot sees what was taken back meanwhile, and no row is held while door 2 asks
                # in a cursor of its own
                self.env.cr.commit()  # pylint: disable=invalid-commit
                mail.invalidate_recordset(["state"])
            if time.monotonic() - read_at > SETTINGS_LAST:
                memo, read_at = Memo(), time.monotonic()
            outcome = Outcome()
            stock = super(MailMail, mail.with_context(collection_outcome=outcome))._send
            hand_over = partial(
                stock, auto_commit=auto_commit, raise_exception=raise_exception, **kwargs
            )
            mail._collection_send_one(hand_over, outcome, auto_commit, memo)
        return True

    def _collection_send_one(self, hand_over, outcome, auto_commit, memo):
        """Ask, stamp, hand over, note the answer.

        What concerns the follow-up is written in cursors of its own: their snapshots are newer than the
        stamp, and what Odoo's transaction does afterwards cannot undo them.
        """
        self.ensure_one()
        followup_id = self.collection_followup_id.id
        if self.state != "outgoing":
            return
        gateway = self.env["collection.gateway"]
        verdict = gateway._ask(followup_id, self.mail_message_id.id, memo)
        if verdict == "cancel":
            self._collection_take_back(auto_commit)
        if verdict != "go":
            return
        outcome["test_email"] = memo.get("test_email")
        try:
            hand_over()
        except Exception:
            # the session or the cursor is gone with it: those behind us leave with the next run
            if auto_commit:
                self.env.cr.rollback()
            gateway._answer(followup_id, *outcome.answer, auto_commit, memo, outcome.get("refused"))
            self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
            if auto_commit:
                # what is raised undoes the caller's transaction, and the call of the scheduler with it
                self.env.cr.commit()  # pylint: disable=invalid-commit
            raise
        if "verdict" not in outcome:
            # no server was asked, or an add-on sent it without our context: go by Odoo's state
            mail = self.exists()
            was_asked = not mail or mail.state == "sent"
            outcome["verdict"] = Answer.ACCEPTED if was_asked else Answer.UNASKED
        gateway._answer(followup_id, *outcome.answer, auto_commit, memo, outcome.get("refused"))

    def _collection_take_back(self, auto_commit):
        """It does not leave; where nothing else hangs on it, the history forgets it too."""
        is_delivery = self.collection_followup_id.purpose == "delivery"
        self.write({"state": "cancel"})
        if auto_commit:
            # it is out of the outbox whatever becomes of its deletion, or of the mails behind it
            self.env.cr.commit()  # pylint: disable=invalid-commit
            if not is_delivery:
                self.unlink()
                self.env.cr.commit()  # pylint: disable=invalid-commit

    def _collection_pause_in_copy(self):
        """In a copied database Odoo's queue may run before our own action pauses the rulers."""
        with self.env.registry.cursor() as cr:
            self.env(cr=cr, su=True)["collection.database"]._pause_in_copy()
