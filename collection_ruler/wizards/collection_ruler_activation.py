from markupsafe import Markup, escape
from odoo import api, fields, models
from odoo.tools import format_amount, format_date

from ..dunning.ladder import effective_due
from ..dunning.places import known_as
from ..dunning.public_holidays import holiday_support
from ..models.common.memo import Memo
from ..models.instalment.collection_instalment import NOTHING_SAID

# customers and invoices that a warning names
LISTED = 5


class CollectionRulerActivation(models.TransientModel):
    """Shows who would get what before a ruler is switched on; nothing is sent by looking (A8).

    The preview is the real thing, tried and undone: see `_try`.
    """

    _name = "collection.ruler.activation"
    _inherit = ["collection.checked"]
    _description = "Activate a Collection Ruler"

    ruler_id = fields.Many2one("collection.ruler", required=True, ondelete="cascade")
    backlog_policy = fields.Selection(
        selection=lambda self: self.env["collection.ruler"]._fields["backlog_policy"].selection,
        string="What becomes of them?",
        required=True,
        default="join",
    )
    customer_count = fields.Integer(compute="_compute_preview", string="Customers")
    instalment_count = fields.Integer(compute="_compute_preview", string="Open instalments")
    overdue_count = fields.Integer(compute="_compute_preview", string="Overdue instalments")
    bank_day_count = fields.Integer(compute="_compute_preview", string="Not overdue by bank days")
    joining_count = fields.Integer(compute="_compute_preview", string="Join silently")
    today_count = fields.Integer(compute="_compute_preview", string="Customers contacted today")
    mute_count = fields.Integer(compute="_compute_preview", string="Customers without e-mail")
    mute_names = fields.Char(compute="_compute_preview", string="Who has no e-mail")
    no_holidays = fields.Char(compute="_compute_preview", string="Countries without holidays")
    unsent_count = fields.Integer(compute="_compute_preview", string="Invoices not sent yet")
    unsent_names = fields.Char(compute="_compute_preview", string="Which were not sent")
    left_unsent_count = fields.Integer(compute="_compute_preview", string="Left to people to send")
    have_unsent = fields.Boolean(
        "They have these invoices already",
        help="They went by post, by e-mail or from another system: the ruler may remind of them.",
    )
    notice = fields.Char(related="ruler_id.company_id.collection_notice")
    next_date = fields.Date(compute="_compute_preview", string="First step on")
    next_count = fields.Integer(compute="_compute_preview", string="Customers on that day")
    missing = fields.Html(compute="_compute_missing", sanitize=False)
    summary = fields.Html(compute="_compute_preview", sanitize=False)
    customers = fields.Html(
        compute="_compute_preview", string="First contact per customer", sanitize=False
    )
    sample_subject = fields.Char(compute="_compute_preview")
    sample_body = fields.Html(compute="_compute_preview", sanitize=False)

    @api.model
    def default_get(self, names):
        values = super().default_get(names)
        ruler = self.env["collection.ruler"].browse(values.get("ruler_id"))
        if ruler and "backlog_policy" in names:
            values["backlog_policy"] = ruler.backlog_policy
        return values

    @api.depends("ruler_id")
    def _compute_missing(self):
        """What has to be done first, each with the way there."""
        for wizard in self:
            rows = Markup()
            for sentence, path in wizard.ruler_id._missing() if wizard.ruler_id else ():
                way = (
                    Markup(" <a href='%s'>%s</a>") % (path, self.env._("Go there")) if path else ""
                )
                rows += Markup("<li>%s%s</li>") % (sentence, way)
            wizard.missing = rows and Markup("<ul class='mb-0'>%s</ul>") % rows

    @api.depends("ruler_id", "backlog_policy", "have_unsent")
    def _compute_preview(self):
        for wizard in self:
            ruler = wizard.ruler_id
            taken, lines, rows, mute = wizard._try()
            today = ruler.company_id._collection_today()
            days = sorted({line.day for line in lines})
            wizard.customer_count = len({one.partner_id for one in taken})
            wizard.instalment_count = len(taken)
            wizard.overdue_count = self._count_overdue(ruler, taken, today)
            late = sum(one.due_date < today for one in taken)
            wizard.bank_day_count = max(0, late - wizard.overdue_count)
            first = days[0] if days else False
            wizard.next_date = first
            wizard.next_count = len({line.debtor_id for line in lines if line.day == first})
            wizard.joining_count = sum(one.watermark != NOTHING_SAID for one in taken)
            wizard.today_count = len({line.debtor_id for line in lines if line.day == today})
            wizard._name_lacking(taken, mute)
            wizard.summary = Markup().join(
                Markup("<p class='mb-1'>%s</p>") % sentence for sentence in wizard._sentences()
            )
            wizard.customers = wizard._customers_table(rows, len(lines) - len(rows))
            wizard.sample_subject, wizard.sample_body = wizard._sample(rows)

    def _name_lacking(self, taken, mute):
        """What will go wrong, or be left out, if nobody sees to it."""
        self.ensure_one()
        partners = self.env["res.partner"].sudo().browse({one.partner_id for one in taken})
        self.mute_count = len(mute)
        self.mute_names = self._names(mute.mapped("display_name"))
        countries = (partners.country_id or self.ruler_id.company_id.country_id).filtered(
            lambda country: not holiday_support(known_as(country.code, None)[0])
        )
        self.no_holidays = ", ".join(sorted(countries.mapped("name")))
        unsent, left = self._left_unsent(taken)
        self.unsent_count, self.left_unsent_count = len(unsent), len(left)
        moves = self.env["account.move"].sudo().browse(sorted(unsent)[: LISTED + 1])
        self.unsent_names = self._names(moves.mapped("name"), len(unsent))

    def _names(self, names, count=None):
        """Some names in a row: "A, B and 7 more".

        :param count: how many there are, where not all are in `names`
        """
        shown, count = names[:LISTED], len(names) if count is None else count
        listed = ", ".join(shown)
        if count == len(shown):
            return listed
        return self.env._("%(names)s and %(count)s more", names=listed, count=count - len(shown))

    def _count_overdue(self, ruler, taken, today):
        if not taken:
            return 0
        ruler, ladder = ruler.with_context(collection_memo=Memo()), ruler._to_ladder()
        return sum(
            effective_due(ladder, ruler._contact_calendar(one.calendar_key), one.due_date) < today
            for one in taken
        )

    def _sample(self, rows):
        """One message as its customer would read it: the first that asks by e-mail.

        :return: (subject, body), both False where there is none
        """
        written = [row.seen for row in rows if row.seen.get("body") or row.seen.get("note")]
        seen = min(written, key=lambda seen: seen["purpose"] == "delivery", default=None)
        if not seen:
            return False, False
        return seen["subject"], seen["body"] or escape(seen["note"])

    def _customers_table(self, rows, more):
        """The first contact of each customer, the earliest and largest on top.

        :param more: how many customers are not in the rows
        """
        if not rows:
            return Markup()
        titles = (self.env._("On"), self.env._("Customer"), self.env._("First"))
        head = Markup().join(Markup("<th>%s</th>") % title for title in titles)
        body = Markup().join(
            Markup("<tr><td>%s</td><td>%s</td><td>%s</td><td class='text-end'>%s</td></tr>")
            % (
                format_date(self.env, row.day),
                row.name,
                row.what,
                format_amount(self.env, row.amount, row.currency),
            )
            for row in rows
        )
        table = Markup(
            "<table class='table table-sm'><thead><tr>%s<th class='text-end'>%s</th></tr></thead>"
            "<tbody>%s</tbody></table>"
        ) % (head, self.env._("About"), body)
        if more:
            words = (
                self.env._("and 1 more customer")
                if more == 1
                else self.env._("and %s more customers", more)
            )
            table += Markup("<p class='text-muted'>%s</p>") % words
        return table

    def action_look_again(self):
        """Open the dialog anew, after what was missing was seen to in another window."""
        return self.ruler_id.action_activate()

    def action_confirm(self):
        """Switch it on, with the policy that was looked at."""
        self.ruler_id.backlog_policy = self.backlog_policy
        self.ruler_id._activate()
        if self.have_unsent:
            self._mark_sent(self.ruler_id)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "title": self.env._("“%s” runs", self.ruler_id.name),
                "message": self.env._(
                    "“Debtors” shows who stands where, “Today's outgoing” each message before it leaves."
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
