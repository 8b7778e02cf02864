from odoo import api, models
from odoo.tools import SQL

from ...dunning.places import Place
from ..common import clock
from ..common.bulk_sql import MANY, NO_JIT, analyze
from ..common.instalment_key import is_line_of, is_open_debit, makes_debts
from ..instalment.collection_instalment import NOTHING_SAID
from .collection_verb import Tally


class CollectionEnrol(models.AbstractModel):
    """Every open customer instalment gets a ruler and keeps it (A6, A7)."""

    _name = "collection.enrol"
    _inherit = ["collection.verb"]
    _description = "Collection: enrol open instalments"

    @api.model
    def _todo(self, company):
        """Enrolment is one query, so one unit of work per company."""
        return [company.id]

    @api.model
    def _batch(self, company, _ids):
        return Tally(done=len(self._enrol(company)))

    @api.model
    def _enrol(self, company):
        """Take in what was posted since, follow entries that changed hands, and choose rulers.

        A ruler that speaks for the first time finds a backlog, and does with it what its policy says; one
        that is widened later lets those debts join silently at their current step (A8).

        :param company: root ``res.company``
        :return: ids of ``collection.instalment`` that got a ruler now
        """
        self._adopt(company)
        first_new = self._insert(company)
        if first_new:
            self._hold_again(first_new)
        self._locate(company)
        taken = self._choose_rulers(company, first_new)
        self.env.invalidate_all(flush=False)
        return taken

    @api.model
    def _failed(self, company, unit, error):
        raise error  # without enrolment nothing is known: the scheduled action itself has to fail

    def _companies(self, company):
        return tuple(self.env["res.company"].search([("id", "child_of", company.id)]).ids)

    def _insert(self, company):
        """INSERT … SELECT: one row per (entry, receivable account, partner, due date) that is open.

        :return: the lowest id of the new rows, None without any
        """
        companies = self._companies(company)
        accounts = self.env["account.account"].sudo().with_context(active_test=False)
        # by id: a join with the accounts would hide from the database how few lines there are
        receivable = accounts.search([("account_type", "=", "asset_receivable")]).ids
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                %(no_jit)s
                -- first what nobody knows yet: of all the rest nothing more is read
                WITH unknown AS MATERIALIZED (
                    SELECT l.move_id, l.account_id, l.partner_id,
                           coalesce(l.date_maturity, l.date) AS due_date, l.company_id,
                           c.currency_id AS company_currency_id, l.currency_id,
                           l.amount_residual, l.amount_residual_currency,
                           l.collection_original_due_date AS original
                      FROM account_move_line l
                      JOIN res_company c ON c.id = l.company_id
                     WHERE l.account_id IN %(accounts)s AND l.company_id IN %(companies)s
                       AND %(open)s AND l.no_followup IS NOT TRUE
                       AND NOT EXISTS (SELECT FROM collection_instalment i WHERE %(same)s)),
                found AS MATERIALIZED (
                    SELECT l.move_id, l.account_id, l.partner_id, l.due_date,
                           min(l.company_id) AS company_id,
                           CASE WHEN count(DISTINCT l.currency_id) = 1 THEN min(l.currency_id)
                                ELSE min(l.company_currency_id) END AS currency_id,
                           sum(l.amount_residual) AS residual,
                           CASE WHEN count(DISTINCT l.currency_id) = 1
                                THEN sum(l.amount_residual_currency)
                                ELSE sum(l.amount_residual) END AS residual_currency,
                           min(p.commercial_partner_id) AS customer_id,
                           nullif(min(l.original), l.due_date) AS original
                      FROM unknown l
                      JOIN res_partner p ON p.id = l.partner_id
                      JOIN account_move m ON m.id = l.move_id
                     WHERE %(makes_debts)s
                     GROUP BY 1, 2, 3, 4
                    HAVING sum(l.amount_residual) > 0
                       AND sum(l.amount_residual_currency) > 0),
                made AS (
                    INSERT INTO collection_debtor
                           (partner_id, company_id, stage_id, priority, thanked_up_to_partial_id,
                            calendar_key, create_uid, write_uid, create_date, write_date)
                    SELECT DISTINCT customer_id, %(root)s, %(stage)s::int, '0',
                           (SELECT coalesce(max(id), 0) FROM account_partial_reconcile), %(key)s,
                           %(uid)s, %(uid)s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                      FROM found
                    ON CONFLICT (partner_id, company_id) DO NOTHING
                    RETURNING id, partner_id, calendar_key),
                debtor AS (
                    SELECT id, partner_id, calendar_key FROM made
                     UNION ALL
                    SELECT id, partner_id, coalesce(calendar_key, %(key)s) FROM collection_debtor
                     WHERE company_id = %(root)s
                       AND partner_id IN (SELECT customer_id FROM found)),
                inserted AS (
                    INSERT INTO collection_instalment
                           (move_id, account_id, partner_id, due_date, company_id, currency_id,
                            residual, residual_currency, debtor_id, calendar_key, watermark,
                            occurrence, stage_id, original_due_date, is_open, gone,
                            create_uid, write_uid, create_date, write_date)
                    SELECT f.move_id, f.account_id, f.partner_id, f.due_date, f.company_id,
                           f.currency_id, f.residual, f.residual_currency, d.id, d.calendar_key,
                           %(nothing)s, 0, %(stage)s::int, f.original, true, false,
                           %(uid)s, %(uid)s, %(now)s::timestamp, %(now)s::timestamp
                      FROM found f JOIN debtor d ON d.partner_id = f.customer_id
                    ON CONFLICT (move_id, account_id, partner_id, due_date) DO NOTHING
                    RETURNING id, debtor_id),
                touched AS (  -- totals are shown, whether a ruler takes them or not
                    INSERT INTO collection_debtor_refresh (debtor_id)
                    SELECT DISTINCT debtor_id FROM inserted)
                SELECT min(id), count(*) FROM inserted
                """,
                no_jit=NO_JIT,
                accounts=tuple(receivable) or (0,),
                open=is_open_debit("l"),
                makes_debts=makes_debts("m"),
                same=is_line_of("l", "i"),
                companies=companies,
                root=company.id,
                uid=self.env.uid,
                stage=self.env["collection.stage"]._of_kind("upcoming").id or None,
                key=Place().key,  # until they are located
                nothing=NOTHING_SAID,
                now=clock.naive_now(self.env),
            )
        )
        first, count = rows[0]
        if (
            count >= MANY
        ):  # also after a preview that was rolled back, which confirms the old belief
            analyze(self.env, "collection.debtor", "collection.instalment")
        return first

    def _hold_again(self, first_new):
        """What was disputed or handed over is so still after its invoice was corrected: terms or dates that
        are new make new instalments, and all of them take the holds of those that are gone (F5)."""
        self.env["collection.hold"].flush_model(["state", "debtor_id", "instalment_ids"])
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO collection_hold_collection_instalment_rel
                            (collection_hold_id, collection_instalment_id)
                SELECT DISTINCT h.id, new.id
                  FROM collection_instalment new
                  JOIN collection_instalment old ON old.move_id = new.move_id AND old.gone
                  JOIN collection_hold_collection_instalment_rel held
                    ON held.collection_instalment_id = old.id
                  JOIN collection_hold h
                    ON h.id = held.collection_hold_id AND h.state = 'active'
                   AND h.debtor_id = new.debtor_id
                 WHERE new.id >= %s AND NOT new.gone
                    ON CONFLICT DO NOTHING
                """,
                first_new,
            )
        )
        self.env["collection.hold"].invalidate_model(["instalment_ids"])

    def _adopt(self, company):
        """Entries that came to belong to another partner keep their history.

        Giving a customer a parent, or changing the partner of a line, leaves an instalment without lines
        and lines without an instalment: one changed hands to the other (decision 3).
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT i.partner_id, l.partner_id, array_agg(DISTINCT i.move_id)
                  FROM collection_instalment i
                  JOIN account_move_line l ON l.move_id = i.move_id AND l.account_id = i.account_id
                   AND coalesce(l.date_maturity, l.date) = i.due_date
                 WHERE i.gone AND i.company_id IN %s AND l.partner_id != i.partner_id
                   AND l.parent_state = 'posted'
                   AND NOT EXISTS (SELECT FROM collection_instalment o WHERE %s)
                 GROUP BY i.partner_id, l.partner_id
                """,
                self._companies(company),
                is_line_of("l", "o"),
            )
        )
        Partner = self.env["res.partner"]
        for old, new, moves in rows:
            self.env["collection.merge"]._merge(Partner.browse(old), Partner.browse(new), moves)
