import logging
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import NamedTuple

import psycopg2
from odoo import api, fields, models
from odoo.tools import SQL, email_normalize

from ..dunning.decision import recheck
from .res_company import Memo

_logger = logging.getLogger(__name__)

# how long a door waits for a row that somebody else holds
LOCK_TIMEOUT = "2s"
# seconds after which rulers and calendars are read again in a long queue
SETTINGS_LAST = 30
# a gateway that says "later" is asked again after so long, and so often
RETRY_AFTER = timedelta(minutes=15)
ATTEMPTS = 5


class _AtDoor(NamedTuple):
    """What a follow-up is, and asks for, when it stands at door 2."""

    state: str
    handed_at: datetime | None
    mail_message_id: int | None
    purpose: str
    debtor_id: int
    company_id: int
    currency_id: int
    amount_due: str  # exact
    pairs: list  # [instalment id or None, step id or None]
    instalment_ids: list


class Outcome(dict):
    """What the gateway said about one message, in the context key ``collection_outcome``.

    Compared by identity: Odoo takes environments with equal contexts for one, so that of two messages
    that were not asked about yet, the second's answer would be written to the first.
    """

    __eq__ = object.__eq__
    __hash__ = object.__hash__


def defaults_of_batch(records, names, ask):
    """Defaults, from the context key ``collection_defaults`` where many are created in one go.

    Odoo asks for each new record, which takes a third of the time of its creation.

    :param ask: function of Odoo, for the names of fields
    """
    memo = records.env.context.get("collection_defaults")
    if memo is None:
        return ask(names)
    key = records._name, tuple(names)
    if key not in memo:
        memo[key] = ask(names)
    return dict(memo[key])


