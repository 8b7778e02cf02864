from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...dunning.ladder import Step


class CollectionRulerStep(models.Model):
    """One step of a ruler: what is said, how, and how many days from the due date (A2)."""

    _name = "collection.ruler.step"
    _inherit = ["collection.checked"]
    _description = "Collection Ruler Step"
    _order = "ruler_id, trigger, offset_days, sequence, id"

    ruler_id = fields.Many2one("collection.ruler", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="ruler_id.company_id")
    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    trigger = fields.Selection(
        [
            ("due", "Due date"),
            ("paid", "Payment received"),
            ("payment_returned", "Payment returned"),
        ],
        required=True,
        default="due",
    )
    offset_days = fields.Integer(
        string="Days",
        help="Days from the due date: negative before it, 0 on it, positive after it.",
    )
    owed_min = fields.Monetary(
        string="Only if at least",
        help="This step is passed over while the customer owes less than this. 0: always said.",
    )
    skip_profiles = fields.Many2many(
        "collection.payer.class",
        string="Skip for",
        help="This step is passed over for customers who usually pay like that. Nothing chosen: for all.",
    )
    spares_turn_of_year = fields.Boolean(
        string="Not at the turn of the year",
        help="Firm words wait from 20 December to 2 January, and come on the next open day.",
    )
    currency_id = fields.Many2one(related="ruler_id.currency_id")
    timing = fields.Char(string="When", compute="_compute_timing")
    channel = fields.Selection(
        [("email", "E-mail"), ("activity", "Task for us")], required=True, default="email"
    )
    mode = fields.Selection(
        [
            ("automatic", "Automatic"),
            ("approve", "After approval"),
            ("task", "A person does it"),
        ],
        compute="_compute_mode",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    stage_id = fields.Many2one(
        "collection.stage", help="Where the debtor stands once this was said."
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        string="Message",
        domain="[('model', '=', 'collection.followup')]",
        ondelete="restrict",
    )
    attach_invoice = fields.Boolean(
        string="Attach invoices", help="Adds the PDF of each invoice that the message asks for."
    )
    delivers_invoice = fields.Boolean(
        string="Delivers the invoice",
        help="Sends the invoice itself, through Odoo's own sending, unless it was sent before. "
        "It is not a reminder: never overtaken, merged or held.",
    )
    recipient_role = fields.Selection(
        [("billing", "Collection contact"), ("escalation", "Escalation contact")],
        string="To",
        required=True,
        default="billing",
        help="Without such a contact: the invoice address, then the company.",
    )
    copy_salesperson = fields.Boolean(string="Copy to the salesperson")
    closed_days = fields.Selection(
        [("advance", "The open day before"), ("defer", "The next open day")],
        string="On a closed day",
        compute="_compute_closed_days",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    activity_type_id = fields.Many2one("mail.activity.type", string="Task type")
    activity_note = fields.Html(string="What to do")

    @api.depends("offset_days", "trigger")
    def _compute_timing(self):
        for step in self:
            step.timing = step._timing()

    def _name_at(self, offset):
        """Its name, or what it is called where an agreed date has it on another day (A14).

        :param offset: days from the due date
        """
        self.ensure_one()
        if self.trigger != "due" or offset == self.offset_days:
            return self.name
        return self.env._("Before the agreed date")

    def _timing(self, days=None):
        """The offset in words, so that nobody can mistake its sign (A2).

        :param days: instead of its own
        """
        self.ensure_one()
        days = self.offset_days if days is None else days
        if self.trigger == "paid":
            return self.env._("after a payment")
        if self.trigger == "payment_returned":
            return self.env._("when a payment comes back")
        if days == 0:
            return self.env._("on the due date")
        if days == -1:
            return self.env._("1 day before due")
        if days == 1:
            return self.env._("1 day after due")
        if days < 0:
            return self.env._("%s days before due", -days)
        return self.env._("%s days after due", days)

    @api.depends("channel")
    def _compute_mode(self):
        for step in self:
            modes = self.env["collection.channel"]._named(step.channel)._modes
            if step.mode not in modes:
                step.mode = modes[0]

    @api.depends("offset_days")
    def _compute_closed_days(self):
        for step in self:
            step.closed_days = "advance" if step.offset_days < 0 else "defer"

    @api.constrains("channel", "mail_template_id", "delivers_invoice", "trigger", "mode")
    def _check_step(self):
        for step in self:
            step._check_message()
            channel = self.env["collection.channel"]._named(step.channel)
            if step.mode not in channel._modes:
                raise ValidationError(
                    self.env._(
                        "“%(step)s”: the channel “%(channel)s” does not leave like that. Choose another way.",
                        step=step.name,
                        channel=channel._label(),
                    )
                )
            delivers = "delivery" in channel._purposes
            if step.delivers_invoice and (step.trigger != "due" or not delivers):
                raise ValidationError(
                    self.env._(
                        "“%s”: an invoice is delivered by e-mail on a day around its due date.",
                        step.name,
                    )
                )
            if step.trigger == "paid" and "thanks" not in channel._purposes:
                raise ValidationError(self.env._("“%s”: thanks are given by e-mail.", step.name))

    @api.constrains("ruler_id", "offset_days", "channel", "trigger")
    def _check_ladder(self):
        self.ruler_id._check_ladder()

    def _check_days_apart(self):
        """:raise ValidationError: two of these steps speak on one day by one channel"""
        seen = {}
        for step in self.filtered(lambda s: s.trigger == "due"):
            other = seen.setdefault((step.offset_days, step.channel), step)
            if other != step:
                raise ValidationError(
                    self.env._(
                        "“%(first)s” and “%(second)s” both speak by %(channel)s %(timing)s. "
                        "Move one of them to another day.",
                        first=other.name,
                        second=step.name,
                        channel=step._channel_label(),
                        timing=step.timing,
                    )
                )

    def _check_message(self):
        """:raise ValidationError: what its channel lacks, such as an e-mail step without words"""
        for step in self:
            if lack := self.env["collection.channel"]._named(step.channel)._misfit(step):
                raise ValidationError(lack)
            if step.mail_template_id and step.mail_template_id.model != "collection.followup":
                raise ValidationError(
                    self.env._(
                        "The message “%(template)s” of the step “%(step)s” is not one for follow-ups. "
                        "Choose one that applies to “Follow-up”.",
                        template=step.mail_template_id.name,
                        step=step.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _keep_one_of_a_running_ruler(self):
        for ruler in self.ruler_id.filtered(lambda r: r.state != "draft"):
            if not ruler.step_ids - self:
                raise ValidationError(
                    self.env._("“%s” is running and needs at least one step.", ruler.name)
                )

    def _channel_label(self):
        self.ensure_one()
        return self.env["collection.channel"]._named(self.channel)._label()

    def _to_step(self):
        """The step as the plain-Python ladder knows it."""
        self.ensure_one()
        return Step(
            self.id,
            self.offset_days,
            self.channel,
            mode=self.mode,
            closed_days=self.closed_days,
            delivers=self.delivers_invoice,
            role=self.recipient_role,
            sequence=self.sequence,
            owed_min=Decimal(str(self.owed_min)),
            skip_profiles=frozenset(self.skip_profiles.mapped("code")),
            says=frozenset(self.sudo().mail_template_id.collection_claim_ids.mapped("code")),
            attaches=self.attach_invoice,
            spares_turn_of_year=self.spares_turn_of_year,
            reviews=self.mode == "task" and self.stage_id.kind == "review",
        )
