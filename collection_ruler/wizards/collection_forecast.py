from collections import Counter

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date, formatLang

from ..dunning.forecast import Forecast
from ..models.common import clock

DAYS = 30
# so many days are named, then "and so on"
NAMED = 6


class CollectionForecast(models.TransientModel):
    """What will be said, and what there will be to do, in the coming days: a row for each day, channel, kind
    and ruler, made anew whenever somebody opens it. Nothing is sent by looking (A12)."""

    _name = "collection.forecast"
    _inherit = ["collection.checked"]
    _description = "Forecast of messages and calls"
    _order = "day, kind, channel, id"

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    day = fields.Date(required=True, readonly=True)
    channel = fields.Selection(
        selection=lambda self: self.env["collection.ruler.step"]._fields["channel"].selection,
        required=True,
        readonly=True,
    )
    kind = fields.Selection(
        [
            ("message", "Message"),
            ("delivery", "Invoice"),
            ("approval", "Message to approve"),
            ("task", "Call or task"),
        ],
        string="What",
        required=True,
        readonly=True,
    )
    ruler_id = fields.Many2one("collection.ruler", readonly=True)
    number = fields.Integer(readonly=True)
    over = fields.Integer(
        string="Too many",
        readonly=True,
        help="Calls and tasks of the day that are more than your team can do; see the settings.",
    )

    @api.model
    def action_open_forecast(self):
        """Look ahead for the company that the user works in, and show it.

        :return: an action
        :raise AccessError: no reader of collections
        """
        self.check_access("create")
        company = self.env.company.root_id
        self._mine(company).sudo().unlink()
        forecast = self._foresee(company)
        self.sudo().create(self._rows(company, forecast.counts))
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "collection_ruler.collection_forecast_action"
        )
        action["domain"] = list(self._mine_domain(company))
        return action

    @api.model
    def words(self):
        """What stands above the forecast, in sentences, from the rows of this user.

        :return: {``sentences``: what it comes to, ``too_many``: on which days the team has too much to do or
            False, ``premises``: what it rests on}
        """
        company = self.env.company.root_id
        rows = self._mine(company)
        tasks = Counter()
        for row in rows:
            if row.kind == "task":
                tasks[row.day] += row.number
        too_many = {row.day: tasks[row.day] for row in rows if row.over}
        return {
            "sentences": self._say_sums(company, rows, tasks, too_many),
            "too_many": self._say_too_many(company, too_many),
            "premises": self.env._(
                "Counted as if nobody pays, from what is posted today. Whatever a payment is under way for "
                "is left out. Holds end on their day, bank data counts as up to date from tomorrow on, and "
                "what waits for approval is let go the same day. Nothing is sent by looking."
            ),
        }

    def _mine(self, company):
        """The rows that this user looks at."""
        return self.search(self._mine_domain(company))

    def _mine_domain(self, company):
        return Domain("create_uid", "=", self.env.uid) & Domain("company_id", "=", company.id)

    @api.model
    def _foresee(self, company, days=DAYS):
        """Play the coming days for all debtors of a root company.

        :return: dunning ``Forecast``
        """
        facts = self.env["collection.forecast.facts"].sudo().with_company(company)
        forecast = Forecast(clock.now(facts.env), days)
        for standing, make in facts._customers(company.sudo(), forecast):
            forecast.add_standing(standing, make)
        return forecast

    def _rows(self, company, counts):
        """Values of the rows; the tasks beyond the capacity are those of the last rows of a day."""
        capacity, tasks = company.sudo().collection_capacity, Counter()
        rows = []
        for (day, channel, kind, ruler), number in sorted(counts.items()):
            over = 0
            if kind == "task" and capacity:
                before = max(0, tasks[day] - capacity)
                tasks[day] += number
                over = max(0, tasks[day] - capacity) - before
            rows.append(
                {
                    "company_id": company.id,
                    "day": day,
                    "channel": channel,
                    "kind": kind,
                    "ruler_id": ruler or False,
                    "number": number,
                    "over": over,
                }
            )
        return rows

    # ------------------------------------------------------------------
    # in words
    # ------------------------------------------------------------------

    def _say_sums(self, company, rows, tasks, too_many):
        _ = self.env._
        sentences = []
        if notice := company.sudo().collection_notice:
            sentences.append(notice)
        if not rows:
            return sentences
        sums = Counter()
        for row in rows:
            sums[row.kind] += row.number
        parts = (
            (sums["message"], _("messages: %s", self._say(sums["message"]))),
            (sums["delivery"], _("invoices to send: %s", self._say(sums["delivery"]))),
            (sums["approval"], _("messages to approve: %s", self._say(sums["approval"]))),
            (sums["task"], _("calls and tasks: %s", self._say(sums["task"]))),
        )
        words = "; ".join(text for number, text in parts if number)
        sentences.append(_("In the coming %(days)s days — %(words)s.", days=DAYS, words=words))
        capacity = company.sudo().collection_capacity
        if not capacity and tasks:
            sentences.append(
                _(
                    "Say in Settings ▸ Invoicing ▸ Collections how many calls and tasks your team can do a "
                    "day; then the days with too many are named here."
                )
            )
        elif tasks and not too_many:
            sentences.append(_("On no day are there more calls and tasks than %s.", capacity))
        return sentences

    def _say(self, number):
        """A number as people of this language write it."""
        return formatLang(self.env, number, digits=0)

    def _say_too_many(self, company, too_many):
        if not too_many:
            return False
        _ = self.env._
        days = [
            f"{format_date(self.env, day, date_format='EEE d MMM')} ({self._say(number)})"
            for day, number in sorted(too_many.items())
        ]
        named = ", ".join(days[:NAMED])
        if len(days) > NAMED:
            named = _("%(days)s and %(number)s more", days=named, number=len(days) - NAMED)
        capacity = self._say(company.sudo().collection_capacity)
        if len(days) == 1:
            return _(
                "On 1 day there is more to do than %(most)s: %(days)s.", most=capacity, days=named
            )
        return _(
            "On %(number)s days there is more to do than %(most)s a day: %(days)s.",
            number=len(days),
            most=capacity,
            days=named,
        )
