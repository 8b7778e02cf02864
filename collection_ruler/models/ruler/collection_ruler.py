from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_datetime

from ...dunning.ladder import Ladder
from ..common.memo import memo_of


class CollectionRuler(models.Model):
    """A dunning procedure: when, how and where the company speaks about a receivable (A1)."""

    _name = "collection.ruler"
    _description = "Collection Ruler"
    _inherit = ["collection.checked", "mail.thread", "mail.activity.mixin"]
    _order = "sequence, id"
    _check_company_auto = True
    _check_company_domain = (
        models.check_company_domain_parent_of
    )  # branches share their root's rulers

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10, help="The first ruler that matches a customer is taken.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company.root_id
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    notice = fields.Char(related="company_id.collection_notice")
    state = fields.Selection(
        [("draft", "Draft"), ("running", "Running"), ("paused", "Paused")],
        required=True,
        default="draft",
        tracking=True,
        copy=False,
    )
    edition = fields.Integer(
        copy=False, help="Counts the changes; a form that shows an older one is not saved."
    )
    started_at = fields.Datetime(
        copy=False, help="When it first spoke; debts that were open by then joined silently."
    )
    date_from = fields.Date(string="Valid from", help="Empty: from the beginning.")
    date_to = fields.Date(string="Valid until", help="Empty: without end.")
    step_ids = fields.One2many("collection.ruler.step", "ruler_id", string="Steps", copy=True)
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        help="Gets the tasks for debtors that nobody looks after.",
    )
    resource_calendar_id = fields.Many2one(
        "resource.calendar",
        string="Contact hours",
        check_company=True,
        help="When customers may be contacted, and the days on which not. "
        "Empty: the company's contact hours.",
    )
    min_days_between_contacts = fields.Integer(string="Days between contacts", default=2)
    max_contacts = fields.Integer(string="Contacts at most", default=3, help="0: no limit.")
    max_contacts_days = fields.Integer(string="in days", default=7)
    days_after_delivery = fields.Integer(
        string="Days of silence after the invoice",
        default=3,
        help="No reminder until so many days after the invoice was sent, by the ruler or by a person.",
    )
    days_after_conversation = fields.Integer(
        string="Days of silence after a conversation",
        default=3,
        help="No reminder until so many days after somebody of us called the customer or wrote to them.",
    )
    max_days_overdue = fields.Integer(
        string="Days overdue at most",
        help="After that the ruler falls silent and a person takes over. 0: no limit.",
    )
    owed_min = fields.Monetary(
        string="Follow up from (minimum balance)",
        help="While a customer owes less than this, nothing is asked for; invoices and thanks still go out. "
        "0: every amount.",
    )
    backlog_policy = fields.Selection(
        [
            ("join", "Join silently at the step they would have reached"),
            ("catch_up", "Catch up: one message per customer about what has come"),
            ("restart", "Start afresh: what is overdue counts from today"),
        ],
        string="Debts already open",
        required=True,
        default="join",
        help="What becomes of what is open when the ruler is switched on.",
    )
    debtor_count = fields.Integer(compute="_compute_debtor_count")

    _dates = models.Constraint(
        "CHECK (date_from IS NULL OR date_to IS NULL OR date_from <= date_to)",
        "The ruler ends before it begins. Correct its dates.",
    )
    _limits = models.Constraint(
        "CHECK (min_days_between_contacts >= 0 AND max_contacts >= 0 AND max_contacts_days >= 0 "
        "AND days_after_delivery >= 0 AND max_days_overdue >= 0 AND owed_min >= 0 "
        "AND days_after_conversation >= 0)",
        "Days, numbers of contacts and amounts cannot be negative.",
    )

    def _compute_debtor_count(self):
        counts = dict(
            self.env["collection.instalment"]._read_group(
                [("ruler_id", "in", self.ids), ("is_open", "=", True)],
                ["ruler_id"],
                ["debtor_id:count_distinct"],
            )
        )
        for ruler in self:
            ruler.debtor_count = counts.get(ruler, 0)

    @api.constrains("company_id")
    def _check_root_company(self):
        for ruler in self:
            if ruler.company_id.parent_id:
                raise ValidationError(
                    self.env._(
                        "Branches share the rulers of their main company: choose %s.",
                        ruler.company_id.root_id.name,
                    )
                )

    @api.constrains("active", "state")
    def _check_archived(self):
        for ruler in self:
            if not ruler.active and ruler.state == "running":
                raise ValidationError(
                    self.env._("“%s” is running. Pause it before you archive it.", ruler.name)
                )

    @api.constrains("step_ids", "max_contacts", "max_contacts_days")
    def _check_ladder(self):
        for ruler in self:
            ruler.step_ids._check_days_apart()
            if ruler.max_contacts and not ruler.max_contacts_days:
                raise ValidationError(
                    self.env._(
                        "“%(ruler)s”: %(count)s contacts at most in how many days? Enter the days, or 0 "
                        "contacts for no limit.",
                        ruler=ruler.name,
                        count=ruler.max_contacts,
                    )
                )
            if ruler.state != "draft" and not ruler.step_ids:
                raise ValidationError(
                    self.env._("“%s” is running and needs at least one step.", ruler.name)
                )

    def _to_ladder(self, steps=None):
        """The steps that count from the due date, as the plain-Python ladder.

        :param steps: all steps of this ruler, where they were read already
        """
        self.ensure_one()
        memo = memo_of(self.env)
        if ("ladder", self.id) not in memo:
            steps = self.step_ids if steps is None else steps
            memo["ladder", self.id] = Ladder(
                self.id,
                tuple(step._to_step() for step in steps if step.trigger == "due"),
                min_days_between=self.min_days_between_contacts,
                max_contacts=self.max_contacts,
                max_contacts_days=self.max_contacts_days,
                days_after_delivery=self.days_after_delivery,
                max_days_overdue=self.max_days_overdue or None,
                bank_days=self.company_id.collection_bank_days,
                owed_min=Decimal(str(self.owed_min)),
                days_after_conversation=self.days_after_conversation,
            )
        return memo["ladder", self.id]

    def _contact_calendar(self, key=None):
        """When this ruler may speak.

        :param key: calendar key of a debtor (time zone, country, state), default the company's
        """
        self.ensure_one()
        return self.company_id._collection_calendar(self.resource_calendar_id, key)

    def _is_running_on(self, day):
        """Whether the ruler runs on a local day (A4)."""
        self.ensure_one()
        return self.state == "running" and self._is_valid_on(day)

    def _is_valid_on(self, day):
        """Whether the ruler takes instalments on a local day, running or paused (A4)."""
        self.ensure_one()
        return (
            self.active
            and (not self.date_from or self.date_from <= day)
            and (not self.date_to or day <= self.date_to)
        )

    # ------------------------------------------------------------------
    # nobody overwrites a colleague or deletes a history
    # ------------------------------------------------------------------

    def write(self, vals):
        """Refuse what was changed in a form that shows an older edition: two people at one ruler.

        :raise UserError: who changed it meanwhile, and what to do
        """
        for ruler in self:
            if vals.get("edition", ruler.edition) != ruler.edition:
                raise UserError(
                    self.env._(
                        "%(who)s changed “%(ruler)s” while you had it open (%(when)s). Nothing of yours "
                        "was saved. Discard your changes to see the new ruler, then make them again.",
                        who=ruler.write_uid.name,
                        ruler=ruler.name,
                        when=format_datetime(self.env, ruler.write_date),
                    )
                )
        for ruler in self:
            super(CollectionRuler, ruler).write({**vals, "edition": ruler.edition + 1})
        return True

    @api.ondelete(at_uninstall=False)
    def _keep_what_spoke(self):
        """The history says for each message which ruler said it, and when."""
        spoke = (
            self.env["collection.followup"].sudo().search([("ruler_id", "in", self.ids)], limit=1)
        )
        if spoke:
            raise UserError(
                self.env._(
                    "“%s” has spoken to customers, and their history names it. Archive it instead: "
                    "then it says nothing more.",
                    spoke.ruler_id.name,
                )
            )

    def action_open_debtors(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "collection_ruler.collection_debtor_action"
        )
        action["domain"] = [("instalment_ids.ruler_id", "in", self.ids)]
        return action
