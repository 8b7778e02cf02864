from odoo import api, fields, models


class CollectionDrop(models.TransientModel):
    """A card was dropped on the stage of a reminder: send that step, or only note it?"""

    _name = "collection.drop"
    _inherit = ["collection.checked"]
    _description = "Card dropped on a stage"

    debtor_id = fields.Many2one("collection.debtor", required=True, readonly=True)
    stage_id = fields.Many2one("collection.stage", required=True, readonly=True)
    instalment_id = fields.Many2one("collection.instalment", compute="_compute_step")
    step_id = fields.Many2one("collection.ruler.step", compute="_compute_step")
    step_name = fields.Char(related="step_id.name")
    is_task = fields.Boolean(compute="_compute_step")
    why_not = fields.Char(compute="_compute_step", help="Why it may not be sent now.")
    lies_behind = fields.Boolean(compute="_compute_step")

    @api.depends("debtor_id", "stage_id")
    def _compute_step(self):
        Board = self.env["collection.board"]
        for drop in self:
            debtor = drop.debtor_id
            drop.instalment_id, drop.step_id = Board._step_of(debtor, drop.stage_id)
            drop.is_task = drop.step_id.mode == "task"
            drop.lies_behind = drop.step_id.offset_days <= drop.instalment_id.watermark
            if drop.step_id:
                _decision, _claims, drop.why_not = Board._decide(
                    debtor, drop.instalment_id, drop.step_id
                )
            else:
                drop.why_not = self.env._(
                    "No step of this customer's ruler leads to “%s”.", drop.stage_id.name
                )
                drop.lies_behind = True

    def action_send(self):
        """Say it now, if the rules allow it."""
        self.ensure_one()
        self.env["collection.board"]._send(self.debtor_id, self.instalment_id, self.step_id)
        return {"type": "ir.actions.act_window_close"}

    def action_note(self):
        """It was said another way."""
        self.ensure_one()
        self.env["collection.board"]._note(self.debtor_id, self.instalment_id, self.step_id)
        return {"type": "ir.actions.act_window_close"}
