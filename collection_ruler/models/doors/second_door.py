import logging
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from odoo import models
from odoo.tools import SQL

from ...dunning.reason import Reason
from ...dunning.recheck import recheck
from ..common import clock
from ..common.instalment_key import same_instalment

_logger = logging.getLogger(__name__)

# how long a door waits for a row that somebody else holds
LOCK_TIMEOUT = "2s"
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


class CollectionFollowup(models.Model):
    """Door 2: asked when the mail is about to leave, and told what the gateway said (H3)."""

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
        now = clock.now(self.env)
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
                            ON %s
                         WHERE t.followup_id = f.id AND t.state = 'planned'),
                       ARRAY(SELECT instalment_id FROM collection_followup_instalment_rel
                              WHERE followup_id = f.id)
                  FROM collection_followup f,
                       -- a payment of this customer holds it for a moment only
                       set_config('lock_timeout', %s, true)
                 WHERE f.id = %s
                   FOR NO KEY UPDATE OF f
                """,
                same_instalment("i", "t"),
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
        check = recheck(facts[row.debtor_id], pairs, clock.now(self.env), row.purpose)
        return (
            check.verdict == "go"
            and check.amount == Decimal(row.amount_due)
            and check.currency == settings.currencies[row.currency_id]
            and set(check.asked) == set(row.instalment_ids)
        )

    def _stamp(self):
        """Note that the gateway is asked; on disk before it is, whatever the server does for speed."""
        now = clock.naive_now(self.env)
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
        left = self._move_sql("sent", Reason.DUE, "f")
        said = self.env["collection.followup.item"]._move_sql("sent", Reason.DUE, "t")
        self.env.cr.execute(
            SQL(
                """
                WITH sent AS (
                    UPDATE collection_followup f
                       SET %(left)s, delivered_at = %(at)s, failure = NULL
                     WHERE f.id = %(id)s AND %(may_leave)s RETURNING f.id, f.debtor_id),
                said AS (
                    UPDATE collection_followup_item t SET %(said)s
                      FROM sent WHERE t.followup_id = sent.id AND %(may_be_said)s)
                INSERT INTO collection_debtor_refresh (debtor_id) SELECT debtor_id FROM sent
                """,
                left=left.assignment,
                may_leave=left.condition,
                said=said.assignment,
                may_be_said=said.condition,
                at=at,
                id=self.id,
            )
        )
        if not self.env.cr.rowcount:
            self._note_refused("sent")
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
                talk._move_to(state, reason, failure=is_lost and why)
                talk.debtor_id._queue_refresh()

    def _answered_by_gateway(self, verdict, said):
        """Write the answer: sent, again later, failed, or nobody knows.

        :param verdict: `accepted`, `deferred`, `refused`, `uncertain`, `unasked` (never handed over)
        """
        now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        if self.state == "failed" and verdict != "accepted":
            return  # it came back before the gateway's answer did, and that says more
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
