from odoo import api, fields, models
from odoo.tools import format_date

from ..common.memo import Memo


class CollectionInstalment(models.Model):
    """From which day it counts, where banks are closed on the day that is written (A3).

    Odoo's own lists count from the written day: whoever compares them must see why they differ.
    """

    _inherit = "collection.instalment"

    bank_day_words = fields.Char(
        string="Counts from",
        compute="_compute_bank_day_words",
        help="The bank day from which days overdue count, where it is another one than the due date.",
    )

    @api.depends("due_date", "is_open", "calendar_key", "company_id")
    @api.depends_context("lang")
    def _compute_bank_day_words(self):
        self.bank_day_words = False
        instalments = self.filtered(lambda i: i.is_open and i.due_date)
        for company, own in instalments.grouped(lambda i: i.company_id.sudo().root_id).items():
            company = company.with_context(collection_memo=Memo())
            for instalment in own:
                day = company._collection_counts_from(instalment.due_date, instalment.calendar_key)
                if day != instalment.due_date:
                    words = format_date(self.env, day, date_format="EEE d MMM")
                    instalment.bank_day_words = self.env._("counts from %s", words)
