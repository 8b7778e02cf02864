from markupsafe import Markup
from odoo import api, fields, models
from odoo.tools import SQL, format_date

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
    summary = fields.Html(compute="_compute_summary", sanitize=False)

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

    @api.depends("instalment_count")
    def _compute_summary(self):
        """The counts in sentences, one paragraph each."""
        for wizard in self:
            wizard.summary = Markup().join(
                Markup("<p>%s</p>") % sentence for sentence in wizard._sentences()
            )

    def _sentences(self):
        self.ensure_one()
        _ = self.env._
        if not self.instalment_count:
            return [_("No open invoice is waiting for this ruler.")]
        customers = (
            _("1 customer") if self.customer_count == 1 else _("%s customers", self.customer_count)
        )
        sentences = [
            _("1 open instalment of %s.", customers)
            if self.instalment_count == 1
            else _(
                "%(count)s open instalments of %(customers)s.",
                count=self.instalment_count,
                customers=customers,
            ),
        ]
        if not self.overdue_count:
            sentences.append(_("None is overdue."))
        elif self.overdue_count == 1:
            sentences.append(
                _(
                    "1 is overdue: it joins silently at its current step, "
                    "nobody is written to today."
                )
            )
        else:
            sentences.append(
                _(
                    "%s are overdue: they join silently at their current step, "
                    "nobody is written to today.",
                    self.overdue_count,
                )
            )
        if self.next_date:
            day = format_date(self.env, self.next_date, date_format="EEEE, d MMMM y")
            sentences.append(
                _("The first step comes on %(day)s, for 1 customer.", day=day)
                if self.next_count == 1
                else _(
                    "The first step comes on %(day)s, for %(count)s customers.",
                    day=day,
                    count=self.next_count,
                )
            )
        else:
            sentences.append(_("No further step comes for any of them."))
        return sentences

    def _preview(self):
        """(customer, due date) of what the ruler would take: enrolment tried, and undone."""
        self.ensure_one()
        ruler = self.ruler_id
        with self.env.cr.savepoint() as savepoint:
            ruler.with_context(tracking_disable=True).state = "running"
            taken = self.env["collection.enrol"].sudo()._enrol(ruler.company_id)
            result = self.env.execute_query(
                SQL(
                    "SELECT d.partner_id, i.due_date FROM collection_instalment i "
                    "JOIN collection_debtor d ON d.id = i.debtor_id "
                    "WHERE i.id = ANY(%s) AND i.ruler_id = %s",
                    taken,
                    ruler.id,
                )
            )
            savepoint.rollback()
        self.env.invalidate_all(flush=False)
        return result

    def action_confirm(self):
        """Switch it on."""
        self.ruler_id._activate()
        return {"type": "ir.actions.act_window_close"}
