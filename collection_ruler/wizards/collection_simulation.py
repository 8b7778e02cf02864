from decimal import Decimal
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..dunning.calendar import CalendarError, NeverOpen
from ..dunning.ladder import LadderError
from ..dunning.reason import Reason
from ..dunning.simulator import simulate
from ..models.collection_followup_item import reason_selection

# a plan of five years, by the month
MOST_INSTALMENTS = 60


class CollectionSimulation(models.TransientModel):
    """What a ruler would say about an invoice that nobody pays, day by day; nothing is sent (A12)."""

    _name = "collection.simulation"
    _description = "Simulate a ruler"

    ruler_id = fields.Many2one("collection.ruler", required=True)
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

    @api.depends("ruler_id", "partner_id", "due_date", "instalments", "amount", "is_sent")
    def _compute_result(self):
        for wizard in self:
            wizard.result = wizard._say_result()

    def _say_result(self):
        """The course as a table, or why there is none."""
        self.ensure_one()
        _ = self.env._
        # whoever looks must be allowed to see both: what follows reads as superuser
        self.ruler_id._origin.check_access("read")
        self.partner_id._origin.check_access("read")
        ruler = self.ruler_id._origin.sudo()
        if not ruler or not self.due_date or not 1 <= self.instalments <= MOST_INSTALMENTS:
            return False
        dues = [self.due_date + relativedelta(months=n) for n in range(self.instalments)]
        try:
            calendar, best_minute, profile = self._customer(ruler)
            amount = Decimal(str(self.amount))
            course = simulate(
                ruler._ladder(), calendar, dues, amount, self.is_sent, best_minute, profile
            )
        except NeverOpen:
            return _("No hour is within the contact hours where this customer lives.")
        except (CalendarError, LadderError) as error:
            return str(error)
        if not course:
            return _(
                "Nothing would be said: the ruler has no steps, or asks only for larger amounts."
            )
        rows = Markup().join(self._row(contact, calendar) for contact in course)
        return Markup(
            "<table class='table table-sm mb-0'><thead><tr><th>%s</th><th>%s</th></tr></thead>"
            "<tbody>%s</tbody></table>"
        ) % (_("When"), _("What, and what moved it"), rows)

    def _customer(self, ruler):
        """When this customer may be contacted, and likes to be, in minutes of the day or None, and how they
        usually pay."""
        partner = self.partner_id._origin.sudo().commercial_partner_id
        if not partner:
            return ruler._contact_calendar(), None, None
        company = ruler.company_id
        place = company._collection_locate(
            partner.tz, partner.country_id.code, partner.state_id.code
        )
        calendar = ruler._contact_calendar(place.key)
        debtor = partner.collection_debtor_ids.filtered(lambda d: d.company_id == company)
        if not debtor:
            return calendar, None, None
        return debtor._leave_in_peace(calendar), debtor._best_minute(), debtor.profile or None

    def _row(self, contact, calendar):
        """One contact: its day, the words and what they are about, and what moved it."""
        _ = self.env._
        step = self.env["collection.ruler.step"].sudo().browse(contact.step.id)
        at = contact.contact.at.astimezone(ZoneInfo(calendar.timezone))
        when = format_date(self.env, contact.day, date_format="EEE d MMM yyyy")
        if contact.step.mode != "task":
            when = f"{when}, {at:%H:%M}"
        notes = []
        if self.instalments > 1:
            days = ", ".join(
                format_date(self.env, due, date_format="d MMM yyyy") for due in contact.dues
            )
            notes.append(_("due %s", days))
        if moved := self._say_moved(contact, calendar):
            notes.append(_("Moved: %s", moved))
        return Markup("<tr><td class='text-nowrap'>%s</td><td>%s%s</td></tr>") % (
            when,
            f"{step.name} ({step._channel_label()})",
            Markup().join(Markup("<div class='text-muted'>%s</div>") % note for note in notes),
        )

    def _say_moved(self, contact, calendar):
        labels = dict(reason_selection(self.env))
        words = []
        for reason in contact.moved:
            if reason == Reason.CLOSED:
                day = format_date(self.env, contact.nominal, date_format="EEE d MMM")
                holiday = calendar.holiday_name(contact.nominal)
                words.append(f"{day}: {holiday}" if holiday else self.env._("%s is closed", day))
            else:
                words.append(labels[reason])
        return ", ".join(words)
