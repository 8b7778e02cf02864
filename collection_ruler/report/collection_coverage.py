from contextlib import suppress

from odoo import fields, models
from odoo.tools import SQL

from ..dunning.calendar import CalendarError
from ..dunning.reason import Reason
from ..models.common.instalment_key import is_line_of, is_receivable, root_company
from ..models.common.reason_labels import reason_selection

# why nobody follows up what is overdue
REASONS = (
    Reason.NO_RULER,
    Reason.NOT_YET,
    Reason.NO_MATCH,
    Reason.RULER_STOPPED,
    Reason.ENDED,
    Reason.BLOCKED,
)


class CollectionCoverage(models.Model):
    """Overdue receivables that no ruler follows up: a method counts only if it treats all alike (A6)."""

    _name = "collection.coverage"
    _description = "Overdue and followed up by nobody"
    _auto = False
    _rec_name = "move_id"
    _order = "due_date, id"

    move_id = fields.Many2one("account.move", string="Invoice", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    due_date = fields.Date(string="Due", readonly=True)
    days_overdue = fields.Integer(readonly=True, aggregator="max")
    residual = fields.Monetary(string="Open", readonly=True)
    currency_id = fields.Many2one("res.currency", string="Company currency", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    ruler_id = fields.Many2one("collection.ruler", readonly=True)
    reason = fields.Selection(
        selection=lambda self: [one for one in reason_selection(self.env) if one[0] in REASONS],
        string="Why nobody",
        readonly=True,
    )

    @property
    def _table_query(self):
        """Instalments as enrolment sees them, with the reason why nobody is reminded of them."""
        return SQL(
            """
            SELECT min(l.id) AS id, l.move_id, l.partner_id, l.company_id, c.currency_id,
                   coalesce(l.date_maturity, l.date) AS due_date,
                   today.day - coalesce(l.date_maturity, l.date) AS days_overdue,
                   sum(l.amount_residual) AS residual, i.ruler_id,
                   CASE WHEN bool_or(l.no_followup) THEN %(blocked)s
                        WHEN i.ruler_id IS NULL AND NOT EXISTS (
                             SELECT FROM collection_ruler o
                              WHERE o.company_id = %(root)s
                                AND o.active AND o.state = 'running') THEN %(no_ruler)s
                        WHEN i.id IS NULL THEN %(not_yet)s
                        WHEN i.ruler_id IS NULL THEN %(no_match)s
                        WHEN r.date_to < today.day THEN %(ended)s
                        ELSE %(stopped)s END AS reason
              FROM account_move_line l
              JOIN account_move m ON m.id = l.move_id
              JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
              JOIN res_company c ON c.id = l.company_id
              JOIN (VALUES %(days)s) today(company_id, day) ON today.company_id = %(root)s
              LEFT JOIN collection_instalment i
                ON %(same)s
              LEFT JOIN collection_ruler r ON r.id = i.ruler_id
             WHERE %(receivable)s
               AND l.partner_id IS NOT NULL
               AND coalesce(l.date_maturity, l.date) < today.day
               AND (l.no_followup OR i.ruler_id IS NULL OR NOT r.active OR r.state != 'running'
                    OR r.date_to < today.day)
             GROUP BY l.move_id, l.account_id, l.partner_id, l.company_id, c.id, i.id, i.ruler_id, r.id,
                      today.day, coalesce(l.date_maturity, l.date)
            HAVING sum(l.amount_residual) > 0
            """,
            root=root_company("c"),
            same=is_line_of("l", "i"),
            receivable=is_receivable("l", "m"),
            days=self._days(),
            blocked=Reason.BLOCKED,
            no_ruler=Reason.NO_RULER,
            not_yet=Reason.NOT_YET,
            no_match=Reason.NO_MATCH,
            ended=Reason.ENDED,
            stopped=Reason.RULER_STOPPED,
        )

    def _days(self):
        """Which day it is at each root company, as rows of a VALUES list."""
        rows = []
        for company in self.env["res.company"].sudo().search([("parent_id", "=", False)]):
            day = fields.Date.context_today(self)
            with suppress(CalendarError):  # hours that make no sense are corrected elsewhere
                day = company._collection_today()
            rows.append(SQL("(%s, %s::date)", company.id, day))
        return SQL(", ").join(rows)

    def action_open_move(self):
        """The invoice, where a ruler is chosen by hand."""
        self.ensure_one()
        return self.move_id.get_formview_action()
