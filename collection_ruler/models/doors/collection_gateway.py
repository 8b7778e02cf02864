import logging
from decimal import Decimal

import psycopg2
from odoo import api, models
from odoo.tools import SQL

from ...dunning.answers import Answer
from ...dunning.mail_answers import clean
from ...dunning.reason import Reason
from ...dunning.recheck import recheck
from ..common import clock
from ..common.memo import QUEUE_HOLDS_IT, Memo, memo_of
from .at_door import lock

_logger = logging.getLogger(__name__)


class CollectionGateway(models.AbstractModel):
    """Door 2: asked when a message is about to leave, and told what the gateway said (H3, decision 5).

    The queue of any channel calls it for each message by itself, after it has committed: `_ask`, and where
    that says `go` the gateway, then `_answer`; `_hand_over` does the three. What concerns the follow-up is
    written in cursors of its own: their snapshots are newer than the stamp, and what the queue's transaction
    does afterwards cannot undo them. At most once: what was stamped and not answered never leaves again.
    """

    _name = "collection.gateway"
    _description = "Collection: the door before the gateway"

    @api.model
    def _hand_over(self, followup_id, message_id, give):
        """Ask, stamp, hand over, note the answer.

        :param message_id: of the ``mail.message`` that the outbox row is about
        :param give: function that hands the message to the gateway: (verdict, what the gateway said), as
            `_answer` takes them; an exception leaves in doubt whether it arrived
        :return: what the queue does with its row, in its own transaction: `go` (it was handed over: the row
            is history), `cancel` (take it out of the outbox; what follows gets a row of its own) or `leave`
        """
        memo = Memo()
        verdict = self._ask(followup_id, message_id, memo)
        if verdict != "go":
            return verdict
        try:
            answer, said = give()
        except Exception as error:
            _logger.exception("The gateway gave no answer about follow-up %s", followup_id)
            answer, said = Answer.UNCERTAIN, clean(error)
        self._answer(followup_id, answer, said, False, memo)
        if answer == Answer.OURS:
            return "leave"
        return "go" if answer in (Answer.ACCEPTED, Answer.UNCERTAIN) else "cancel"

    @api.model
    def _ask(self, followup_id, message_id, memo=None):
        """Decide in a cursor of its own, and stamp.

        :param message_id: of the ``mail.message`` that asks; one that was replaced may not pass
        :param memo: Memo for rulers and calendars, read once for many messages; `test_email` is noted in it
        :return: `go` (stamped), `cancel` (take it out of the outbox) or `leave` (somebody else has it)
        """
        memo = Memo() if memo is None else memo
        try:
            with self.env.registry.cursor() as cr:
                # what becomes of the outbox row is written by the queue's transaction, whose snapshot is
                # older than ours
                context = {"collection_outbox_held": QUEUE_HOLDS_IT, "collection_memo": memo}
                door = self.env(cr=cr, su=True, context=context)[self._name]
                return door._decide(followup_id, message_id)
        except psycopg2.OperationalError as error:
            _logger.info("Follow-up %s is busy, its message waits: %s", followup_id, error)
            return "leave"
        except Exception as error:
            # one follow-up that cannot be decided upon must not hold up the messages behind it
            _logger.exception("Door 2 could not decide upon follow-up %s", followup_id)
            with self.env.registry.cursor() as cr:
                context = {"collection_outbox_held": QUEUE_HOLDS_IT}
                env = self.env(cr=cr, su=True, context=context)
                env["collection.followup"].browse(followup_id)._fail(Reason.ERROR, str(error))
            return "cancel"

    @api.model
    def _answer(self, followup_id, verdict, said="", committed=True, memo=None, refused=None):
        """Write what the gateway said, whatever becomes of the queue's own transaction.

        :param verdict: dunning ``Answer``
        :param committed: whether the queue's transaction has let go of its outbox row
        :param memo: the one that `_ask` was handed
        :param refused: recipients who were refused, beside others or not: {address: (code, text)}
        """
        with self.env.registry.cursor() as cr:
            context = {} if committed else {"collection_outbox_held": QUEUE_HOLDS_IT}
            env = self.env(cr=cr, su=True, context=context)
            followup = env["collection.followup"].browse(followup_id)
            door = env[self._name]
            door._write_answer(followup, *door._for_whom(followup, verdict, said, refused or {}))
            if verdict == Answer.ACCEPTED and memo and memo.get("was_trouble"):
                env["collection.trouble"]._over(followup)

    # ------------------------------------------------------------------
    # in the cursor of its own
    # ------------------------------------------------------------------

    def _decide(self, followup_id, message_id):
        """Is the window open, is it still owed, is the amount still right? Then stamp ``handed_at``."""
        row = lock(self.env, followup_id, self._is_held())
        if not row or row.state != "queued" or row.mail_message_id != message_id:
            return "cancel"
        settings = self.env["collection.snapshot"]._settings(row.company_id)
        memo_of(self.env)["test_email"] = settings.test_email
        if row.handed_at or row.is_held:
            return "leave"  # stamped and unanswered: the track verb declares it uncertain
        memo_of(self.env)["was_trouble"] = row.is_held is not None
        followup = self.env["collection.followup"].browse(followup_id)
        if row.fallback_of_id and self.env["collection.ledger"]._take_back_needless(followup):
            return "cancel"
        hears_still = self.env["collection.addressing"]._hears_still(followup, row)
        if hears_still and self._still_right(followup_id, row):
            self._stamp(followup_id)
            return "go"
        return self._decide_anew(followup, hears_still)

    def _decide_anew(self, followup, hears_still):
        """The long way, which knows what else may be said of it.

        :param hears_still: whom it is written to is who hears of it now
        """
        Door = self.env["collection.door"]
        now = clock.now(self.env)
        pairs = self.env["collection.ledger"]._pairs(followup)
        ((_followup, check),) = Door._check(followup, now, pairs)
        is_delivery = followup.purpose == "delivery"
        is_right = hears_still and self._says_what_is_owed(followup, check)
        if check.verdict == "go" and (is_delivery or is_right):
            self._stamp(followup.id)
            return "go"
        if check.verdict == "go":  # a part was paid meanwhile, or others hear of it: write it anew
            followup._replan(Reason.DUE, now.replace(tzinfo=None))
            self.env.ref("collection_ruler.ir_cron_follow_up")._trigger()
        elif check.verdict == "wait" and is_delivery:
            # Odoo wrote this message; it keeps it until the window opens
            return "leave"
        else:
            Door._apply({followup: check}, now, pairs)
        return "cancel"

    def _says_what_is_owed(self, followup, check):
        is_other = followup.currency_id.compare_amounts(float(check.amount), followup.amount_due)
        return not is_other and set(check.asked) == set(followup.instalment_ids.ids)

    def _still_right(self, followup_id, row):
        """Whether a reminder may leave as written.

        False also where only `_decide_anew` can tell (thanks, deliveries, lost steps).

        :param row: AtDoor
        """
        if row.purpose not in ("dunning", "returned") or not row.pairs:
            return False
        Snapshot = self.env["collection.snapshot"]
        settings = Snapshot._settings(row.company_id)
        if not all(key and step in settings.steps for key, step in row.pairs):
            return False
        facts = Snapshot._take(row.company_id, [row.debtor_id], leaving=[followup_id])
        snapshot = facts[row.debtor_id].beside(row.decided_at and row.decided_at.isoformat())
        pairs = [(key, settings.steps[step]) for key, step in row.pairs]
        check = recheck(snapshot, pairs, clock.now(self.env), row.purpose)
        return (
            check.verdict == "go"
            and check.amount == Decimal(row.amount_due)
            and check.currency == settings.currencies[row.currency_id]
            and set(check.asked) == set(row.instalment_ids)
        )

    def _stamp(self, followup_id):
        """Note that the gateway is asked; on disk before it is, whatever the server does for speed."""
        self.env.cr.execute(
            SQL(
                "UPDATE collection_followup SET handed_at = %s FROM "
                "set_config('synchronous_commit', 'on', true) WHERE id = %s",
                clock.naive_now(self.env),
                followup_id,
            )
        )
        self.env["collection.followup"].browse(followup_id).invalidate_recordset(["handed_at"])
