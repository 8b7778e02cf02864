from odoo import api, fields, models
from odoo.fields import Domain


class CollectionHold(models.Model):
    """A reply that waits for an answer: it silences until a person has given it (C6)."""

    _inherit = "collection.hold"

    answered_at = fields.Datetime(
        string="Answered",
        readonly=True,
        copy=False,
        help="When somebody answered the reply; some days of silence follow it all the same.",
    )
    quiet_until = fields.Date(
        readonly=True,
        copy=False,
        help="The last day of the pause once the reply is answered; empty where a person said until when.",
    )
    answer_task_id = fields.Many2one(
        "mail.activity", ondelete="set null", index="btree_not_null", readonly=True, copy=False
    )
    manager_task_id = fields.Many2one(
        "mail.activity", ondelete="set null", index="btree_not_null", readonly=True, copy=False
    )
    manager_asked_on = fields.Date(
        readonly=True, copy=False, help="When a manager was told that nobody answers."
    )
    is_starred = fields.Boolean(
        readonly=True,
        copy=False,
        help="The customer was put on top for this reply: that ends with the answer. A star that people "
        "set is theirs.",
    )

    @api.model
    def _unanswered(self):
        """Domain of the replies that wait for an answer, also those whose pause is over (C6)."""
        return (
            Domain("state", "=", "active")
            & Domain("origin", "=", "reply")
            & Domain("answered_at", "=", False)
        )

    def _wait_for_answer(self, task):
        """A reply waits: its customer is put on top, if nobody did so before (C6).

        :param task: ``mail.activity`` to answer it
        """
        for hold in self:
            values = {"answered_at": False, "answer_task_id": task.id, "manager_asked_on": False}
            if hold.debtor_id.priority != "1":
                hold.debtor_id.priority = "1"
                values["is_starred"] = True
            hold.write(values)

    def _answered(self):
        """Those among these that wait for an answer to a reply do no more: the star that was set for it goes,
        its tasks end, and the silence that is left is that of any answer (C6)."""
        replies = self.filtered(lambda hold: hold.origin == "reply" and not hold.answered_at)
        if not replies:
            return
        replies.filtered("is_starred").debtor_id.priority = "0"
        replies.write({"answered_at": fields.Datetime.now(), "is_starred": False})
        tasks = replies.sudo().answer_task_id + replies.sudo().manager_task_id
        tasks.filtered("active").unlink()
        for hold in replies.filtered(lambda hold: hold.state == "active" and hold.quiet_until):
            if hold.quiet_until < hold.debtor_id._local_today():
                hold.state = "ended"
            elif hold.quiet_until != hold.date_to:
                hold.write({"date_to": hold.quiet_until, "quiet_until": hold.quiet_until})
