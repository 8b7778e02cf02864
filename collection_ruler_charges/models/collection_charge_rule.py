from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_amount, format_date, formatLang

from ..dunning.charge_facts import ChargeError, Rate, Rule

# a rate that follows a published one is looked up at least twice a year
RATE_DAYS = 184


class CollectionChargeRule(models.Model):
    """What a late payment costs, by which law or contract, and whom (D6).

    A rule charges nobody: it says what a person may charge, and what a message may announce.
    """

    _name = "collection.charge.rule"
    _inherit = ["collection.checked"]
    _description = "Late charges"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: all companies may choose the rule."
    )
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    debtor_kind = fields.Selection(
        [
            ("both", "Companies and persons"),
            ("company", "Companies and public bodies only"),
            ("person", "Persons only"),
        ],
        string="May be charged to",
        required=True,
        default="both",
    )
    country_ids = fields.Many2many("res.country", string="In")
    basis = fields.Text(
        string="Legal basis",
        translate=True,
        help="The law or the contract that allows it. Customers read it beside the amounts.",
    )
    source_url = fields.Char(string="Source", help="Where the legal basis can be read.")
    note = fields.Text(
        string="To know", translate=True, help="For ourselves; customers do not see it."
    )
    fee = fields.Monetary(string="Fixed fee", help="Once for each instalment that is paid late.")
    penalty = fields.Float(
        string="Penalty (%)", digits=(16, 4), help="Once, of what was overdue. 2: two percent."
    )
    interest_period = fields.Selection(
        [
            ("year_365", "a year, by days of 365"),
            ("year_360", "a year, by days of 360"),
            ("month_30", "a month, a thirtieth each day (pro rata die)"),
        ],
        string="Interest",
        help="Simple interest on the principal, for each day late. Empty: none.",
    )
    reference = fields.Char(
        string="Reference rate", help="If there is one: which, and where it is published."
    )
    margin = fields.Float(
        string="Points on top",
        digits=(16, 4),
        help="Percentage points that are added to the rates below. 0: the rates are the whole.",
    )
    rate_ids = fields.One2many("collection.charge.rate", "rule_id", string="Rates", copy=True)
    grace_days = fields.Integer(
        string="Grace days",
        help="Who pays so many days after the due date is charged nothing; who pays later is charged from "
        "the due date on. Due dates move to the next bank day first.",
    )
    product_id = fields.Many2one(
        "product.product",
        string="Invoiced as",
        check_company=True,
        domain="[('sale_ok', '=', True)]",
        help="Its account and its taxes are taken. Empty: the account beside, and no tax.",
    )
    account_id = fields.Many2one(
        "account.account",
        string="Income account",
        check_company=True,
        domain="[('account_type', 'in', ('income', 'income_other'))]",
        help="Empty: that of the product, else the journal's own.",
    )
    ruler_ids = fields.One2many("collection.ruler", "charge_rule_id", string="Rulers", copy=False)
    summary = fields.Char(compute="_compute_summary")
    missing = fields.Char(
        compute="_compute_summary", help="What it lacks before a ruler can use it."
    )

    stale = fields.Char(compute="_compute_stale", help="Why its newest rate may be out of date.")

    _numbers = models.Constraint(
        "CHECK (coalesce(fee, 0) >= 0 AND coalesce(grace_days, 0) >= 0 "
        "AND coalesce(penalty, 0) BETWEEN 0 AND 100 AND coalesce(margin, 0) BETWEEN 0 AND 100)",
        "Fees and grace days cannot be negative; percentages lie between 0 and 100. Correct the number.",
    )

    @api.depends("fee", "penalty", "interest_period", "margin", "rate_ids.percent", "currency_id")
    @api.depends_context("lang")
    def _compute_summary(self):
        _ = self.env._
        for rule in self:
            parts = []
            if rule.fee:
                parts.append(_("%s once", format_amount(self.env, rule.fee, rule.currency_id)))
            if rule.penalty:
                parts.append(_("%s %% once", self._percent_text(rule.penalty)))
            if rule.interest_period and rule.rate_ids:
                newest = max(rule.rate_ids, key=lambda r: str(r.date_from))
                percent = self._percent_text(newest.percent + rule.margin)
                parts.append(rule._rate_text(percent))
            rule.summary = " + ".join(parts)
            rule.missing = rule._missing()

    @api.depends("reference", "interest_period", "rate_ids.date_from")
    @api.depends_context("lang")
    def _compute_stale(self):
        """A published rate changes; ours that is older than half a year wants a look."""
        today = fields.Date.context_today(self)
        for rule in self:
            newest = max(filter(None, rule.rate_ids.mapped("date_from")), default=today)
            rule.stale = (
                rule.interest_period
                and rule.reference
                and (today - newest).days > RATE_DAYS
                and self.env._(
                    "The newest rate of “%(rule)s” holds from %(day)s. Look whether “%(reference)s” has "
                    "changed, and enter the rate again with a newer day if it has not.",
                    rule=rule.name,
                    day=format_date(self.env, newest),
                    reference=rule.reference,
                )
            )

    @api.model
    def _percent_text(self, percent):
        """A percentage as the reader writes it, with as many decimals as it has."""
        digits = -Decimal(str(round(float(percent), 4))).normalize().as_tuple().exponent
        return formatLang(self.env, float(percent), digits=max(0, digits))

    def _rate_text(self, percent):
        """A rate of this rule in words.

        :param percent: already as the reader writes it
        """
        if self.interest_period == "month_30":
            return self.env._("%s %% a month", percent)
        return self.env._("%s %% a year", percent)

    def _missing(self):
        """What the rule lacks before a ruler can use it, as a sentence that says what to do, or False."""
        self.ensure_one()
        _ = self.env._
        if not (self.fee or self.penalty or self.interest_period):
            return _("It charges nothing yet: enter a fixed fee, a penalty or interest.")
        if self.interest_period and not self.rate_ids:
            return (
                _("Enter the rate: look up “%s”, and the day from which it holds.", self.reference)
                if self.reference
                else _("Enter the rate of interest, and the day from which it holds.")
            )
        if self.fee and not self.currency_id.active:
            return _(
                "Activate the currency %s first: the fixed fee is in it.", self.currency_id.name
            )
        return False

    # ------------------------------------------------------------------
    # refused where it is entered
    # ------------------------------------------------------------------

    @api.constrains("basis", "fee", "penalty", "interest_period")
    def _check_basis(self):
        for rule in self:
            charges = rule.fee or rule.penalty or rule.interest_period
            if charges and not (rule.basis or "").strip():
                raise ValidationError(
                    self.env._(
                        "“%s” charges something without a legal basis. Write down the law, or the clause of "
                        "your contract, that allows it; customers will read it.",
                        rule.name,
                    )
                )

    @api.constrains("account_id", "company_id")
    def _check_account(self):
        for rule in self:
            if rule.account_id and not rule.company_id:
                raise ValidationError(
                    self.env._(
                        "“%s” has an account of one company: choose that company, or a product instead.",
                        rule.name,
                    )
                )

    @api.constrains(
        "debtor_kind", "country_ids", "company_id", "active", "fee", "penalty", "interest_period"
    )
    def _check_rulers(self):
        self.sudo().ruler_ids._check_charge_rule()

    def _rule(self):
        """The rule as plain Python decides by it, None for no rule.

        :raise ValidationError: it makes no sense
        """
        if not self or not self.active:
            return None
        self.ensure_one()
        try:
            return Rule(
                fee=Decimal(str(self.fee)),
                fee_currency=self.currency_id.name,
                fee_digits=self.currency_id.decimal_places,
                penalty=Decimal(str(self.penalty)),
                period=self.interest_period or None,
                rates=tuple(Rate(r.date_from, Decimal(str(r.percent))) for r in self.rate_ids),
                margin=Decimal(str(self.margin)),
                grace_days=self.grace_days,
                debtors=self.debtor_kind,
                countries=frozenset(self.country_ids.mapped("code")),
            )
        except ChargeError as error:
            raise ValidationError(
                self.env._(
                    "The late charges “%(rule)s” make no sense: %(error)s",
                    rule=self.name,
                    error=error,
                )
            ) from error
