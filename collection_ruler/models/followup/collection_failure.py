from markupsafe import Markup
from odoo import api, models

from ...dunning.reason import Reason
from ..common.reason_labels import reason_selection


class CollectionFailure(models.AbstractModel):
    """Who hears that a message was not sent, and what to do about it (H2)."""

    _name = "collection.failure"
    _description = "Collection: tell about failures"

    @api.model
    def _schedule_task(self, followup):
        """Leave a task for whoever answers for the ruler.

        :param followup: a ``collection.followup`` that failed, or of which nobody knows
        """
        # what another address mends: one task for the address, not one for each step
        if followup.is_bad_address or followup.reason == Reason.NO_ADDRESS:
            self._tell_about_address(followup)
            return
        told = followup.debtor_id._schedule_task(
            self._summary(followup),
            Markup("<p>%s</p><p>%s</p>") % (followup.failure or "", self._help(followup.reason)),
            followup.ruler_id,
        )
        # closed once there is another address
        if followup.reason in (Reason.REFUSED, Reason.BOUNCED):
            followup.activity_id = told

    def _tell_about_address(self, followup):
        summary, help_for = followup._channel()._address_task(followup, self._about(followup))
        if not followup.partner_id and followup.step_id.recipient_role == "escalation":
            # whoever had the messages so far is not the one to hear that they had no answer (B9)
            summary = self.env._("Nobody to escalate to: “%s” was not sent", followup.step_name)
            help_for = self.env._(
                "Add an escalation contact to the customer, with an address of its own: the message is then "
                "tried again by itself. Or call."
            )
        note = Markup("<p>%s</p><p>%s</p>") % (followup.failure or "", help_for)
        told = followup.debtor_id._schedule_task(summary, note, followup.ruler_id, once=True)
        followup.activity_id = told or followup.debtor_id._open_tasks(summary)[:1]

    def _about(self, followup):
        """What is asked for: another address than the one that does not work, or any."""
        return Reason.NO_ADDRESS if followup.reason == Reason.NO_ADDRESS else Reason.BOUNCED

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
                "Nothing says that the address is wrong: this message was not taken. See what the mail "
                "server said; where it is mended, press Try again. The next steps go on."
            ),
            Reason.BOUNCED: self.env._(
                "Nothing says that the address is wrong: this message did not arrive. See what their mail "
                "server said, and say it another way if it matters; the next steps go on."
            ),
            Reason.UNCERTAIN: self.env._(
                "The mail server was handed the message and gave no answer. It is not sent again by "
                "itself; ask the customer, or press Try again."
            ),
        }.get(reason, "")
