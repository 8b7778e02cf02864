from odoo import api, models
from odoo.tools import SQL

from ...dunning.fallback import NOT_ARRIVED
from ...dunning.mail_answers import clean
from ...dunning.reason import ASKS_A_PERSON, NO_GOOD_ADDRESS, Reason
from ...dunning.states import FOLLOWUP, ITEM
from ..common import clock
from ..common.memo import QUEUE_HOLDS_IT
from ..common.reason_labels import reason_selection

# fields that a fresh copy of a follow-up does not take over
LEFT_BEHIND = (
    "instalment_ids",
    "partial_ids",
    "mail_message_id",
    "activity_id",
    "handed_at",
    "delivered_at",
    "bounced_at",
    "is_bad_address",
    "answered_at",
    "failure",
    "failed_address",
    "attempts",
)


class CollectionFollowupItem(models.Model):
    _name = "collection.followup.item"
    _inherit = ["collection.followup.item", "collection.gate"]

    _states = ITEM

    def _planned(self):
        """Those that are owed to the customer still."""
        return self.filtered(lambda item: item.state == "planned")


class CollectionFollowup(models.Model):
    """What goes along when a follow-up changes its state: rows, mail, task.

    Which state may follow which: `dunning/states.py`.
    """

    _name = "collection.followup"
    _inherit = ["collection.followup", "collection.gate"]

    _states = FOLLOWUP

    # which addresses heard from us today is asked at door 1
    _asked_on = models.Index("(company_id, queued_at) WHERE queued_at IS NOT NULL")

    def _retry(self, at):
        """Plan what failed anew; what was handed over and did not arrive is owed to the customer still.

        :param at: naive UTC instant
        :return: those that are planned now; not what another channel has said meanwhile (A11)
        """
        again = self._not_said_otherwise()
        again.item_ids.filtered(lambda i: i.state == "sent")._move_to("planned", Reason.DUE)
        again._move_to("planned", Reason.DUE, scheduled_at=at, handed_at=False)
        again._withdraw()
        return again

    def _not_said_otherwise(self):
        """Leaves out those whose fallback has already left; takes back a fallback that has not (A11)."""
        lost = self.filtered(lambda f: f.state in NOT_ARRIVED)
        return self - self.env["collection.ledger"]._already_said_otherwise(lost) if lost else self

    def _split_items(self, items, reason, at):
        """Move ledger rows into a planned follow-up of their own.

        :param at: naive UTC instant at which a door asks again
        :return: the new follow-up
        """
        self.ensure_one()
        other = self._copy_anew(reason, at)
        items._move_to("planned", Reason.DUE, followup_id=other.id)
        return other

    def _copy_anew(self, reason, at, **values):
        """A planned copy, without what became of this one.

        :param at: naive UTC instant
        :param values: what else differs
        """
        self.ensure_one()
        anew = dict.fromkeys(LEFT_BEHIND, False) | values
        return self.copy({**anew, "state": "planned", "reason": reason, "scheduled_at": at})

    def _ask_approval(self, reason):
        """Leave it to a person to let it go: as a task, and among those to approve (A13, F3)."""
        self._move_to("to_approve", reason, handed_at=False)
        self._withdraw()
        self._ask_person()

    def _ask_person(self):
        """A task for each that wants approval; what goes to one person becomes one message before."""
        reasons = dict(reason_selection(self.env))
        for followup in self.env["collection.approval"]._join(self):
            followup.activity_id = followup.debtor_id._schedule_task(
                self.env._("Approve “%s”", followup.step_name),
                self.env._(
                    "The message waits among the follow-ups to approve: %s.",
                    reasons[followup._asks_because()],
                ),
                followup.ruler_id,
            )

    def _asks_because(self):
        """Why a person is asked: for the sake of the step, or of something else (A13, F3)."""
        self.ensure_one()
        return Reason(self.reason) if self.reason in ASKS_A_PERSON else Reason.TO_APPROVE

    def _cancel(self, reason):
        """Take back what has not left; its ledger rows free their key."""
        self._check_move("cancelled")
        self._forget_delivery()
        self.filtered(lambda f: f.state == "to_approve").activity_id.sudo().unlink()
        self._move_to("cancelled", reason)
        self._settle_items("cancelled", reason)
        self._withdraw()

    def _replan(self, reason, at, **values):
        """Keep it planned for a later instant (naive UTC)."""
        again = self._not_said_otherwise()
        again._move_to("planned", reason, scheduled_at=at, handed_at=False, **values)
        again._withdraw()

    def _fail(self, reason, failure="", is_told=True, **values):
        """It could not be said, as `failure` tells: keep it for a retry and tell the responsible (H2)."""
        self._forget_delivery()
        state = "uncertain" if reason == Reason.UNCERTAIN else "failed"
        for followup in self:
            followup._move_to(state, reason, failure=clean(failure), **values)
            if state == "uncertain":
                followup._settle_items("sent", Reason.UNCERTAIN)
            if state == "failed" and followup.purpose == "delivery":
                followup.item_ids.move_id.sudo().is_move_sent = False
            followup._withdraw(keep_words=state == "uncertain")
            if is_told:
                self.env["collection.failure"]._schedule_task(followup)
            if reason in NO_GOOD_ADDRESS:  # it may give way to another one at once (B9)
                followup.debtor_id._queue_refresh()

    def _sent(self, at):
        """It left: the ledger says so.

        :param at: naive UTC instant
        """
        self._move_to("sent", Reason.DUE, delivered_at=at, failure=False)
        self._settle_items("sent", Reason.DUE)
        self.debtor_id._queue_refresh()

    def _forget_delivery(self):
        """An invoice that did not arrive starts no days of silence, and was not sent (A3)."""
        moves = self.filtered(lambda f: f.purpose == "delivery").item_ids.move_id.sudo()
        moves.collection_instalment_ids.delivered_on = False

    def _settle_items(self, state, reason):
        """What becomes of the rows that were planned."""
        self.item_ids._planned()._move_to(state, reason)

    def _withdraw(self, keep_words=False):
        """Take what has not left out of the outbox.

        :param keep_words: it may have arrived: it stays in the history, where replies and bounces
            find it
        """
        if self.env.context.get("collection_outbox_held") is QUEUE_HOLDS_IT:
            return  # its queue writes what becomes of the row
        for channel, own in self.env["collection.channel"]._each(self):
            channel._withdraw(own, keep_words)

    # ------------------------------------------------------------------
    # the short ways of many, or at the gateway
    # ------------------------------------------------------------------

    @api.model
    def _queued(self, rows):
        """Planned messages stand in an outbox now.

        :param rows: {follow-up: (id of its ``mail.message`` or None, address)}
        """
        now = clock.naive_now(self.env)
        written = ["reason", "queued_at", "mail_message_id", "address"]
        emptied = ["handed_at", "failure", "bounced_at", "is_bad_address"]
        values = [
            (followup.id, str(Reason.DUE), now, message, address or None, *[None] * len(emptied))
            for followup, (message, address) in rows.items()
        ]
        self._move_rows("queued", written + emptied, values)

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

    def _note_whether_it_arrived(self, why):
        """Note whether what a person wrote reached the customer; colleagues' copies do not count.

        :param why: what the gateway said, where it refused
        """
        for talk in self:
            customer = talk.debtor_id.partner_id
            copies = [
                copy
                for copy in talk.mail_message_id.notification_ids
                if copy.res_partner_id.commercial_partner_id == customer
            ]
            is_lost = bool(copies) and all(c.notification_status == "exception" for c in copies)
            if is_lost != (talk.state == "failed"):
                state, reason = ("failed", Reason.ERROR) if is_lost else ("sent", False)
                talk._move_to(state, reason, failure=is_lost and why)
                talk.debtor_id._queue_refresh()

    def _skip_delivery(self):
        """Somebody sent the invoice meanwhile."""
        self._move_to("cancelled", Reason.ALREADY_SENT)
        self._settle_items("skipped", Reason.ALREADY_SENT)
