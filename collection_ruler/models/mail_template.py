from odoo import api, models
from odoo.exceptions import UserError


class MailTemplate(models.Model):
    _inherit = "mail.template"

    @api.ondelete(at_uninstall=False)
    def _keep_words_of_steps(self):
        """:raise UserError: which steps use the words, and what to do"""
        steps = (
            self.env["collection.ruler.step"].sudo().search([("mail_template_id", "in", self.ids)])
        )
        if steps:
            raise UserError(
                self.env._(
                    "Rulers write with “%(template)s”: %(steps)s. Choose another message for these steps "
                    "first.",
                    template=steps[0].mail_template_id.name,
                    steps=", ".join(f"{step.ruler_id.name}, {step.name}" for step in steps),
                )
            )
