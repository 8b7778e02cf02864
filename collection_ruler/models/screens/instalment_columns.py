from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import format_date

from ...dunning.profile import PayerClass, expected_on
from ..common import clock
from ..common.memo import Memo


class CollectionInstalment(models.Model):
    """When an open instalment will be paid, if its payer does as usual (F6, G3)."""

    _inherit = "collection.instalment"

    expected_date = fields.Date(
        compute="_compute_expected",
        help="The due date and the average delay of this customer, on a bank day.",
    )
    expected_words = fields.Char(
        string="Expected",
        compute="_compute_expected",
        help="When it will be paid, if this customer pays as usual.",
    )

    @api.depends("due_date", "is_open")
    @api.depends_context("lang")
    def _compute_expected(self):
        self.expected_date = False
        self.expected_words = False
        instalments = self.sudo().filtered("is_open")
        for company, own in instalments.grouped(lambda i: i.debtor_id.company_id).items():
            company = company.with_context(collection_memo=Memo())
            today = company._collection_calendar().local_day(clock.now(self.env))
            for instalment in own:
                self.browse(instalment.id)._expect(instalment, company, today)

    def _expect(self, instalment, company, today):
        """Fill in one.

        :param instalment: this one, as superuser
        :param company: its root company, with a memo for calendars
        :param today: local day of the company
        """
        debtor = instalment.debtor_id
        is_known = debtor.profile not in (False, PayerClass.NEW)
        day = expected_on(
            company._collection_calendar(key=debtor.calendar_key),
            instalment.due_date,
            Decimal(str(debtor.profile_delay)) if is_known else None,
            today,
            company.collection_bank_days,
        )
        self.expected_date = day
        if day:
            self.expected_words = format_date(self.env, day)
        elif is_known:  # of whom nothing is known, nothing is usual
            self.expected_words = self.env._("later than usual")
