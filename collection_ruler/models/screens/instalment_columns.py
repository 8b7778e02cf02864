from datetime import UTC, datetime
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import format_date

from ...dunning.bank import expected_on
from ...dunning.explanation import Kind
from ...dunning.profile import PayerClass
from ...dunning.reason import STILL_HERE
from ..common.memo import Memo
from ..common.reason_labels import reason_selection
from .collection_ruler_line_owner import LINE
from .messages_under_way import of_instalments


class CollectionInstalment(models.Model):
    """What lists show of an instalment beside what is owed: from when it counts, when it will be paid,
    why nothing is said about it at this moment, and its ruler drawn."""

    _inherit = "collection.instalment"

    # Odoo's own lists count from the written day: whoever compares them must see why they differ
    bank_day_text = fields.Char(
        string="Counts from",
        compute="_compute_bank_day_text",
        help="The bank day from which days overdue count, where it is another one than the due date.",
    )
    expected_date = fields.Date(
        compute="_compute_expected",
        help="The due date and the average delay of this customer, on a bank day.",
    )
    expected_text = fields.Char(
        string="Expected",
        compute="_compute_expected",
        help="When it will be paid, if this customer pays as usual.",
    )
    # without dependencies, like the ruler drawn; a pause writes nothing to what it silences
    waits_because = fields.Selection(
        selection=lambda self: reason_selection(self.env),
        compute="_compute_waits_because",
        compute_sudo=True,
        help="Why nothing is said now: a pause, the ruler, a hold, or what its due step waits for.",
    )
    # not the stored date, which its own ruler gives alone: what else is owed, caps and thanks move it
    next_contact = fields.Date(
        compute="_compute_next_contact",
        compute_sudo=True,
        help="The day on which the ruler speaks about it next, or asks you to do something, if nobody pays.",
    )
    ruler_line = fields.Json(**LINE)

    @api.depends("due_date", "is_open", "calendar_key", "company_id")
    @api.depends_context("lang")
    def _compute_bank_day_text(self):
        """From which day it counts, where banks are closed on the day that is written (A3)."""
        self.bank_day_text = False
        instalments = self.filtered(lambda i: i.is_open and i.due_date)
        for company, own in instalments.grouped(lambda i: i.company_id.sudo().root_id).items():
            company = company.with_context(collection_memo=Memo())
            for instalment in own:
                day = company._collection_counts_from(instalment.due_date, instalment.calendar_key)
                if day != instalment.due_date:
                    words = format_date(self.env, day, date_format="EEE d MMM")
                    instalment.bank_day_text = self.env._("counts from %s", words)

    @api.depends("due_date", "is_open")
    @api.depends_context("lang")
    def _compute_expected(self):
        """When it will be paid, if its payer does as usual (F6, G3)."""
        self.expected_date = False
        self.expected_text = False
        instalments = self.sudo().filtered("is_open")
        for company, own in instalments.grouped(lambda i: i.debtor_id.company_id).items():
            company = company.with_context(collection_memo=Memo())
            today = company._collection_today()
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
            self.expected_text = format_date(self.env, day)
        elif is_known:  # of whom nothing is known, nothing is usual
            self.expected_text = self.env._("later than usual")

    def _compute_waits_because(self):
        """Ask why, once for all of them (A13, F5): what goes on as planned waits for nothing."""
        self.waits_because = False
        why = self.env["collection.explanation"]._of(self.filtered("is_open"))
        for instalment in self:
            said = why.get(instalment.id)
            if said and (said.stops or said.kind == Kind.NO_RULER):
                instalment.waits_because = said.reason or False

    def _compute_next_contact(self):
        """Ask the outlook, as the banner does; what is planned already leaves on its day (F1)."""
        here = self.filtered(lambda i: i.is_open and i.ruler_id)
        ahead = self.env["collection.outlook"]._of(here.debtor_id, here)
        planned = of_instalments(here)
        for instalment in self:
            outlook = ahead.get(instalment.debtor_id.id)
            coming = outlook and outlook.of.get(instalment._origin.id)
            pending, _missed = planned.get(instalment._origin.id, (None, None))
            day = coming[0].day if coming and not coming[0].waits else False
            if pending and pending.state in STILL_HERE:
                calendar = instalment.debtor_id._calendar()
                day = calendar.local_day(datetime.fromisoformat(pending.at).replace(tzinfo=UTC))
            instalment.next_contact = day

    def _compute_ruler_line(self):
        """Draw all of them at once."""
        drawn = self.env["collection.ruler.line"]._draw(self)
        for instalment in self:
            instalment.ruler_line = drawn.get(instalment.id, False)
