from decimal import Decimal

from dateutil.relativedelta import relativedelta
from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..dunning.calendar import CalendarError, NeverOpen
from ..dunning.contact_limits import narrowed
from ..dunning.facts import Snapshot
from ..dunning.ladder import LadderError, effective_due
from ..dunning.simulator import simulate

# a plan of five years, by the month
MOST_INSTALMENTS = 60


class CollectionSimulation(models.TransientModel):
    """What a ruler would say about an invoice that nobody pays, day by day; nothing is sent (A12)."""

    _name = "collection.simulation"
    _inherit = ["collection.checked"]
    _description = "Simulate a ruler"

    ruler_id = fields.Many2one("collection.ruler", required=True)
    other_ruler_id = fields.Many2one(
        "collection.ruler",
        string="Compare with",
        domain="[('company_id', '=', company_id), ('id', '!=', ruler_id)]",
        help="Another ruler of the same company, shown beside this one.",
    )
    company_id = fields.Many2one(related="ruler_id.company_id")
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner",
        string="For",
        help="Whose clock, holidays, dates to avoid and habit of paying count. Empty: somebody who "
        "lives where you do.",
    )
    due_date = fields.Date(
        string="Due on",
        required=True,
        default=lambda self: fields.Date.context_today(self) + relativedelta(days=14),
    )
    instalments = fields.Integer(
        default=1, required=True, help="So many, one a month, from the due date on."
    )
    amount = fields.Monetary(string="Each of", default=100.0)
    is_sent = fields.Boolean(string="The invoice was sent already")
    result = fields.Html(compute="_compute_result")

    @api.constrains("instalments")
    def _check_instalments(self):
        for wizard in self:
            if not 1 <= wizard.instalments <= MOST_INSTALMENTS:
                raise UserError(self.env._("Simulate from 1 to %s instalments.", MOST_INSTALMENTS))

    @api.constrains("ruler_id", "other_ruler_id")
    def _check_other_ruler(self):
        for wizard in self:
            wizard._check_one_company()

    def _check_one_company(self):
        """:raise UserError: the rulers are of two companies, which have other customers, hours and banks"""
        other = self.other_ruler_id._origin
        if other and other.sudo().company_id != self.ruler_id._origin.sudo().company_id:
            raise UserError(
                self.env._("Compare rulers of one company: choose another one to compare with.")
            )

    @api.depends(
        "ruler_id", "other_ruler_id", "partner_id", "due_date", "instalments", "amount", "is_sent"
    )
    def _compute_result(self):
        for wizard in self:
            wizard.result = wizard._say_result()

    def _say_result(self):
        """The course as a table, one column for each ruler, or why there is none."""
        self.ensure_one()
        # whoever looks must be allowed to see all of them: what follows reads as superuser
        self.ruler_id._origin.check_access("read")
        self.other_ruler_id._origin.check_access("read")
        self.partner_id._origin.check_access("read")
        self._check_one_company()
        if not self.ruler_id or not self.due_date or not 1 <= self.instalments <= MOST_INSTALMENTS:
            return False
        ruler, other = self.ruler_id._origin.sudo(), self.other_ruler_id._origin.sudo()
        dues = [self.due_date + relativedelta(months=n) for n in range(self.instalments)]
        if not other or other == ruler:
            course, calendar, problem = self._course(ruler, dues)
            return problem or self._say_bank_day(calendar) + self._one_table(course, calendar)
        courses = [(one, *self._course(one, dues)) for one in (ruler, other)]
        calendar = next((known for *_rest, known, _problem in courses if known), None)
        return self._say_bank_day(calendar) + self._tables_side_by_side(courses)

    def _bank_day(self, due, calendar):
        """From which day a due date counts, if that is another one, in words; else None."""
        day = effective_due(self.ruler_id._origin.sudo()._to_ladder(), calendar, due)
        return format_date(self.env, day, date_format="EEE d MMM") if day != due else None

    def _say_bank_day(self, calendar):
        """Why the days of one instalment count from another day; of several each contact says it."""
        if not calendar or self.instalments > 1:
            return Markup()
        if not (day := self._bank_day(self.due_date, calendar)):
            return Markup()
        words = self.env._(
            "Banks are closed on %(due)s: it can be paid until %(day)s, and days count from there.",
            due=format_date(self.env, self.due_date, date_format="EEE d MMM"),
            day=day,
        )
        return Markup("<p>%s</p>") % words

    def _course(self, ruler, dues):
        """What a ruler says about these due dates.

        :return: ([dunning SimulatedContact], the calendar, why nothing is said or None)
        """
        _ = self.env._
        try:
            customer = self._customer(ruler)
            amount = Decimal(str(self.amount))
            course = simulate(
                ruler._to_ladder(),
                customer,
                dues,
                amount,
                self.is_sent,
                ruler.company_id.collection_settlement_days,
            )
        except NeverOpen:
            return [], None, _("No hour is within the contact hours where this customer lives.")
        except (CalendarError, LadderError) as error:
            return [], None, str(error)
        nothing = _(
            "Nothing would be said: the ruler has no steps, or asks only for larger amounts."
        )
        return course, customer.calendar, None if course else nothing

    def _customer(self, ruler):
        """When this customer may be contacted and likes to be, and how they usually pay.

        :return: dunning Snapshot of a debtor who owes nothing
        """
        partner = self.partner_id._origin.sudo().commercial_partner_id
        if not partner:
            return Snapshot(ruler._contact_calendar(), ())
        company = ruler.company_id
        place = company._collection_locate(
            partner.tz, partner.country_id.code, partner.state_id.code
        )
        calendar = ruler._contact_calendar(place.key)
        debtor = partner.collection_debtor_ids.filtered(lambda d: d.company_id == company)
        if debtor:
            calendar = debtor._without_blackouts(calendar)
        limits = self.env["collection.contact.limit"]._of_company(company.id)
        channels = set(ruler.step_ids.mapped("channel"))
        channels &= set(self.env["collection.channel"]._hearing())
        return Snapshot(
            calendar,
            (),
            best_minute=debtor._best_minute() if debtor else None,
            profile=debtor.profile or None,
            channels=narrowed(calendar, limits, channels, partner.is_company),
        )
