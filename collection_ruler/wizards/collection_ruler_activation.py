from collections import defaultdict
from contextlib import suppress
from datetime import UTC, date, datetime, time
from typing import NamedTuple

from markupsafe import Markup
from odoo import api, fields, models
from odoo.tools import SQL, format_amount, format_date

from ..dunning.calendar import NeverOpen, holiday_support
from ..dunning.ladder import effective_due, next_step
from ..dunning.places import known_as
from ..models.collection_instalment import NOTHING_SAID
from ..models.collection_snapshot import AsOf
from ..models.res_company import Memo

NOON = time(12)
# customers that the dialog names
NAMED = 8


class _Taken(NamedTuple):
    """An instalment that the ruler would take."""

    id: int
    debtor_id: int
    partner_id: int
    move_id: int
    due_date: date
    counts_from: date
    watermark: int
    residual: float
    delivered: bool
    calendar_key: str
    profile: str | None  # how the customer usually pays (F6)


class _Line(NamedTuple):
    """What one customer would hear first.

    :param day: local date
    :param amount: what it is about, in the company's currency
    """

    day: date
    partner_id: int
    step_id: int
    instalment_ids: tuple[int, ...]
    amount: float


class CollectionRulerActivation(models.TransientModel):
    """Shows who would get what before a ruler is switched on; nothing is sent by looking (A8).

    The preview is the real thing, tried and undone: enrolment, and for those who are written to at once
    the plan as well.
    """

    _name = "collection.ruler.activation"
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
    joining_count = fields.Integer(compute="_compute_preview", string="Join silently")
    today_count = fields.Integer(compute="_compute_preview", string="Customers contacted today")
    mute_count = fields.Integer(compute="_compute_preview", string="Customers without e-mail")
    no_holidays = fields.Char(compute="_compute_preview", string="Countries without holidays")
    unsent_count = fields.Integer(compute="_compute_preview", string="Invoices not sent yet")
    next_date = fields.Date(compute="_compute_preview", string="First step on")
    next_count = fields.Integer(compute="_compute_preview", string="Customers on that day")
    missing = fields.Html(compute="_compute_missing", sanitize=False)
    summary = fields.Html(compute="_compute_preview", sanitize=False)
    customers = fields.Html(
        compute="_compute_preview", string="Who hears what first", sanitize=False
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

    @api.depends("ruler_id", "backlog_policy")
    def _compute_preview(self):
        for wizard in self:
            ruler = wizard.ruler_id
            taken, lines, sample = wizard._try()
            today = ruler.company_id._collection_calendar().local_day(
                self.env["collection.snapshot"]._now()
            )
            days = sorted({line.day for line in lines})
            wizard.customer_count = len({one.partner_id for one in taken})
            wizard.instalment_count = len(taken)
            wizard.overdue_count = self._count_overdue(ruler, taken, today)
            first = days[0] if days else False
            wizard.next_date = first
            wizard.next_count = len({line.partner_id for line in lines if line.day == first})
            wizard.joining_count = sum(one.watermark != NOTHING_SAID for one in taken)
            wizard.today_count = len({line.partner_id for line in lines if line.day == today})
            wizard._count_lacking(taken)
            wizard.summary = Markup().join(
                Markup("<p class='mb-1'>%s</p>") % sentence for sentence in wizard._sentences()
            )
            wizard.customers = wizard._customers_table(lines)
            wizard.sample_subject, wizard.sample_body = sample or (False, False)

    def _count_lacking(self, taken):
        """What will go wrong, or be left out, if nobody sees to it."""
        self.ensure_one()
        partners = self.env["res.partner"].sudo().browse({one.partner_id for one in taken})
        self.mute_count = len(partners.filtered(lambda p: not p.email))
        countries = (partners.country_id or self.ruler_id.company_id.country_id).filtered(
            lambda country: not holiday_support(known_as(country.code, None)[0])
        )
        self.no_holidays = ", ".join(sorted(countries.mapped("name")))
        delivers = any(self.ruler_id.step_ids.mapped("delivers_invoice"))
        unsent = {one.move_id for one in taken if not one.delivered}
        self.unsent_count = len(unsent) if delivers else 0

    def _count_overdue(self, ruler, taken, today):
        if not taken:
            return 0
        ruler, ladder = ruler.with_context(collection_memo=Memo()), ruler._ladder()
        return sum(
            effective_due(ladder, ruler._contact_calendar(one.calendar_key), one.due_date) < today
            for one in taken
        )

    def _try(self):
        """What the ruler would do: switched on, and undone.

        :return: (instalments that it would take, first words of each customer, a message as it would
            read or None)
        """
        self.ensure_one()
        if not self.ruler_id or not self.backlog_policy or self.missing:
            return [], [], None
        policy = self.backlog_policy
        mine = {"ruler_id": self.ruler_id, "backlog_policy": policy}
        with self.env.cr.savepoint() as savepoint:
            ruler = self.ruler_id.sudo().with_context(tracking_disable=True)
            ruler.write({"state": "running", "backlog_policy": policy})
            enrolled = self.env["collection.enrol"].sudo()._enrol(ruler.company_id)
            taken = self._taken(ruler, enrolled)
            foresee = self._planned if policy == "catch_up" else self._coming
            lines = foresee(ruler, taken)
            sample = self._first_message(ruler, lines)
            savepoint.rollback()
        self.env.invalidate_all(flush=False)
        self._update_cache(mine, validate=False)  # in a dialog they are in no table yet
        return taken, lines, sample

    def _taken(self, ruler, enrolled):
        rows = self.env.execute_query(
            SQL(
                "SELECT i.id, i.debtor_id, d.partner_id, i.move_id, i.due_date, "
                "coalesce(i.anchor_date, i.due_date), i.watermark, i.residual, "
                "m.is_move_sent IS TRUE OR m.move_type NOT IN %s, i.calendar_key, d.profile "
                "FROM collection_instalment i JOIN collection_debtor d ON d.id = i.debtor_id "
                "JOIN account_move m ON m.id = i.move_id "
                "WHERE i.id = ANY(%s) AND i.ruler_id = %s",
                tuple(self.env["account.move"].get_sale_types(include_receipts=True)),
                enrolled,
                ruler.id,
            )
        )
        return [_Taken(*row) for row in rows]

    def _planned(self, ruler, taken):
        """What the plan verb decides for these customers at once, and what comes for the others."""
        debtors = sorted({one.debtor_id for one in taken})
        plan = self.env["collection.plan"].sudo().with_company(ruler.company_id)
        known = self.env["collection.followup"].sudo().search([], order="id desc", limit=1).id
        if debtors:
            plan._batch(ruler.company_id, debtors)
        followups = (
            self.env["collection.followup"]
            .sudo()
            .with_context(collection_memo=Memo())
            .search([("debtor_id", "in", debtors), ("id", ">", known or 0)])
        )
        pairs = followups._pairs()
        lines = [
            _Line(
                f._contact_calendar().local_day(f.scheduled_at.replace(tzinfo=UTC)),
                f.debtor_id.partner_id.id,
                f.step_id.id,
                tuple(pair.instalment_id for pair in pairs[f.id]),
                f.amount_due,
            )
            for f in followups
            if f.channel != "activity" and f.purpose == "dunning"
        ]
        heard = {line.partner_id for line in lines}
        others = self._taken(ruler, [one.id for one in taken if one.partner_id not in heard])
        return lines + self._coming(ruler, others)  # where the plan left them

    def _coming(self, ruler, taken):
        """The first step that comes for each customer, by the ladder alone."""
        ruler, ladder = ruler.with_context(collection_memo=Memo()), ruler._ladder()
        now = self.env["collection.snapshot"]._now()
        found = {}  # the same for all with the same place and dates
        by_partner = defaultdict(list)
        debtors = self.env["collection.debtor"].sudo().browse({one.debtor_id for one in taken})
        spoken_to = debtors._spoken_to()
        for one in taken:
            key = (
                *(one.calendar_key, one.counts_from, one.watermark, one.delivered, one.profile),
                one.debtor_id in spoken_to,
            )
            if key not in found:
                calendar = ruler._contact_calendar(one.calendar_key)
                today = calendar.local_day(now)
                found[key] = None
                with suppress(NeverOpen):
                    found[key] = next_step(ladder, calendar, *key[1:3], today, *key[3:])
            if found[key]:
                by_partner[one.partner_id].append((found[key], one))
        lines = []
        for partner, own in by_partner.items():
            (step, day), _first = min(own, key=lambda pair: (pair[0][1], pair[1].due_date))
            those = [one for (_step, comes), one in own if comes == day]
            amount = sum(one.residual for one in those)
            lines.append(_Line(day, partner, step.id, tuple(one.id for one in those), amount))
        return lines

    def _first_message(self, ruler, lines):
        """One message as its customer would read it: the first that asks by e-mail."""
        for line in sorted(lines, key=lambda line: (line.day, -line.amount))[:NAMED]:
            step = ruler.step_ids.browse(line.step_id)
            if not step.mail_template_id:
                continue
            about = self.env["collection.instalment"].sudo().browse(line.instalment_ids)
            debtor = about.debtor_id
            if step.offset_days >= 0:  # it asks for all that is due by then
                own = debtor.instalment_ids.filtered(lambda i: i.is_open and i.ruler_id == ruler)
                about |= own.filtered(lambda i, line=line: i.due_date <= line.day)
            # "6 days ago" is true on the day on which it leaves
            then = AsOf(datetime.combine(line.day, NOON, UTC))
            step = step.with_context(collection_as_of=then, collection_memo=Memo())
            return step._sample(debtor, about.sorted("due_date"))
        return None

    def _sentences(self):
        self.ensure_one()
        _ = self.env._
        if not self.instalment_count:
            return [_("No open invoice is waiting for this ruler.")]
        customers = (
            _("1 customer") if self.customer_count == 1 else _("%s customers", self.customer_count)
        )
        sentences = [
            _("1 open instalment of %s.", customers)
            if self.instalment_count == 1
            else _(
                "%(count)s open instalments of %(customers)s.",
                count=self.instalment_count,
                customers=customers,
            ),
        ]
        if not self.overdue_count:
            sentences.append(_("None is overdue."))
        else:
            count = self.overdue_count
            one, many = {
                "join": (
                    _("1 is overdue: it joins silently, nobody is written to about it now."),
                    _("%s are overdue: they join silently, nobody is written to now.", count),
                ),
                "catch_up": (
                    _("1 is overdue: its customer gets one message about it."),
                    _("%s are overdue: each customer gets one message about all.", count),
                ),
                "restart": (
                    _("1 is overdue: it is taken as if it were due today."),
                    _("%s are overdue: they are taken as if they were due today.", count),
                ),
            }[self.backlog_policy]
            sentences.append(one if count == 1 else many)
        return [*sentences, self._first_step(), *self._warnings()]

    def _first_step(self):
        """When something happens first, in a sentence."""
        self.ensure_one()
        _ = self.env._
        if self.next_date:
            day = format_date(self.env, self.next_date, date_format="EEEE, d MMMM y")
            if self.next_count == 1:
                return _("The first step comes on %(day)s, for 1 customer.", day=day)
            return _(
                "The first step comes on %(day)s, for %(count)s customers.",
                day=day,
                count=self.next_count,
            )
        return _("No further step comes for any of them.")

    def _warnings(self):
        """What to see to before, or to know."""
        _ = self.env._
        sentences = []
        if self.unsent_count and self.backlog_policy == "catch_up":
            sentences.append(
                _(
                    "Invoices that were not sent from Odoo yet: %s. Those that are not overdue are sent "
                    "to their customers as well, each in its own message.",
                    self.unsent_count,
                )
            )
        elif self.unsent_count:
            sentences.append(
                _(
                    "Invoices that were not sent from Odoo yet: %s. The ruler sends those whose day comes "
                    "from now on; what is older is left to you.",
                    self.unsent_count,
                )
            )
        if self.no_holidays:
            sentences.append(
                _(
                    "Nobody knows the public holidays of %s: enter them as days off of your contact "
                    "hours, or customers are written to on them.",
                    self.no_holidays,
                )
            )
        if self.mute_count:
            sentences.append(
                _(
                    "Customers without an e-mail address: %s. Their messages fail until one is added, "
                    "unless they have a contact for invoices.",
                    self.mute_count,
                )
            )
        if not self.env["ir.mail_server"].sudo().search_count([], limit=1):
            sentences.append(
                _(
                    "No outgoing mail server is set up in the settings: messages leave through this "
                    "machine's own, if it has one."
                )
            )
        return sentences

    def _customers_table(self, lines):
        """Who hears what first, the earliest and largest on top."""
        self.ensure_one()
        if not lines:
            return Markup()
        currency = self.ruler_id.company_id.currency_id
        lines = sorted(lines, key=lambda line: (line.day, -line.amount, line.partner_id))
        partners = (
            self.env["res.partner"].sudo().browse([line.partner_id for line in lines[:NAMED]])
        )
        names = {partner.id: partner.display_name for partner in partners}
        steps = {step.id: step.name for step in self.ruler_id.step_ids}
        rows = Markup().join(
            Markup("<tr><td>%s</td><td>%s</td><td>%s</td><td class='text-end'>%s</td></tr>")
            % (
                format_date(self.env, line.day),
                names[line.partner_id],
                steps[line.step_id],
                format_amount(self.env, line.amount, currency),
            )
            for line in lines[:NAMED]
        )
        head = Markup().join(
            Markup("<th%s>%s</th>") % (Markup(" class='text-end'") if last else "", title)
            for title, last in (
                (self.env._("On"), False),
                (self.env._("Customer"), False),
                (self.env._("First step"), False),
                (self.env._("About"), True),
            )
        )
        more = Markup()
        if len(lines) > NAMED:
            more = Markup("<p class='text-muted'>%s</p>") % self.env._(
                "and %s more customers", len(lines) - NAMED
            )
        return Markup(
            "<table class='table table-sm'><thead><tr>%s</tr></thead><tbody>%s</tbody></table>%s"
        ) % (head, rows, more)

    def action_confirm(self):
        """Switch it on, with the policy that was looked at."""
        self.ruler_id.backlog_policy = self.backlog_policy
        self.ruler_id._activate()
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
