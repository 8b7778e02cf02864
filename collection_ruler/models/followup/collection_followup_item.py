from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.reason_labels import reason_selection


class CollectionFollowupItem(models.Model):
    """The ledger: one row per instalment and step; never deleted, only its state and reason change."""

    _name = "collection.followup.item"
    _description = "Collection Follow-up Item"
    _order = "due_date, id"

    followup_id = fields.Many2one("collection.followup", ondelete="restrict", index=True)
    debtor_id = fields.Many2one("collection.debtor", ondelete="restrict", index=True)
    company_id = fields.Many2one("res.company", required=True, index=True)
    move_id = fields.Many2one("account.move", string="Invoice", ondelete="set null", index=True)
    account_id = fields.Many2one("account.account", ondelete="restrict")
    partner_id = fields.Many2one("res.partner", string="Customer", ondelete="restrict", index=True)
    due_date = fields.Date(required=True)
    step_id = fields.Many2one("collection.ruler.step", ondelete="set null", index=True)
    step_name = fields.Char(help="Kept when the step is deleted.")
    offset_days = fields.Integer()
    occurrence = fields.Integer()
    attempt = fields.Integer(
        required=True,
        default=0,
        help="0: the step itself. 1: said by another channel, where that did not arrive.",
    )
    currency_id = fields.Many2one("res.currency")
    amount_residual = fields.Monetary(string="Amount")
    state = fields.Selection(
        [
            ("planned", "Planned"),
            ("sent", "Sent"),
            ("skipped", "Skipped"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="planned",
    )
    reason = fields.Selection(selection=lambda self: reason_selection(self.env), required=True)

    # once per instalment, step, occurrence and attempt, whoever plans it (A9, A11); cancelled rows free
    # the key, what failed keeps it
    _once = models.UniqueIndex(
        "(move_id, account_id, partner_id, due_date, step_id, occurrence, attempt) "
        "WHERE state IN ('planned', 'sent', 'skipped')",
        "This step was already taken for this instalment.",
    )
    _known_attempt = models.Constraint(
        "CHECK (attempt IN (0, 1))", "A step has one fallback and no more."
    )

    @api.depends("move_id", "step_name")
    def _compute_display_name(self):
        for item in self:
            name = item.sudo().move_id.name or ""
            item.display_name = f"{name} {item.step_name or ''}".strip()

    @api.ondelete(at_uninstall=False)
    def _never_delete(self):
        raise UserError(self.env._("What was said to a customer is never deleted."))
