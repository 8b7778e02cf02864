from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..models.common.memo import Agreement


class CollectionReschedule(models.TransientModel):
    """Another due date, agreed with the customer, for some instalments (F7)."""

    _name = "collection.reschedule"
    _inherit = ["collection.checked"]
    _description = "Agree another due date"

    debtor_id = fields.Many2one("collection.debtor", required=True, readonly=True)
    instalment_ids = fields.Many2many(
        "collection.instalment",
        string="Instalments",
        domain="[('debtor_id', '=', debtor_id), ('is_open', '=', True)]",
        compute="_compute_instalment_ids",
        store=True,
        readonly=False,
    )
    due_date = fields.Date(string="New due date", required=True)
    why = fields.Char(string="Reason", required=True)

    @api.depends("debtor_id")
    def _compute_instalment_ids(self):
        """What is overdue is what people talk about; without any, what is due next. Not what is disputed,
        handed over, or on hold by itself for another reason."""
        for wizard in self:
            open_ones = wizard.debtor_id.instalment_ids.filtered("is_open").sorted("due_date")
            open_ones -= self.env["collection.hold"]._on(open_ones).instalment_ids
            chosen = open_ones.filtered("days_overdue") or open_ones[:1]
            wizard.instalment_ids = [Command.set(chosen.ids)]

    def action_agree(self):
        """Write the new date on the journal items; the ruler counts from it, and the original is kept.

        :raise UserError: nothing is chosen, or the date lies behind
        """
        self.ensure_one()
        self.debtor_id._by_collector()
        instalments = self.instalment_ids
        if not instalments:
            raise UserError(self.env._("Choose at least one instalment."))
        if instalments.debtor_id != self.debtor_id or not all(instalments.mapped("is_open")):
            raise UserError(
                self.env._("Choose open instalments of %s.", self.debtor_id.display_name)
            )
        today = self.debtor_id._local_today()
        if self.due_date < today:
            raise UserError(self.env._("Agree on a date from %s on.", format_date(self.env, today)))
        self._check_days_apart(instalments)
        self._write_dates(instalments)
        self.env["collection.refresh.now"]._refresh(self.debtor_id)
        return {"type": "ir.actions.act_window_close"}

    def _check_days_apart(self, instalments):
        """An entry has one instalment per day; two that meet would share their holds and their past.

        :raise UserError: two of an invoice would be due on the new date
        """
        staying = instalments.sudo().move_id.collection_instalment_ids - instalments
        staying = staying.filtered(lambda i: i.due_date == self.due_date)
        seen = {instalment._key()[:3] for instalment in staying}
        for instalment in instalments:
            key = instalment._key()[:3]
            if key in seen:
                raise UserError(
                    self.env._(
                        "Two instalments of %(invoice)s would be due on %(date)s. Agree on a day of its own "
                        "for each of them.",
                        invoice=instalment.move_id.name,
                        date=format_date(self.env, self.due_date),
                    )
                )
            seen.add(key)

    def _write_dates(self, instalments):
        """As superuser: a collector need not be a bookkeeper."""
        keys = {instalment._key() for instalment in instalments}
        agreement = Agreement(self.why or "")
        entries = instalments.sudo().move_id.with_context(collection_agreement=agreement)
        lines = entries.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and line._collection_key() in keys
        )
        lines.date_maturity = self.due_date
        for entry in entries.filtered(lambda e: e.is_sale_document(include_receipts=True)):
            last = max(
                line.date_maturity
                for line in entry.line_ids
                if line.account_type == "asset_receivable" and line.date_maturity
            )
            if entry.invoice_date_due != last:  # what Odoo's own lists and the portal show
                entry.invoice_date_due = last
