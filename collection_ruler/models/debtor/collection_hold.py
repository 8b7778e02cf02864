from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command, Domain
from odoo.tools import format_date

# about the answer to a reply: what is shown of a debtor rests on none of these
SHOWN_NOWHERE = {
    "answered_at",
    "is_starred",
    "answer_task_id",
    "manager_task_id",
    "manager_asked_on",
}


class CollectionHold(models.Model):
    """A pause that somebody sets, or that a reply sets, for one customer or some of their instalments
    (F5)."""

    _name = "collection.hold"
    _inherit = ["collection.checked"]
    _description = "Collection Hold"
    _order = "id desc"

    debtor_id = fields.Many2one("collection.debtor", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="debtor_id.company_id", store=True, index=True)
    scope = fields.Selection(
        [("all", "Everything"), ("instalments", "Some instalments")], required=True, default="all"
    )
    instalment_ids = fields.Many2many(
        "collection.instalment", domain="[('debtor_id', '=', debtor_id)]", string="Instalments"
    )
    origin = fields.Selection(
        [
            ("manual", "Set by hand"),
            ("promise", "Promise"),
            ("dispute", "Dispute"),
            ("receipt", "Receipt to check"),
            ("reply", "The customer replied"),
            ("says_paid", "The customer says it is paid"),
            ("our_fault", "Our fault"),
            ("handover", "Handed over"),
        ],
        required=True,
        default="manual",
    )
    agency_id = fields.Many2one(
        "res.partner",
        string="Handed over to",
        ondelete="restrict",
        help="The lawyer or agency that collects it from now on.",
    )
    note = fields.Char(string="Details")
    date_to = fields.Date(string="Until", help="Last day of the pause. Empty: until it is ended.")
    state = fields.Selection(
        [("active", "Active"), ("ended", "Ended")], default="active", required=True
    )
    user_id = fields.Many2one("res.users", string="Set by", default=lambda self: self.env.user)

    @api.constrains("scope", "instalment_ids", "debtor_id")
    def _check_instalments(self):
        for hold in self:
            if hold.scope == "instalments" and not hold.instalment_ids:
                raise ValidationError(self.env._("Say which instalments are on hold."))
            if hold.instalment_ids.debtor_id - hold.debtor_id:
                raise ValidationError(self.env._("Hold only instalments of this customer."))

    @api.constrains("origin", "agency_id", "date_to")
    def _check_agency(self):
        for hold in self.filtered(lambda h: h.origin == "handover"):
            if not hold.agency_id:
                raise ValidationError(self.env._("Say to whom it is handed over."))
            if hold.agency_id.commercial_partner_id == hold.debtor_id.partner_id:
                raise ValidationError(self.env._("A debt is not handed over to the debtor."))
            if hold.date_to:
                raise ValidationError(
                    self.env._(
                        "What is handed over stays there until somebody takes it back: leave “Until” empty."
                    )
                )

    @api.depends("origin", "date_to")
    def _compute_display_name(self):
        labels = dict(self._fields["origin"]._description_selection(self.env))
        for hold in self:
            hold.display_name = labels.get(hold.origin)

    @api.model
    def default_get(self, fields_list):
        """What is overdue is handed over; newer invoices go on (A4)."""
        values = super().default_get(list({*fields_list, "debtor_id", "origin"}))
        debtor = self.env["collection.debtor"].browse(values.get("debtor_id"))
        if values.get("origin") == "handover" and debtor and "scope" in fields_list:
            overdue = debtor.instalment_ids.filtered("days_overdue")
            values |= {"scope": "instalments", "instalment_ids": [Command.set(overdue.ids)]}
        return {name: value for name, value in values.items() if name in fields_list}

    @api.model_create_multi
    def create(self, vals_list):
        holds = super().create(vals_list)
        holds._refresh_debtors()
        holds._note()
        return holds

    def write(self, vals):
        if "date_to" in vals and "quiet_until" not in vals:
            vals = {**vals, "quiet_until": False}  # a person said until when
        result = super().write(vals)
        if vals.keys() <= SHOWN_NOWHERE:
            return result
        self._refresh_debtors()
        if vals.keys() & {"state", "date_to"}:
            self._note()
        if vals.get("state") == "ended":
            self._answered()
        return result

    def _note(self):
        """A line on the debtor's timeline, beside what was said and answered."""
        for hold in self:
            hold.debtor_id._message_log(body=hold._label())

    def _label(self):
        """The hold in a sentence, for the timeline."""
        self.ensure_one()
        why = dict(self._fields["origin"]._description_selection(self.env))[self.origin]
        if self.origin == "handover":
            why = self.env._("handed over to %s", self.agency_id.display_name)
        if self.note:
            why = f"{why}: {self.note}"
        what = ", ".join(self.instalment_ids.mapped("display_name")) or self.env._("everything")
        if self.state == "ended":
            return self.env._("Hold ended for %(what)s (%(why)s).", what=what, why=why)
        if self.date_to:
            until = format_date(self.env, self.date_to)
            return self.env._(
                "On hold until %(until)s: %(what)s (%(why)s).", until=until, what=what, why=why
            )
        return self.env._("On hold: %(what)s (%(why)s).", what=what, why=why)

    def _refresh_debtors(self):
        """Stage and banner follow at once where a person acts, else within the minute (F5)."""
        self.debtor_id._queue_refresh()
        self.env.ref("collection_ruler.ir_cron_follow_up").sudo()._trigger()
        # a person; the verbs refresh by themselves, and the mail gate must not wait
        if not self.env.su:
            self.env["collection.refresh.now"]._refresh(self.debtor_id)

    def action_end(self):
        """End the pause now."""
        self.state = "ended"

    @api.model
    def _in_force(self, day):
        """Domain of the holds that silence the ruler on a local day."""
        return Domain("state", "=", "active") & (
            Domain("date_to", "=", False) | Domain("date_to", ">=", day)
        )

    @api.model
    def _domain_of(self, debtors):
        return Domain("debtor_id", "in", debtors.ids)

    @api.model
    def _covered(self, debtor):
        """The ``collection.instalment`` of a debtor that a hold covers today.

        :param debtor: ``collection.debtor``; asks nobody's rights
        """
        debtor.ensure_one()
        today = debtor.sudo().company_id._collection_today()
        holds = debtor.sudo().hold_ids.filtered_domain(self._in_force(today))
        if "all" in holds.mapped("scope"):
            return debtor.sudo().instalment_ids
        return holds.instalment_ids

    @api.model
    def _on(self, instalments):
        """The active holds that name some of these instalments; those on everything know no instalments.

        :param instalments: ``collection.instalment``
        """
        return self.sudo().search(
            [("state", "=", "active"), ("instalment_ids", "in", instalments.ids)]
        )

    @api.model
    def _take_along(self, instalments):
        """These belong to another customer now, and are as disputed, or handed over, as before (F5).

        :param instalments: ``collection.instalment``, at their new debtor
        """
        for hold in self._on(instalments):
            mine = hold.instalment_ids & instalments
            staying = hold.instalment_ids - mine
            debtor = mine.debtor_id[:1]
            if not staying:
                hold.debtor_id = debtor
            elif hold.debtor_id != debtor:
                hold.instalment_ids = staying
                hold.copy({"debtor_id": debtor.id, "instalment_ids": [Command.set(mine.ids)]})
