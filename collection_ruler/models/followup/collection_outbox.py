from datetime import timedelta

from markupsafe import Markup
from odoo import api, models
from odoo.fields import Domain

from ...dunning.mail_answers import clean
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
        """Note that the mail server could not be reached.

        :param followup: a ``collection.followup`` in the outbox
        :param said: what Odoo knows of the reason
        """
        followup.ensure_one()
        said = clean(said or self._summaries()[False])
        followup.failure = said
        self.env["collection.trouble"]._met(followup, said, is_answer=False)

    @api.model
    def _tell(self, company, said, is_answer):
        """Tell whoever answers for the rulers what to do about our mail server: one task, however many
        messages wait.

        :param company: root ``res.company``
        :param said: what is known of the reason
        :param is_answer: the server said so; else it could not be reached
        :return: the open ``mail.activity``
        """
        Task = self.env["collection.manager.task"].sudo()
        summaries = self._summaries()
        for summary in summaries.values():
            if told := Task._open(company, summary):
                return told[:1]
        note = Markup("<p>%s</p><p>%s</p>") % (said, self._help(is_answer))
        return Task._ask(company, summaries[is_answer], note)

    @api.model
    def _try_at(self, at):
        """Have Odoo's queue look at the outbox.

        :param at: naive UTC instant
        """
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger(at=at)

    def _help(self, is_answer):
        """What to do about our mail server, for administrators and for others."""
        lost = self.env._(
            "Nothing is lost and nothing has to be sent again: messages wait in the outbox and leave by "
            "themselves once the server takes them. They are tried for two days, after growing pauses; mark "
            "this task as done when it is mended, and they are tried at once."
        )
        if is_answer:
            todo = self.env._(
                "The server does not let us send: look at the sender's address, the login and the limits of "
                "the account there. If you are no administrator, ask one."
            )
        else:
            todo = self.env._(
                "If you are an administrator, look under Settings ▸ General Settings ▸ Emails ▸ Outgoing "
                "Email Servers and press Test Connection there. If not, ask an administrator to do so."
            )
        return f"{lost} {todo}"

    def _summaries(self):
        """The two tasks about it: {whether it gave an answer: summary}."""
        return {
            False: self.env._("The mail server cannot be reached"),
            True: self.env._("The mail server does not let us send"),
        }

    @api.model
    def _close_task(self, company):
        """The task about the mail server is done once nothing waits for it any more; where a person marked it
        as done, what waits is tried at once."""
        troubles = (
            self.env["collection.trouble"].sudo().search([("company_id", "child_of", company.id)])
        )
        waiting = [
            ("company_id", "child_of", company.id),
            ("state", "=", "queued"),
            ("failure", "!=", False),
        ]
        if self.env["collection.followup"].search_count(waiting, limit=1):
            troubles._try_again_where_mended()
            return
        troubles.unlink()
        for summary in self._summaries().values():
            if tasks := self.env["collection.manager.task"]._open(company, summary):
                tasks.action_feedback(self.env._("It answers again, and what waited has left."))
