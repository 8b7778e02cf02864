from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CollectionRulerStep(models.Model):
    """A message may name the late charges; a task may come with a draft of them (D6)."""

    _inherit = "collection.ruler.step"

    show_charges = fields.Boolean(
        string="Name the late charges",
        help="Adds a table of the charges until today, apart from what it asks for, where the message has a "
        "place for it. It charges nothing.",
    )
    issue_charges = fields.Boolean(
        string="Prepare a debit note",
        help="With the task, a draft invoice of the late charges until that day is made. Nothing is booked, "
        "and the customer hears nothing, before somebody posts it.",
    )

    @api.constrains("issue_charges", "channel", "trigger", "offset_days")
    def _check_issue_charges(self):
        for step in self.filtered("issue_charges"):
            if step.mode != "task" or step.trigger != "due" or step.offset_days <= 0:
                raise ValidationError(
                    self.env._(
                        "“%s”: a debit note is prepared by a task for us, on a day after the due date.",
                        step.name,
                    )
                )
