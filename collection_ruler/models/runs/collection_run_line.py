from odoo import api, fields, models
from odoo.tools import SQL
from psycopg2.extras import Json

from ..common.reason_labels import reason_selection


class CollectionRunLine(models.Model):
    """What one verb did in one run."""

    _name = "collection.run.line"
    _description = "Follow-up Run: verb"
    _order = "run_id desc, position"
    _log_access = False

    run_id = fields.Many2one("collection.run", required=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", index=True)
    started_at = fields.Datetime(string="When", required=True, index=True)
    position = fields.Integer(required=True)
    verb = fields.Selection(
        [
            ("enrol", "Take in invoices"),
            ("track", "Track outcomes"),
            ("send", "Send"),
            ("profile", "Look at how they pay"),
            ("plan", "Plan"),
        ],
        required=True,
    )
    counted = fields.Integer(help="Customers or follow-ups it looked at.")
    done = fields.Integer(help="For which something was done.")
    skipped = fields.Integer(
        help="Invoices or messages about which nothing was said, for a reason."
    )
    failed = fields.Integer(help="Told to a person as a task.")
    seconds = fields.Float(digits=(16, 2))
    reasons = fields.Json(string="Reasons counted", help="How often nothing was said, by reason.")
    reasons_text = fields.Char(string="Reasons", compute="_compute_reasons_text")

    _identity = models.UniqueIndex("(run_id, position)")

    @api.depends("reasons")
    def _compute_reasons_text(self):
        words = dict(reason_selection(self.env))
        for line in self:
            counts = sorted((line.reasons or {}).items(), key=lambda pair: -pair[1])
            line.reasons_text = ", ".join(
                f"{count} × {words.get(reason, reason)}" for reason, count in counts
            )

    @api.model
    def _add(self, values, reasons):
        """Add what a batch did to the line of its verb, in one statement.

        :param values: by field
        :param reasons: Counter of reasons
        """
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO collection_run_line AS l (%(names)s, reasons) VALUES %(values)s
                ON CONFLICT (run_id, position) DO UPDATE
                   SET counted = l.counted + EXCLUDED.counted, done = l.done + EXCLUDED.done,
                       skipped = l.skipped + EXCLUDED.skipped, failed = l.failed + EXCLUDED.failed,
                       seconds = l.seconds + EXCLUDED.seconds,
                       reasons = (SELECT coalesce(jsonb_object_agg(reason, n), '{}') FROM (
                           SELECT key AS reason, sum(value::int) AS n
                             FROM (SELECT * FROM jsonb_each_text(l.reasons) UNION ALL
                                   SELECT * FROM jsonb_each_text(EXCLUDED.reasons)) both_sides
                            GROUP BY key) summed)
                """,
                names=SQL(", ").join(SQL.identifier(name) for name in values),
                values=(*values.values(), Json({str(r): n for r, n in reasons.items()})),
            )
        )
        self.invalidate_model()
        self.env["collection.run"].invalidate_model(["line_ids"])
