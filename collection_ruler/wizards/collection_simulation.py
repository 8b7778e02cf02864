from decimal import Decimal
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..dunning.calendar import CalendarError, NeverOpen
from ..dunning.contact_limits import narrowed
from ..dunning.facts import Snapshot
from ..dunning.ladder import LadderError, effective_due
from ..dunning.reason import Reason
from ..dunning.simulator import simulate
from ..models.common.reason_labels import reason_selection

# a plan of five years, by the month
MOST_INSTALMENTS = 60


class CollectionSimulation(models.TransientModel):
    """What a ruler would say about an invoice that nobody pays, day by day; nothing is sent (A12)."""

    _name = "collection.simulation"
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

    # ------------------------------------------------------------------
    # tables
    # ------------------------------------------------------------------

    def _one_table(self, course, calendar):
        _ = self.env._
        rows = Markup().join(self._row(contact, calendar) for contact in course)
        sums = Markup().join(
            Markup("<tr><td class='text-muted'>%s</td><td>%s</td></tr>") % line
            for line in self._sums(course)
        )
        return Markup(
            "<table class='table table-sm mb-0'><thead><tr><th>%s</th><th>%s</th></tr></thead>"
            "<tbody>%s</tbody><tfoot>%s</tfoot></table>"
        ) % (_("When"), _("What, and what moved it"), rows, sums)

    def _tables_side_by_side(self, courses):
        """One line a day and one column a ruler; on a phone each day's words stand below each other, with
        the name of their ruler.

        :param courses: [(ruler, course, calendar, problem)]
        """
        names = [ruler.name for ruler, *_rest in courses]
        lines = []
        days = sorted({contact.day for _ruler, course, *_rest in courses for contact in course})
        for day in days:
            cells = [
                Markup("<hr class='my-1'/>").join(
                    self._cell(contact, calendar) for contact in course if contact.day == day
                )
                for _ruler, course, calendar, _problem in courses
            ]
            when = format_date(self.env, day, date_format="EEE d MMM yyyy")
            lines.append(self._line(when, cells, names))
        foot = []
        if any(problem for *_rest, problem in courses):
            foot.append(self._line("", [problem or "" for *_rest, problem in courses], names))
        sums = [self._sums(course) for _ruler, course, *_rest in courses]
        for pairs in zip(*sums, strict=True):
            foot.append(self._line(pairs[0][0], [value for _label, value in pairs], names))
        heads = Markup().join(Markup("<th>%s</th>") % name for name in names)
        return Markup(
            "<table class='table table-sm mb-0'><thead><tr class='d-none d-md-table-row'><th>%s</th>%s"
            "</tr></thead><tbody>%s</tbody><tfoot class='text-muted'>%s</tfoot></table>"
        ) % (self.env._("When"), heads, Markup().join(lines), Markup().join(foot))

    def _line(self, label, cells, names):
        """A line of the comparison; what is empty takes no room on a phone."""
        tds = Markup().join(
            Markup(
                "<td class='%s d-md-table-cell border-0'>"
                "<div class='d-md-none text-muted small'>%s</div>%s</td>"
            )
            % ("d-block" if cell else "d-none", name, cell)
            for name, cell in zip(names, cells, strict=True)
        )
        return Markup(
            "<tr class='d-block d-md-table-row border-bottom'>"
            "<td class='d-block d-md-table-cell border-0 text-nowrap fw-bold'>%s</td>%s</tr>"
        ) % (label, tds)

    def _sums(self, course):
        """What it comes to: [(label, value)], the same labels for each ruler."""
        _ = self.env._
        messages = [c for c in course if c.step.mode != "task" and not c.step.delivers]
        overdue = [c for c in messages if c.late > 0]
        first = _("none")
        if overdue:
            days = overdue[0].late
            first = _("1 day after due") if days == 1 else _("%s days after due", days)
        last = format_date(self.env, course[-1].day, date_format="EEE d MMM yyyy") if course else ""
        return [
            (_("Messages, the invoice aside"), str(len(messages))),
            (_("Calls and tasks"), str(sum(c.step.mode == "task" for c in course))),
            (_("First overdue word"), first),
            (_("Last contact"), last),
        ]

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
        channels = set(ruler.step_ids.mapped("channel")) - {"activity"}
        return Snapshot(
            calendar,
            (),
            best_minute=debtor._best_minute() if debtor else None,
            profile=debtor.profile or None,
            channels=narrowed(calendar, limits, channels, partner.is_company),
        )

    def _row(self, contact, calendar):
        """One contact: its day, the words and what they are about, and what moved it."""
        when = format_date(self.env, contact.day, date_format="EEE d MMM yyyy")
        if at := self._time(contact, calendar):
            when = f"{when}, {at}"
        return Markup("<tr><td class='text-nowrap'>%s</td><td>%s</td></tr>") % (
            when,
            self._words(contact, calendar),
        )

    def _cell(self, contact, calendar):
        """One contact in its ruler's column."""
        at = self._time(contact, calendar)
        words = self._words(contact, calendar)
        return Markup("%s %s") % (at, words) if at else words

    def _time(self, contact, calendar):
        """The time of a message; a task has none."""
        if contact.step.mode == "task":
            return ""
        return f"{contact.contact.at.astimezone(ZoneInfo(calendar.timezone)):%H:%M}"

    def _words(self, contact, calendar):
        step = self.env["collection.ruler.step"].sudo().browse(contact.step.id)
        approved = self.env._(", after approval") if contact.step.mode == "approve" else ""
        notes = []
        if self.instalments > 1:
            days = ", ".join(self._due_words(due, calendar) for due in contact.dues)
            notes.append(self.env._("due %s", days))
        if moved := self._say_moved(contact, calendar):
            notes.append(self.env._("Moved: %s", moved))
        return Markup("%s%s") % (
            f"{step.name} ({step._channel_label()}{approved})",
            Markup().join(Markup("<div class='text-muted'>%s</div>") % note for note in notes),
        )

    def _due_words(self, due, calendar):
        """A due date, and the bank day from which it counts where that is another one."""
        words = format_date(self.env, due, date_format="d MMM yyyy")
        day = self._bank_day(due, calendar)
        return self.env._("%(due)s (counts from %(day)s)", due=words, day=day) if day else words

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
