from odoo import api, models

from ...dunning.reason import Reason
from ..common.reason_labels import reason_selection

# what another address mends: one task for the address, not one for each step
ONE_FOR_THE_ADDRESS = (Reason.BOUNCED, Reason.NO_ADDRESS)


class CollectionFailure(models.AbstractModel):
    """Who hears that a message was not sent, and what to do about it (H2)."""

    _name = "collection.failure"
    _description = "Collection: tell about failures"

    @api.model
    def _schedule_task(self, followup):
        """Leave a task for whoever answers for the ruler.

        :param followup: a ``collection.followup`` that failed, or of which nobody knows
        """
        if followup.reason in ONE_FOR_THE_ADDRESS:
            self._tell_about_address(followup)
            return
        told = followup.debtor_id._schedule_task(
            self._summary(followup),
            followup.failure or self._help(followup.reason),
            followup.ruler_id,
        )
        if followup.reason == Reason.REFUSED:  # closed once there is another address
            followup.activity_id = told

    def _tell_about_address(self, followup):
        summary, help_for = followup._channel()._address_task(followup, followup.reason)
        if not followup.partner_id and followup.step_id.recipient_role == "escalation":
            # whoever had the messages so far is not the one to hear that they had no answer (B9)
            summary = self.env._("Nobody to escalate to: “%s” was not sent", followup.step_name)
            help_for = self.env._(
                "Add an escalation contact to the customer, with an address of its own: the message is then "
                "tried again by itself. Or call."
            )
        told = followup.debtor_id._schedule_task(summary, help_for, followup.ruler_id, once=True)
        followup.activity_id = told or followup.debtor_id._open_tasks(summary)[:1]

    def _summary(self, followup):
        if followup.state == "uncertain":
            return self.env._("Did it arrive? Nobody knows: %s", followup.step_name)
        return self.env._(
            "Not sent: %(step)s, %(reason)s",
            step=followup.step_name,
            reason=dict(reason_selection(self.env))[followup.reason],
        )

    def _help(self, reason):
        """What to do about a failure, in one sentence."""
        return {
            Reason.TEMPLATE_ERROR: self.env._(
                "Correct the message template, then press Try again."
            ),
            Reason.REFUSED: self.env._(
                "Correct the address: the message is then tried again by itself. Where it is right, "
                "press Try again."
            ),
            Reason.UNCERTAIN: self.env._(
                "The mail server was handed the message and gave no answer. It is not sent again by "
                "itself; ask the customer, or press Try again."
            ),
        }.get(reason, "")
