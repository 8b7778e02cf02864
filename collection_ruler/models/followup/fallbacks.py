from datetime import UTC

from odoo import api, models
from odoo.tools import SQL

from ...dunning.fallback import FALLBACK, STEP, may_fall_back, may_leave, may_retry
from ...dunning.reason import STILL_HERE, Reason
from ...dunning.states import Forbidden
from ..common.instalment_key import is_overtaken, same_occurrence


class CollectionLedger(models.AbstractModel):
    """A second attempt by another channel, for what did not arrive (A11).

    Which of the two may go on is asked of `dunning/fallback.py`: here, when a fallback is planned, at both
    doors, and when somebody tries again. The unique index knows the attempt, so each is in the ledger once,
    and what failed keeps its row.
    """

    _inherit = "collection.ledger"

    @api.model
    def _plan_fallback(self, followup, channel, at):
        """Plan to say by another channel what did not arrive.

        :param followup: a ``collection.followup`` that failed or came back, or of which nobody knows
        :param channel: value of the field ``channel``
        :param at: aware UTC instant
        :return: the new follow-up; empty where there is one already, nothing is left to say, a later step was
            said meanwhile, or the channel says nothing of the kind
        :raise Forbidden: it did not fail, or is a fallback itself
        """
        followup.ensure_one()
        attempt = FALLBACK if followup.fallback_of_id else STEP
        if not may_fall_back(attempt, followup.state):
            raise Forbidden(f"Follow-up {followup.id} ({followup.state}) has no fallback")
        planned = self.env["collection.followup"]
        way = self.env["collection.channel"]._named(channel)
        rows = self._without_fallback(followup) if followup.purpose in way._purposes else ()
        if not rows:
            return planned
        recipients = self.env["collection.recipients"]._of(followup.debtor_id, way)
        planned = followup._copy_anew(
            Reason.DUE,
            at.astimezone(UTC).replace(tzinfo=None),
            fallback_of_id=followup.id,
            channel=channel,
            partner_id=way._recipient(followup, recipients).id,
            address=False,
        )
        Instalment = self.env["collection.instalment"].sudo()
        Step = self.env["collection.ruler.step"]
        self._write_rows(
            [
                self._event_row(
                    Instalment.browse(instalment), Step.browse(step), planned, occurrence, FALLBACK
                )
                for instalment, step, occurrence in rows
            ]
        )
        # somebody else may have been faster
        return planned.filtered(lambda f: f.state == "planned")

    def _without_fallback(self, followup):
        """What of a follow-up is owed still, stands in the ledger once and was not overtaken.

        :return: [(instalment id, step id, occurrence)]
        """
        self.env["collection.followup.item"].flush_model()
        self.env["collection.instalment"].flush_model()
        return self.env.execute_query(
            SQL(
                """
                SELECT i.id, t.step_id, t.occurrence
                  FROM collection_followup_item t
                  JOIN collection_instalment i ON i.is_open AND %(same)s
                 WHERE t.followup_id = %(followup)s AND t.attempt = %(step)s
                   AND t.state IN ('planned', 'sent') AND t.step_id IS NOT NULL
                   AND NOT %(overtaken)s
                   AND NOT EXISTS (
                       SELECT FROM collection_followup_item o
                        WHERE %(other)s AND o.step_id = t.step_id AND o.attempt = %(fallback)s
                          AND o.state != 'cancelled')
                 ORDER BY i.id
                """,
                same=same_occurrence("i", "t"),
                overtaken=is_overtaken("t"),
                other=same_occurrence("o", "t"),
                followup=followup.id,
                step=STEP,
                fallback=FALLBACK,
            )
        )

    @api.model
    def _take_back_needless(self, followups):
        """Take back fallbacks whose step arrived after all, is tried again, or was taken back: asked at both
        doors, so that never both leave.

        :return: those of these that were taken back
        """
        fallbacks = followups.filtered("fallback_of_id")
        if not fallbacks:
            return fallbacks
        self.env["collection.followup.item"].flush_model()
        self.env["collection.followup"].flush_model(["state"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT t.followup_id, f.state
                  FROM collection_followup_item t
                  JOIN collection_followup_item o
                    ON %(same)s AND o.step_id = t.step_id AND o.attempt = %(step)s
                   AND o.state IN ('planned', 'sent')
                  JOIN collection_followup f ON f.id = o.followup_id
                 WHERE t.followup_id IN %(fallbacks)s AND t.state = 'planned'
                """,
                fallbacks=tuple(fallbacks.ids),
                same=same_occurrence("o", "t"),
                step=STEP,
            )
        )
        needless = fallbacks - fallbacks.browse({key for key, first in rows if may_leave(first)})
        needless._cancel(Reason.REPLACED)
        return needless

    @api.model
    def _already_said_otherwise(self, followups):
        """Before these are tried again by their own channel: fallbacks that have not left are taken back.

        :return: those that may not be tried again, since their fallback left
        """
        fallbacks = self.env["collection.followup"].search(
            [("fallback_of_id", "in", followups.ids)]
        )
        left = fallbacks.filtered(lambda f: not may_retry(f.state))
        fallbacks.filtered(lambda f: f.state in STILL_HERE)._cancel(Reason.REPLACED)
        return followups & left.fallback_of_id
