from collections import defaultdict
from datetime import date
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from odoo import api, models
from odoo.addons.collection_ruler.dunning.ladder import effective_due
from odoo.addons.collection_ruler.models.common.instalment_key import is_line_of, same_instalment
from odoo.addons.collection_ruler.models.common.memo import with_memo
from odoo.tools import SQL, format_amount

from ..dunning.charge_facts import Debt, Line, WhyNot
from ..dunning.charges import charge, why_not


def why_not_labels(env):
    """Why nothing is charged, in plain words."""
    _ = env._
    return {
        WhyNot.NO_RULE: _("its ruler has no late charges"),
        WhyNot.IS_CHARGE: _("it is itself a late charge, and bears none"),
        WhyNot.CHANGED: _(
            "it was charged, and changed afterwards: cancel that charge first, then charge anew"
        ),
        WhyNot.NOT_COMPANY: _("the rule is for companies, and this customer is a person"),
        WhyNot.NOT_PERSON: _("the rule is for persons, and this customer is a company"),
        WhyNot.ELSEWHERE: _(
            "the rule does not hold in this customer's country, or nobody entered it"
        ),
        WhyNot.NOT_LATE: _("it is not late"),
        WhyNot.IN_GRACE: _("the grace days are not over"),
        WhyNot.IN_TIME: _("it was paid in time"),
        WhyNot.CHARGED: _("all of it was charged already"),
        WhyNot.NO_RATE: _("no rate is known for these days: enter it under Late charges"),
        WhyNot.TOO_LITTLE: _("it comes to nothing"),
    }


def credit_text(env):
    """Why charges wait while a customer has open credits (D2)."""
    return env._(
        "This customer has outstanding credits: reconcile them first, they may make the charges smaller."
    )


class Counted(NamedTuple):
    """What may be charged for an instalment.

    :param why_not: None where there are lines
    """

    lines: tuple[Line, ...]
    why_not: WhyNot | None


class _Facts(NamedTuple):
    residual: str  # exact, in the instalment's currency
    parts: list | None  # [[ISO day, exact amount]] by which it was reduced, without credit notes
    once: list | None
    periods: list | None  # [[first, last]], ISO days
    is_changed: bool
    is_charge: bool


class CollectionCharge(models.Model):
    """Counts and sums what may be charged: facts in one query, decided in `dunning/charges.py` (D6)."""

    _inherit = "collection.charge"

    @api.model
    def _count(self, instalments):
        """What may be charged until today, where the debtor lives, and was not charged yet.

        :param instalments: ``collection.instalment``, any number, open or paid; asks nobody's rights
        :return: {instalment id: Counted}
        """
        instalments = with_memo(instalments.sudo())
        rules = {rule: rule._rule() for rule in instalments.ruler_id.charge_rule_id}
        ruled = instalments.filtered(lambda i: rules.get(i.ruler_id.charge_rule_id))
        facts = self._charge_facts(ruled)
        today = {debtor: debtor._local_today() for debtor in ruled.debtor_id}
        result = {i.id: Counted((), WhyNot.NO_RULE) for i in instalments}
        for instalment in ruled:
            rule = rules[instalment.ruler_id.charge_rule_id]
            debt = self._debt(instalment, facts[instalment.id])
            until = today[instalment.debtor_id]
            lines = charge(rule, debt, until)
            result[instalment.id] = Counted(lines, None if lines else why_not(rule, debt, until))
        return result

    @api.model
    def _debt(self, instalment, facts):
        """An instalment as plain Python decides about it.

        What was open on a day is what is open now and what was paid after that day. Credit notes take away
        what was never owed, so they count from the beginning.
        """
        partner = instalment.debtor_id.partner_id
        left, course = Decimal(facts.residual), {}
        for day, amount in sorted(facts.parts or (), reverse=True):
            # of several payments of a day: what is open at its end
            course.setdefault(date.fromisoformat(day), left)
            left += Decimal(amount)
        due = partial(
            effective_due, instalment.ruler_id._to_ladder(), instalment.debtor_id._place_calendar()
        )
        return Debt(
            due(instalment._charged_from()),
            ((date.min, left), *course.items()),
            instalment.currency_id.name,
            instalment.currency_id.decimal_places,
            partner.is_company,
            partner.country_id.code or None,
            frozenset(facts.once or ()),
            tuple((date.fromisoformat(a), date.fromisoformat(b)) for a, b in facts.periods or ()),
            facts.is_charge,
            facts.is_changed,
            due(instalment.due_date) if instalment.original_due_date else None,
        )

    @api.model
    def _charge_facts(self, instalments):
        """What became of instalments, and what was charged for them, in one query: {id: _Facts}."""
        for model in ("account.move.line", "account.partial.reconcile", "account.move"):
            self.env[model].flush_model()
        instalments.flush_model()
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT i.id, i.residual_currency::text, parts.paid, charged.once, charged.periods,
                       coalesce(charged.is_changed, FALSE),
                       EXISTS (SELECT FROM collection_charge c WHERE c.debit_move_id = i.move_id)
                  FROM collection_instalment i
                 CROSS JOIN LATERAL (
                    SELECT json_agg(json_build_array(p.max_date,
                               CASE WHEN l.currency_id = i.currency_id
                                    THEN p.debit_amount_currency ELSE p.amount END::text)) AS paid
                      FROM account_move_line l
                      JOIN account_partial_reconcile p ON p.debit_move_id = l.id
                      JOIN account_move_line k ON k.id = p.credit_move_id
                      JOIN account_move m ON m.id = k.move_id
                     WHERE %(line)s
                       AND k.move_id != i.move_id AND m.move_type != 'out_refund') parts
                 CROSS JOIN LATERAL (
                    SELECT json_agg(c.kind) FILTER (WHERE s.same AND c.kind != 'interest') AS once,
                           json_agg(json_build_array(c.date_from, c.date_to))
                               FILTER (WHERE s.same AND c.kind = 'interest') AS periods,
                           bool_or(NOT s.same AND NOT EXISTS (
                               SELECT FROM collection_instalment o
                                WHERE %(known)s AND o.gone IS NOT TRUE)) AS is_changed
                      FROM collection_charge c
                      JOIN account_move n ON n.id = c.debit_move_id AND n.state IN ('draft', 'posted')
                       AND n.payment_state IS DISTINCT FROM 'reversed'
                     CROSS JOIN LATERAL (SELECT coalesce(
                           (c.account_id, c.partner_id, c.due_date)
                         = (i.account_id, i.partner_id, i.due_date), FALSE) AS same) s
                     WHERE c.move_id = i.move_id) charged
                 WHERE i.id IN %(ids)s
                """,
                known=same_instalment("o", "c"),
                line=is_line_of("l", "i"),
                ids=tuple(instalments.ids) or (0,),
            )
        )
        return {row[0]: _Facts(*row[1:]) for row in rows}

    # ------------------------------------------------------------------
    # sums
    # ------------------------------------------------------------------

    @api.model
    def _line_currency(self, instalment, line):
        """The ``res.currency`` of a line: a fixed fee has that of its rule."""
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
    def _amounts_text(self, totals):
        """Sums per currency, as "$ 3.21 + € 40.00"; no sum over currencies (D4)."""
        by_currency = defaultdict(int)
        for (_kind, currency), amount in totals.items():
            by_currency[currency] += amount
        return " + ".join(
            format_amount(self.env, float(amount), currency)
            for currency, amount in by_currency.items()
        )