class MailMessage(models.Model):
    _inherit = "mail.message"

    @api.model
    def default_get(self, fields):
        return defaults_of_batch(self, fields, super().default_get)


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
            talks._answered_to_person(why)
        return result

    @api.model
    def default_get(self, fields):
        """The mails of a batch have the same defaults: they are asked for once."""
        return defaults_of_batch(self, fields, super().default_get)

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
        self._collection_silence_copy()
        memo, read_at = Memo(), time.monotonic()
        for mail_id in ours.ids:
            mail = self.browse(
                mail_id
            )  # by itself: each commit forgets what was read of the others
            if auto_commit:
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
        verdict = self._collection_door(followup_id, memo)
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
            self._collection_answer(followup_id, outcome, auto_commit)
            self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
            if auto_commit:
                self.env.cr.commit()  # pylint: disable=invalid-commit
            raise
        if "verdict" not in outcome:
            # somebody replaced our note of the answer: what Odoo calls sent is sent
            mail = self.exists()
            outcome["verdict"] = "unasked" if mail and mail.state != "sent" else "accepted"
        self._collection_answer(followup_id, outcome, auto_commit)

    def _prepare_outgoing_list(self, mail_server=False, doc_to_followers=None):
        """In test mode a message leaves for one's own mailbox, and says for whom it was (A13)."""
        result = super()._prepare_outgoing_list(mail_server, doc_to_followers)
        test_email = self.env.context.get("collection_outcome", {}).get("test_email")
        if test_email and result:
            meant_for = ", ".join(
                email for values in result for email in [*values["email_to"], *values["email_cc"]]
            )
            result = result[:1]  # one copy is enough
            headers = dict(result[0]["headers"])
            headers.pop("X-Msg-To-Add", None)  # Odoo would name the customers in the header
            result[0].update(
                headers=headers,
                email_to=[test_email],
                email_to_normalized=[email_normalize(test_email)],
                email_cc=[],
                subject=self.env._(
                    "[Test, for %(customer)s] %(subject)s",
                    customer=meant_for,
                    subject=result[0]["subject"],
                ),
            )
        return result

    def _collection_take_back(self, auto_commit):
        """It does not leave; where nothing else hangs on it, the history forgets it too."""
        is_delivery = self.collection_followup_id.purpose == "delivery"
        self.write({"state": "cancel"})
        if auto_commit:
            self.env.cr.commit()  # pylint: disable=invalid-commit
            if not is_delivery:
                self.unlink()
                self.env.cr.commit()  # pylint: disable=invalid-commit

    def _collection_silence_copy(self):
        """In a copied database Odoo's queue may run before our own action pauses the rulers."""
        with self.env.registry.cursor() as cr:
            self.env(cr=cr, su=True)["collection.run"]._copied_database()

    def _collection_door(self, followup_id, memo):
        """Decide in a cursor of its own, and stamp.

        :param memo: rulers and calendars, read once for many mails
        :return: `go` (stamped), `cancel` (take the mail back) or `leave` (somebody else has it)
        """
        message_id = self.mail_message_id.id
        try:
            with self.env.registry.cursor() as cr:
                # what it would write of the mail is written by Odoo's transaction, whose snapshot is
                # older than ours
                context = {"collection_keep_mails": True, "collection_memo": memo}
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
        row = self._lock_at_door()
        if not row or row.state != "queued" or row.mail_message_id != message_id:
            return "cancel"
        settings = self.env["collection.snapshot"]._settings(row.company_id)
        self.env.context["collection_memo"]["test_email"] = settings.test_email
        if row.handed_at:
            return "leave"  # stamped and unanswered: the track verb declares it uncertain
        if self._still_right(row):
            self._stamp()
            return "go"
        # the long way, which knows what else may be said of it
        now = self.env["collection.snapshot"]._now()
        pairs = self._pairs()
        ((_self, check),) = self.env["collection.send"]._check(self, now, pairs)
        stale = (
            check.verdict == "go"
            and self.purpose != "delivery"
            and (
                self.currency_id.compare_amounts(float(check.amount), self.amount_due)
                or set(check.asked) != set(self.instalment_ids.ids)
            )
        )
        if check.verdict == "go" and not stale:
            self._stamp()
            return "go"
        if stale:  # somebody paid a part between the doors: write it anew
            self._replan("due", now.replace(tzinfo=None))
            self.env.ref("collection_ruler.ir_cron_follow_up")._trigger()
        elif check.verdict == "wait" and self.purpose == "delivery":
            # Odoo wrote this message; it keeps it until the window opens
            return "leave"
        else:
            self._apply_checks({self: check}, now, pairs)
        return "cancel"

    def _lock_at_door(self):
        """Lock the row, and read what it asks for, in one statement.

        :return: _AtDoor, None when it is gone
        :raise psycopg2.OperationalError: somebody else holds it
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT f.state, f.handed_at, f.mail_message_id, f.purpose, f.debtor_id,
                       f.company_id, f.currency_id, f.amount_due::text,
                       (SELECT json_agg(json_build_array(i.id, t.step_id))
                          FROM collection_followup_item t
                          LEFT JOIN collection_instalment i
                            ON (i.move_id, i.account_id, i.partner_id, i.due_date)
                             = (t.move_id, t.account_id, t.partner_id, t.due_date)
                         WHERE t.followup_id = f.id AND t.state = 'planned'),
                       ARRAY(SELECT instalment_id FROM collection_followup_instalment_rel
                              WHERE followup_id = f.id)
                  FROM collection_followup f,
                       -- a payment of this customer holds it for a moment only
                       set_config('lock_timeout', %s, true)
                 WHERE f.id = %s
                   FOR NO KEY UPDATE OF f
                """,
                LOCK_TIMEOUT,
                self.id,
            )
        )
        return _AtDoor(*rows[0]) if rows else None

    def _still_right(self, row):
        """Whether all that it says is still true and it may leave now, in the common case.

        :param row: _AtDoor
        """
        if row.purpose not in ("dunning", "returned") or not row.pairs:
            return False
        Snapshot = self.env["collection.snapshot"]
        settings = Snapshot._settings(row.company_id)
        if not all(key and step in settings.steps for key, step in row.pairs):
            return False
        facts = Snapshot._take(row.company_id, [row.debtor_id], leaving=[self.id])
        pairs = [(key, settings.steps[step]) for key, step in row.pairs]
        check = recheck(facts[row.debtor_id], pairs, Snapshot._now(), row.purpose)
        return (
            check.verdict == "go"
            and check.amount == Decimal(row.amount_due)
            and check.currency == settings.currencies[row.currency_id]
            and set(check.asked) == set(row.instalment_ids)
        )

    def _stamp(self):
        """Note that the gateway is asked; on disk before it is, whatever the server does for speed."""
        now = self.env["collection.snapshot"]._now().replace(tzinfo=None)
        self.env.cr.execute(
            SQL(
                "UPDATE collection_followup SET handed_at = %s FROM "
                "set_config('synchronous_commit', 'on', true) WHERE id = %s",
                now,
                self.id,
            )
        )
        self.invalidate_recordset(["handed_at"])

    def _accepted(self, at):
        """The gateway took it: the short way of `_sent`, in one statement."""
        self.env.cr.execute(
            SQL(
                """
                WITH sent AS (
                    UPDATE collection_followup
                       SET state = 'sent', reason = 'due', delivered_at = %(at)s, failure = NULL
                     WHERE id = %(id)s RETURNING id, debtor_id),
                said AS (
                    UPDATE collection_followup_item t SET state = 'sent', reason = 'due'
                      FROM sent WHERE t.followup_id = sent.id AND t.state = 'planned')
                INSERT INTO collection_debtor_touch (debtor_id) SELECT debtor_id FROM sent
                """,
                at=at,
                id=self.id,
            )
        )
        self.invalidate_recordset(["state", "reason", "delivered_at", "failure"])
        self.modified(["state"])

    def _answered_to_person(self, why):
        """Note whether what a person wrote reached the customer; colleagues' copies do not count.

        Nothing is written where nothing changed: Odoo notes in the same transaction that the mail left.

        :param why: what the gateway said, where it refused
        """
        for talk in self:
            customer = talk.debtor_id.partner_id
            copies = talk.mail_message_id.notification_ids.filtered(
                lambda copy, customer=customer: (
                    copy.res_partner_id.commercial_partner_id == customer
                )
            )
            is_lost = bool(copies) and all(c.notification_status == "exception" for c in copies)
            if is_lost != (talk.state == "failed"):
                state, reason = ("failed", "error") if is_lost else ("sent", False)
                talk.write({"state": state, "reason": reason, "failure": is_lost and why})
                talk.debtor_id._touch()

    def _answered_by_gateway(self, verdict, said):
        """Write the answer: sent, again later, failed, or nobody knows.

        :param verdict: `accepted`, `deferred`, `refused`, `uncertain`, `unasked` (never handed over)
        """
        now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        if verdict == "accepted":
            self._accepted(now)
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
