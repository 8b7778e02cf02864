from collections import defaultdict

from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_amount

from ..common.formatting import amount_text, date_text


class CollectionCharge(models.Model):
    """Sums of what may be charged, for figures and messages."""

    _inherit = "collection.charge"

    @api.model
    def _line_currency(self, instalment, line):
        """The ``res.currency`` of a line: a fixed sum has that of its rule."""
        rule = instalment.ruler_id.charge_rule_id
        return rule.currency_id if line.kind == "fee" else instalment.currency_id

    @api.model
    def _totals(self, instalments, counted):
        """What may be charged for instalments: {(kind, ``res.currency``): Decimal}, in the order found."""
        totals = defaultdict(int)
        for instalment in instalments:
            for line in counted[instalment.id].lines:
                totals[line.kind, self._line_currency(instalment, line)] += line.amount
        return totals

    @api.model
    def _amounts_words(self, totals):
        """Sums per currency, as "$ 3.21 + € 40.00"; no sum over currencies (D4)."""
        by_currency = defaultdict(int)
        for (_kind, currency), amount in totals.items():
            by_currency[currency] += amount
        return " + ".join(
            format_amount(self.env, float(amount), currency)
            for currency, amount in by_currency.items()
        )


class CollectionDebtor(models.Model):
    """Charges beside the principal, which stays what it is (D6)."""

    _inherit = "collection.debtor"

    # without dependencies: payments do not pay for it
    charge_words = fields.Char(string="Late charges so far", compute="_compute_charge_words")
    can_charge = fields.Boolean(compute="_compute_charge_words")
    charge_ids = fields.One2many("collection.charge", "debtor_id", string="Late charges")

    def _compute_charge_words(self):
        self.charge_words = False
        self.can_charge = False
        found = self.env["collection.instalment"].search(
            [
                ("debtor_id", "in", self.ids),
                ("is_open", "=", True),
                ("ruler_id.charge_rule_id", "!=", False),
            ]
        )
        Charge = self.env["collection.charge"]
        counted = Charge._count(found) if found else {}
        found = found.sudo().grouped("debtor_id")
        drafts = self._charges_in_drafts()
        for debtor in self:
            totals = Charge._totals(found.get(debtor.sudo(), ()), counted)
            debtor.can_charge = bool(totals)
            words = [Charge._amounts_words(totals)] if totals else []
            if draft := drafts.get(debtor.id):
                words.append(self.env._("%s in drafts, not posted", Charge._amounts_words(draft)))
            debtor.charge_words = ", ".join(words) or False

    def _charges_in_drafts(self):
        """What was charged and nobody posted yet: {debtor id: {(kind, ``res.currency``): amount}}."""
        result = defaultdict(dict)
        rows = (
            self.env["collection.charge"]
            .sudo()  # collectors need not see invoices
            ._read_group(
                [
                    ("debtor_id", "in", self.ids),
                    ("company_id", "in", self.env.companies.ids),
                    ("debit_move_id.state", "=", "draft"),
                ],
                ["debtor_id", "kind", "currency_id"],
                ["amount:sum"],
            )
        )
        for debtor, kind, currency, amount in rows:
            result[debtor.id][kind, currency] = amount
        return result

    def _held_instalments(self):
        """The ``collection.instalment`` of this debtor that a hold covers today."""
        self.ensure_one()
        holds = self.sudo().hold_ids.filtered_domain(
            [
                ("state", "=", "active"),
                "|",
                ("date_to", "=", False),
                ("date_to", ">=", self._local_today()),
            ]
        )
        if "all" in holds.mapped("scope"):
            return self.sudo().instalment_ids
        return holds.instalment_ids

    def _by_collector(self):
        """This debtor, for a collector or manager who may see it.

        :raise AccessError: neither of them, or not of this company
        """
        self.ensure_one()
        self.check_access("read")
        if not self.env.su and not self.env.user.has_group(
            "collection_ruler.collection_ruler_group_collector"
        ):
            raise AccessError(self.env._("Only collectors charge for late payment."))
        return self

    def action_charge(self):
        """Open the dialog that shows what may be charged, before anything is."""
        issue = self._by_collector().env["collection.charge.issue"]._open(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("%s: charge for late payment", self.display_name),
            "res_model": issue._name,
            "res_id": issue.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }


class CollectionFollowup(models.Model):
    """The charges until today as a message names them: apart, and only where its step wants it (D6)."""

    _inherit = "collection.followup"

    charges_text = fields.Html(compute="_compute_charges_text", compute_sudo=True, sanitize=False)

    @api.model
    def _words(self):
        return (*super()._words(), "charges_text")

    @api.depends("instalment_ids", "step_id.show_charges")
    @api.depends_context("lang")
    def _compute_charges_text(self):
        self.charges_text = Markup()
        naming = self.filtered(lambda f: f._names_charges())
        if not naming:
            return
        counted = naming._counted_charges()
        for followup in naming:
            followup.charges_text = followup._charges_table(counted)

    def _names_charges(self):
        self.ensure_one()
        return self.purpose != "thanks" and self.step_id.show_charges

    def _spoken_currencies(self):
        """Also those of the fixed sums that it names."""
        spoken = super()._spoken_currencies()
        if not self._names_charges():
            return spoken
        rules = self.instalment_ids.ruler_id.charge_rule_id
        return spoken | rules.filtered("fee").currency_id

    def _counted_charges(self):
        """What may be charged, for all messages of a batch at once: {instalment id: Counted}.

        Without what open credits may pay: such a message deducts them, and names no charge on them.
        """
        memo = self.env.context.get("collection_memo", {})
        batch = self.browse(memo.get("writing", ())) | self
        if memo.get("charges", (None,))[0] != batch.ids:
            asked = batch.filtered(lambda f: f._names_charges()).instalment_ids
            counted = self.env["collection.charge"]._count(asked - asked._with_credits())
            memo["charges"] = (batch.ids, counted)
        return memo["charges"][1]

    def _charges_table(self, counted):
        """The charges as HTML, from a stored view that an administrator may change; empty for none."""
        self.ensure_one()
        Charge = self.env["collection.charge"]
        charged = self.instalment_ids.filtered(lambda i: i.id in counted and counted[i.id].lines)
        totals = Charge._totals(charged, counted)
        if not totals:
            return Markup()
        bases = charged.ruler_id.charge_rule_id.with_context(lang=self.env.lang).mapped("basis")
        return self.env["ir.qweb"]._render(
            "collection_ruler.message_charges",
            {
                "rows": [
                    {
                        "kind": kind,
                        "amount": amount_text(
                            self.env, float(amount), currency, self.names_currencies
                        ),
                    }
                    for (kind, currency), amount in totals.items()
                ],
                "until": date_text(self.env, self.debtor_id._local_today()),
                "bases": list(dict.fromkeys(filter(None, bases))),
            },
        )
