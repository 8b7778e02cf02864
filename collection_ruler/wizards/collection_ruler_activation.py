from odoo import api, fields, models

from ..dunning.ladder import come, effective_due, next_day


class CollectionRulerActivation(models.TransientModel):
    """Names the counts before a ruler is switched on; nothing is sent by looking (A8)."""

    _name = "collection.ruler.activation"
    _description = "Activate a Collection Ruler"

    ruler_id = fields.Many2one("collection.ruler", required=True, ondelete="cascade")
    customer_count = fields.Integer(compute="_compute_counts", string="Customers")
    instalment_count = fields.Integer(compute="_compute_counts", string="Open instalments")
    overdue_count = fields.Integer(compute="_compute_counts", string="Overdue instalments")
    joining_count = fields.Integer(compute="_compute_counts", string="Join silently")
    today_count = fields.Integer(compute="_compute_counts", string="Customers contacted today")
    next_date = fields.Date(compute="_compute_counts", string="First step on")
    next_count = fields.Integer(compute="_compute_counts", string="Customers on that day")

    @api.depends("ruler_id")
    def _compute_counts(self):
        for wizard in self:
            ruler = wizard.ruler_id
            instalments = wizard._preview()
            ladder, calendar = ruler._ladder(), ruler._contact_calendar()
            today = calendar.local_day(self.env["collection.snapshot"]._now())
            following = {}
            overdue = joining = 0
            for partner, due in instalments:
                reached = come(ladder, calendar, due, today)
                overdue += effective_due(ladder, calendar, due) < today
                joining += reached is not None
                if day := next_day(ladder, calendar, due, reached, today):
                    following.setdefault(day, set()).add(partner)
            first = min(following, default=False)
            wizard.customer_count = len({partner for partner, _due in instalments})
            wizard.instalment_count = len(instalments)
            wizard.overdue_count = overdue
            wizard.joining_count = joining
            wizard.today_count = 0  # whoever joins is not written to on that day
            wizard.next_date = first
            wizard.next_count = len(following.get(first, ()))

    def _preview(self):
        """(customer, due date) of what the ruler would take: enrolment tried, and undone."""
        self.ensure_one()
        ruler = self.ruler_id
        with self.env.cr.savepoint() as savepoint:
            ruler.with_context(tracking_disable=True).state = "running"
            taken = self.env["collection.enrol"].sudo()._enrol(ruler.company_id, joining=True)
            mine = taken.filtered(lambda i: i.ruler_id == ruler)
            result = [(i.debtor_id.partner_id.id, i.due_date) for i in mine]
            savepoint.rollback()
        self.env.invalidate_all(flush=False)
        return result

    def action_confirm(self):
        """Switch it on."""
        self.ruler_id._activate()
        return {"type": "ir.actions.act_window_close"}
