from odoo import models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _action_done(self, feedback=False, attachment_ids=None):
        """Whoever ticks off the task to answer a reply has answered it, by whatever way (C6)."""
        replies = self.env["collection.hold"].sudo().search([("answer_task_id", "in", self.ids)])
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        replies.filtered(lambda hold: hold.state == "active")._answered()
        return result
