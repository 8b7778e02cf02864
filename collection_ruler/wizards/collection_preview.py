from odoo import api, fields, models
from odoo.tools import format_datetime


class CollectionPreview(models.TransientModel):
    """A message before it leaves, as the customer will see it; looking writes and sends nothing (A13)."""

    _name = "collection.preview"
    _inherit = ["collection.checked"]
    _description = "Preview of a message"

    followup_id = fields.Many2one("collection.followup", readonly=True)
    debtor_id = fields.Many2one("collection.debtor", readonly=True)
    state = fields.Selection(related="followup_id.state")
    is_skipped_today = fields.Boolean(related="followup_id.is_skipped_today")
    step_name = fields.Char(string="Step", readonly=True)
    subject = fields.Char(readonly=True)
    email_to = fields.Char(string="To", readonly=True)
    email_cc = fields.Char(string="Copy to", readonly=True)
    attachments = fields.Char(readonly=True)
    body = fields.Html(readonly=True, sanitize=False)
    leaves = fields.Char(string="When", readonly=True)
    note = fields.Char(readonly=True)
    has_body = fields.Boolean(readonly=True)
    notice = fields.Char(compute="_compute_notice")

    @api.depends("followup_id", "debtor_id")
    def _compute_notice(self):
        """Test mode and a pause hold for each message, also for this one."""
        for preview in self:
            company = preview.followup_id.company_id or preview.debtor_id.company_id
            preview.notice = company.collection_notice

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(list({*fields_list, "followup_id", "debtor_id"}))
        if "body" not in fields_list:
            return values
        followup = self.env["collection.followup"].browse(values.get("followup_id"))
        debtor = self.env["collection.debtor"].browse(values.get("debtor_id"))
        Preview = self.env["collection.message.preview"]
        if followup:
            seen = {**Preview._of(followup), "step_name": followup.step_name, "is_planned": True}
        elif debtor:
            seen = Preview._next(debtor)
            if planned := seen.pop("followup", None):
                values["followup_id"] = planned.id
        else:
            return values
        values["has_body"] = bool(seen.get("body"))
        if leaves_at := seen.pop("leaves_at", None):
            when = format_datetime(self.env, leaves_at, dt_format="EEE d MMM, HH:mm")
            values["leaves"] = when
            if not seen["is_planned"]:
                values["leaves"] = self.env._("%s, if nothing changes until then", when)
        del seen["is_planned"]
        return {**values, **{key: value for key, value in seen.items() if key in fields_list}}

    def action_approve(self):
        return self._then("action_approve")

    def action_skip_today(self):
        return self._then("action_skip_today")

    def action_plan_again(self):
        return self._then("action_plan_again")

    def _then(self, action):
        """Do it to the message, and let the list behind the dialog show it."""
        getattr(self.followup_id, action)()
        return {"type": "ir.actions.client", "tag": "soft_reload"}
