from datetime import timedelta

from markupsafe import Markup
from odoo import api, models
from odoo.fields import Domain

from ..common import clock

# a large mailing takes the mail server this long; what stands in the outbox for longer is worth a look
OUTBOX_PATIENCE = timedelta(hours=1)


class CollectionOutbox(models.AbstractModel):
    """What was handed to Odoo's outbox and that the mail server has not taken: seen, and explained (H2)."""

    _name = "collection.outbox"
    _description = "Collection: what waits in the outbox"

    @api.model
    def _stuck(self):
        """Domain of what stands in the outbox for longer than a sending takes, or met no mail server."""
        now = clock.naive_now(self.env)
        return (
            Domain("state", "=", "queued")
            & Domain("handed_at", "=", False)
            & (Domain("failure", "!=", False) | Domain("queued_at", "<", now - OUTBOX_PATIENCE))
        )

    @api.model
    def _met_no_server(self, followup, said):
        """Note that the mail server could not be reached, and tell whoever answers for the ruler what to do
        about it: one task, however many messages wait.

        :param followup: a ``collection.followup`` in the outbox
        :param said: what Odoo knows of the reason
        """
        followup.ensure_one()
        followup.failure = said or self._summary()
        self.env["collection.manager.task"].sudo()._ask(
            followup.company_id.root_id,
            self._summary(),
            Markup("<p>%s</p><p>%s</p>") % (said or "", self._help()),
        )

    def _help(self):
        """What to do about a mail server that cannot be reached, for administrators and for others."""
        return self.env._(
            "Nothing is lost and nothing has to be sent again: messages wait in the outbox and leave by "
            "themselves once the server answers. If you are an administrator, look under Settings ▸ General "
            "Settings ▸ Emails ▸ Outgoing Email Servers and press Test Connection there. If not, ask an "
            "administrator to do so."
        )

    def _summary(self):
        return self.env._("The mail server cannot be reached")

    @api.model
    def _close_task(self, company):
        """The task about the mail server is done once nothing waits for it any more."""
        tasks = self.env["collection.manager.task"]._open(company, self._summary())
        waiting = [
            ("company_id", "child_of", company.id),
            ("state", "=", "queued"),
            ("failure", "!=", False),
        ]
        if tasks and not self.env["collection.followup"].search_count(waiting, limit=1):
            tasks.action_feedback(self.env._("It answers again, and what waited has left."))
