import logging
from datetime import UTC, datetime, timedelta
from functools import partial

import psycopg2
from odoo import fields, models
from odoo.tools import SQL

from .res_company import Memo

_logger = logging.getLogger(__name__)

# how long a door waits for a row that somebody else holds
LOCK_TIMEOUT_MS = 2000
# a gateway that says "later" is asked again after so long, and so often
RETRY_AFTER = timedelta(minutes=15)
ATTEMPTS = 5


class Outcome(dict):
    """What the gateway said about one message, in the context key ``collection_outcome``.

    Compared by identity: Odoo takes environments with equal contexts for one, so that of two messages
    that were not asked about yet, the second's answer would be written to the first.
    """

    __eq__ = object.__eq__
    __hash__ = object.__hash__


class MailMail(models.Model):
    """Door 2: the last question before the gateway, and the stamp (decision 5)."""

    _inherit = "mail.mail"

    collection_followup_id = fields.Many2one(
        "collection.followup", ondelete="set null", index="btree_not_null", copy=False
    )

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
        for mail in ours:
            if auto_commit:
                self.env.cr.commit()  # pylint: disable=invalid-commit
                mail.invalidate_recordset(["state"])
            outcome = Outcome()
            stock = super(MailMail, mail.with_context(collection_outcome=outcome))._send
            hand_over = partial(
                stock, auto_commit=auto_commit, raise_exception=raise_exception, **kwargs
            )
            mail._collection_send_one(hand_over, outcome, auto_commit)
        return True

    def _collection_send_one(self, hand_over, outcome, auto_commit):
        """Ask, stamp, hand over, note the answer.

        What concerns the follow-up is written in cursors of its own: their snapshots are newer than the
        stamp, and what Odoo's transaction does afterwards cannot undo them.
        """
        self.ensure_one()
        followup_id = self.collection_followup_id.id
        if self.state != "outgoing":
            return
        verdict = self._collection_door(followup_id)
        if verdict == "cancel":
            self._collection_take_back(auto_commit)
        if verdict != "go":
            return
        try:
            hand_over()
        except Exception:
            # the session or the cursor is gone with it: those behind us leave with the next run
            if auto_commit:
                self.env.cr.rollback()
            self._collection_answer(followup_id, outcome, auto_commit)
            self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
            if auto_commit:
                self.env.cr.commit()  # pylint: disable=invalid-commit
            raise
        if not outcome:  # whoever replaced our note of the answer: what Odoo calls sent is sent
            mail = self.exists()
            outcome["verdict"] = "unasked" if mail and mail.state != "sent" else "accepted"
        self._collection_answer(followup_id, outcome, auto_commit)

    def _collection_take_back(self, auto_commit):
        """It does not leave; where nothing else hangs on it, the history forgets it too."""
        is_delivery = self.collection_followup_id.purpose == "delivery"
        self.write({"state": "cancel"})
        if auto_commit:
            self.env.cr.commit()  # pylint: disable=invalid-commit
            if not is_delivery:
                self.unlink()
                self.env.cr.commit()  # pylint: disable=invalid-commit

    def _collection_door(self, followup_id):
        """Decide in a cursor of its own, and stamp.

        :return: `go` (stamped), `cancel` (take the mail back) or `leave` (somebody else has it)
        """
        message_id = self.mail_message_id.id
        try:
            with self.env.registry.cursor() as cr:
                cr.execute(SQL("SET LOCAL lock_timeout = %s", f"{LOCK_TIMEOUT_MS}ms"))
                # the mail's row is written by Odoo's transaction, whose snapshot is older than ours
                context = {"collection_keep_mails": True, "collection_memo": Memo()}
                env = self.env(cr=cr, su=True, context=context)
                return env["collection.followup"].browse(followup_id)._door_two(message_id)
        except psycopg2.OperationalError as error:
            _logger.info("Follow-up %s is busy, its mail waits: %s", followup_id, error)
            return "leave"
        except Exception as error:
            # one follow-up that cannot be decided upon must not hold up the mails behind it
            _logger.exception("Door 2 could not decide upon follow-up %s", followup_id)
            with self.env.registry.cursor() as cr:
                env = self.env(cr=cr, su=True, context={"collection_keep_mails": True})
                env["collection.followup"].browse(followup_id)._fail("error", str(error)[:500])
            return "cancel"

    def _collection_answer(self, followup_id, outcome, committed):
        """Write what the gateway said, whatever becomes of Odoo's own transaction.

        :param committed: whether Odoo's transaction has let go of the mail's row
        """
        with self.env.registry.cursor() as cr:
            env = self.env(cr=cr, su=True, context={"collection_keep_mails": not committed})
            env["collection.followup"].browse(followup_id)._answered_by_gateway(
                outcome.get("verdict", "unasked"), outcome.get("said", "")
            )


class CollectionFollowup(models.Model):
    _inherit = "collection.followup"

    def _door_two(self, message_id):
        """Is the window open, is it still owed, is the amount still right? Then stamp ``handed_at``.

        :param message_id: of the mail that asks; one that was replaced may not pass
        :return: `go`, `cancel` or `leave`
        """
        self.env.cr.execute(
            SQL(
                "SELECT state, handed_at FROM collection_followup WHERE id = %s FOR UPDATE", self.id
            )
        )
        row = self.env.cr.fetchone()
        if not row:
            return "cancel"
        state, handed_at = row
        if state != "queued" or self.mail_message_id.id != message_id:
            return "cancel"
        if handed_at:
            return "leave"  # stamped and unanswered: the track verb declares it uncertain
        self.env["collection.run"]._copied_database()  # its queue may run before our own action
        now = self.env["collection.snapshot"]._now()
        instalments = self._item_instalments()
        ((_self, check),) = self.env["collection.send"]._check(self, now, instalments)
        stale = (
            check.verdict == "go"
            and self.purpose != "delivery"
            and (
                self.currency_id.compare_amounts(float(check.amount), self.amount_due)
                or set(check.asked) != set(self.instalment_ids.ids)
            )
        )
        if check.verdict == "go" and not stale:
            self.handed_at = now.replace(tzinfo=None)
            return "go"
        if stale:  # somebody paid a part between the doors: write it anew
            self._replan("due", now.replace(tzinfo=None))
            self.env.ref("collection_ruler.ir_cron_follow_up")._trigger()
        elif check.verdict == "wait" and self.purpose == "delivery":
            # Odoo wrote this message; it keeps it until the window opens
            return "leave"
        else:
            self._apply_checks({self: check}, now, instalments)
        return "cancel"

    def _answered_by_gateway(self, verdict, said):
        """Write the answer: sent, again later, failed, or nobody knows.

        :param verdict: `accepted`, `deferred`, `refused`, `uncertain`, `unasked` (never handed over)
        """
        now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        if verdict == "accepted":
            self._sent(now)
        elif verdict == "uncertain":
            self._fail("uncertain", said)
        elif verdict == "refused":
            self._fail("refused", said)
            self.handed_at = False
        elif self.attempts >= ATTEMPTS:
            self._fail("refused", said)
        elif self.purpose == "delivery":
            self.write({"handed_at": False, "attempts": self.attempts + 1})
        else:
            self._replan("due", now + RETRY_AFTER, attempts=self.attempts + 1, failure=said)
