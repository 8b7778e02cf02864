from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ...dunning.bank import bank_day
from ...dunning.profile import AGES, HALF_LIFE_DAYS, WINDOW_DAYS, HalfYear, classify, habit
from ..common import clock
from ..common.bulk_sql import write_rows
from ..common.instalment_key import is_line_of, is_money, root_company
from ..common.memo import memo_of
from ..debtor.payer_profile import FIGURES
from .collection_verb import Tally


class CollectionProfile(models.AbstractModel):
    """How customers usually pay, from what they paid: a verb of its own once a day, since recency moves,
    and a part of track whenever something happened (F6).

    What the figures mean is decided in `dunning/profile.py`; here payments are added up, by SQL.
    """

    _name = "collection.profile"
    _inherit = ["collection.verb"]
    _description = "Collection: payer profiles"

    @api.model
    def _todo(self, company):
        """Debtors whose profile is not of today."""
        self.env["collection.debtor"].flush_model(["profile_on", "company_id"])
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM collection_debtor WHERE company_id = %s "
                "AND profile_on IS DISTINCT FROM %s ORDER BY id",
                company.id,
                self._today(company),
            )
        )
        return [row[0] for row in rows]

    @api.model
    def _batch(self, company, debtor_ids):
        """Bring these profiles up to date."""
        debtors = self._take_debtors(debtor_ids)
        self._refresh(company, debtors)
        return Tally(done=len(debtors))

    @api.model
    def _catch_up(self, company):
        """Before rulers are chosen by it: the profiles of whoever waits for a ruler (A6)."""
        self.env["collection.instalment"].flush_model(["ruler_id", "is_open", "debtor_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT d.id
                  FROM collection_instalment i JOIN collection_debtor d ON d.id = i.debtor_id
                 WHERE i.ruler_id IS NULL AND i.is_open AND d.company_id = %s
                   AND d.profile_on IS DISTINCT FROM %s
                """,
                company.id,
                self._today(company),
            )
        )
        debtors = self.env["collection.debtor"].sudo().browse([row[0] for row in rows])
        self._refresh(company, debtors)

    @api.model
    def _refresh(self, company, debtors):
        """Write the profile of debtors of a root company and the figures it rests on."""
        if not debtors:
            return
        # with the memo of this batch: a calendar is read once
        memo = memo_of(self.env)
        company = company.with_env(self.env).with_context(collection_memo=memo)
        today, thresholds = self._today(company), company._collection_thresholds()
        sums = self._sums(company, debtors, today)
        rows = []
        for debtor_id in debtors.ids:
            found = habit(sums[debtor_id])
            rows.append(
                (
                    debtor_id,
                    str(classify(found, thresholds)),
                    found.instalments,
                    found.delay,
                    found.on_time,
                    found.trend and str(found.trend),
                    today,
                )
            )
        write_rows(self.env, "collection.debtor", FIGURES, rows)

    def _today(self, company):
        return company._collection_calendar().local_day(clock.now(self.env))

    def _sums(self, company, debtors, today):
        """What debtors paid, added up by half-years.

        :param today: local day of the company
        :return: {debtor id: [dunning HalfYear]}
        """
        for model in ("collection.debtor", "res.partner", "account.journal", "account.move.line"):
            self.env[model].flush_model()
        for model in ("account.partial.reconcile", "collection.instalment"):
            self.env[model].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                WITH line AS MATERIALIZED (%(lines)s),
                moved(calendar_key, due_date, effective) AS (%(moved)s),
                -- settled, or overdue; what is coming due says nothing yet
                known AS (
                    SELECT line.*, coalesce(moved.effective, line.due_date) AS effective
                      FROM line LEFT JOIN moved USING (calendar_key, due_date)
                     WHERE line.residual = 0
                        OR coalesce(moved.effective, line.due_date) < %(today)s),
                paid AS (
                    SELECT k.debtor_id, k.move_id, k.account_id, k.due_date, k.effective,
                           r.amount, o.date - k.effective AS late
                      FROM known k
                      JOIN account_partial_reconcile r ON r.debit_move_id = k.id AND r.amount > 0
                      JOIN account_move_line o ON o.id = r.credit_move_id
                      JOIN account_journal j ON j.id = o.journal_id
                       AND %(money)s
                     UNION ALL
                    SELECT k.debtor_id, k.move_id, k.account_id, k.due_date, k.effective,
                           k.residual, %(today)s - k.effective
                      FROM known k WHERE k.residual > 0),
                instalment AS (
                    SELECT debtor_id,
                           least(%(ages)s - 1, greatest(0, %(today)s - effective) / %(half)s) AS age,
                           sum(amount) AS amount, sum(amount * greatest(0, late)) AS amount_days,
                           max(late) AS latest
                      FROM paid GROUP BY debtor_id, move_id, account_id, due_date, effective)
                SELECT debtor_id, age, count(*), count(*) FILTER (WHERE latest <= 0),
                       sum(amount)::text, sum(amount_days)::text
                  FROM instalment GROUP BY debtor_id, age
                """,
                money=is_money("j"),
                lines=self._lines(debtors, today),
                moved=self._moved(company, debtors, today),
                today=SQL("%s::date", today),
                ages=AGES,
                half=HALF_LIFE_DAYS,
            )
        )
        sums = defaultdict(list)
        for debtor_id, age, instalments, on_time, amount, amount_days in rows:
            sums[debtor_id].append(
                HalfYear(age, instalments, on_time, Decimal(amount), Decimal(amount_days))
            )
        return sums

    def _lines(self, debtors, today):
        """What these debtors were invoiced, whether a ruler ever saw it or not: a query for debtor_id,
        calendar_key, id, move_id, account_id, due_date and residual (company currency, exact).

        The only place that knows which the due date of an instalment is.
        """
        return SQL(
            """
            SELECT * FROM (
                SELECT d.id AS debtor_id, d.calendar_key, l.id, l.move_id, l.account_id,
                       -- another date, agreed later, makes nobody punctual (F7)
                       coalesce(i.original_due_date, l.date_maturity, l.date) AS due_date,
                       -- what accounting excludes from follow-up is nobody's delay
                       CASE WHEN l.no_followup THEN 0 ELSE l.amount_residual END AS residual
                  FROM collection_debtor d
                  JOIN res_partner p ON p.commercial_partner_id = d.partner_id
                  JOIN account_move_line l ON l.partner_id = p.id
                  -- an invoice or receipt: refunds are credits, and vendors have other journals
                  JOIN account_journal j ON j.id = l.journal_id AND j.type = 'sale'
                  JOIN res_company c ON c.id = l.company_id
                   AND %(root)s = d.company_id
                  LEFT JOIN collection_instalment i ON i.original_due_date IS NOT NULL
                   AND %(same)s
                 WHERE d.id IN %(debtors)s AND l.parent_state = 'posted'
                   AND l.display_type = 'payment_term' AND l.balance > 0) invoiced
             WHERE residual > 0 OR due_date >= %(since)s
            """,
            root=root_company("c"),
            same=is_line_of("l", "i"),
            debtors=tuple(debtors.ids),
            since=today - timedelta(days=WINDOW_DAYS),
        )

    def _moved(self, company, debtors, today):
        """The due dates that count as a later bank day: a query for calendar_key, due_date, effective."""
        cases = []
        if company.collection_bank_days:
            cases = self.env.execute_query(
                SQL(
                    "SELECT DISTINCT calendar_key, due_date FROM (%s) line WHERE due_date <= %s",
                    self._lines(debtors, today),
                    today,
                )
            )
        rows = []
        for key, due in cases:
            effective = bank_day(company._collection_calendar(key=key), due)
            if effective != due:
                rows.append(SQL("(%s::varchar, %s::date, %s::date)", key, due, effective))
        if not rows:
            return SQL("SELECT NULL::varchar, NULL::date, NULL::date WHERE FALSE")
        return SQL("VALUES %s", SQL(", ").join(rows))
