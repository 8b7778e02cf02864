from odoo import api, models
from odoo.tools import SQL

from ...dunning.reason import Reason
from ..common import clock
from .answers import Outcome


class CollectionOutcome(models.AbstractModel):
    """What became of what stands in outboxes: each channel is asked, and the answers are written (H2)."""

    _name = "collection.outcome"
    _description = "Collection: what became of queued messages"

    @api.model
    def _news(self):
        """Which queued follow-ups `f` are worth a look, as ``SQL``: a gateway owes the answer, or the
        channel's outbox has one."""
        Channel = self.env["collection.channel"]
        code = SQL("CASE WHEN f.purpose = 'delivery' THEN 'delivery' ELSE f.channel END")
        known = [Channel._named(code) for code in (*Channel._codes(), "delivery")]
        asked = [
            SQL("(%s = %s AND (%s))", code, channel._code, channel._news()) for channel in known
        ]
        return SQL("(f.handed_at < %s OR %s)", Channel._answer_limit(), SQL(" OR ").join(asked))

    @api.model
    def _follow(self, followups):
        """Write what became of queued follow-ups: unanswered is uncertain, lost is planned again."""
        for channel, own in self.env["collection.channel"]._each(followups):
            by_person = own.filtered(lambda f: f._is_done_by_person())
            outcomes = channel._outcomes(own - by_person) | self._of_tasks(by_person)
            for followup in own:
                self._write(followup, outcomes.get(followup, Outcome("waiting")))

    def _of_tasks(self, followups):
        """A call that was made left when it was made; one whose task was deleted was taken back.

        :return: {follow-up: Outcome}
        """
        result = {}
        for followup in followups:
            task = followup.sudo().activity_id
            if not task:
                result[followup] = Outcome("taken_back")
            elif not task.active:
                result[followup] = Outcome("sent", clock.naive_now(self.env))
        return result

    def _write(self, followup, outcome):
        now = clock.naive_now(self.env)
        if outcome.state == "sent":
            followup._sent(outcome.at or now)
        elif followup.handed_at:
            if followup.handed_at < self.env["collection.channel"]._answer_limit():
                followup._fail(Reason.UNCERTAIN)
        elif outcome.state == "lost":
            followup._replan(Reason.DUE, now)
        elif outcome.state == "taken_back":
            followup._cancel(Reason.BY_HAND)
        elif outcome.state == "failed":
            followup._fail(Reason.ERROR, outcome.said)
        elif outcome.state == "no_server":
            self.env["collection.outbox"]._met_no_server(followup, outcome.said)
