from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..dunning.ladder import come, cutoffs, next_day
from .collection_instalment import NOTHING_SAID


class CollectionEnrol(models.AbstractModel):
    """First verb: every open customer instalment gets a ruler and keeps it (A6, A7)."""

    _name = "collection.enrol"
    _inherit = ["collection.verb"]
    _description = "Collection: enrol open instalments"

    @api.model
    def _todo(self, company):
        """Enrolment is one query, so one unit of work per company."""
        return [company.id]

    @api.model
    def _batch(self, company, _ids):
        self._enrol(company)

    @api.model
    def _enrol(self, company):
        """Take in what was posted since, follow entries that changed hands, and choose rulers.

        A ruler that speaks for the first time finds a backlog, and so does one that is widened: those
        debts join silently at their current step (A8), no message follows.

        :param company: root ``res.company``
        :return: ``collection.instalment`` that got a ruler now
        """
        self._adopt(company)
        created = self._insert(company)
        return self._choose_rulers(company, created)

    @api.model
    def _failed(self, company, unit, error):
        raise error  # without enrolment nothing is known: the scheduled action itself has to fail

    def _companies(self, company):
        return tuple(self.env["res.company"].search([("id", "child_of", company.id)]).ids)

    def _insert(self, company):
        """INSERT … SELECT: one row per (entry, receivable account, partner, due date) that is open.

        :return: ids of the new rows
        """
        self.env.flush_all()
        companies = self._companies(company)
        params = {
            "companies": companies,
            "root": company.id,
            "uid": self.env.uid,
            "stage": self.env["collection.stage"]._of_kind("upcoming").id or None,
            "key": company._collection_calendar_key(),
            "nothing": NOTHING_SAID,
            "source": SQL(
                """
                account_move_line l
                  JOIN account_account a ON a.id = l.account_id
                  JOIN res_partner p ON p.id = l.partner_id
                  JOIN res_company c ON c.id = l.company_id
                  JOIN account_move m ON m.id = l.move_id
                   -- what a customer owes; a refund that we paid out is a debit too
                   AND (m.move_type IN ('out_invoice', 'out_receipt')
                        OR (m.move_type = 'entry' AND m.origin_payment_id IS NULL
                            AND m.statement_line_id IS NULL))
                 WHERE l.company_id IN %s AND a.account_type = 'asset_receivable'
                   AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE AND l.balance > 0
                   AND l.no_followup IS NOT TRUE
                   AND NOT EXISTS (
                       SELECT FROM collection_instalment i
                        WHERE (i.move_id, i.account_id, i.partner_id, i.due_date)
                            = (l.move_id, l.account_id, l.partner_id, coalesce(l.date_maturity, l.date)))
                """,
                companies,
            ),
        }
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO collection_debtor
                       (partner_id, company_id, stage_id, priority, thanked_partial,
                        create_uid, write_uid, create_date, write_date)
                SELECT DISTINCT p.commercial_partner_id, %(root)s, %(stage)s::int, '0',
                       (SELECT coalesce(max(id), 0) FROM account_partial_reconcile),
                       %(uid)s, %(uid)s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                  FROM %(source)s
                ON CONFLICT (partner_id, company_id) DO NOTHING
                """,
                **params,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO collection_instalment
                       (move_id, account_id, partner_id, due_date, company_id, currency_id, debtor_id,
                        calendar_key, watermark, occurrence, stage_id,
                        residual, residual_currency, is_open, gone,
                        create_uid, write_uid, create_date, write_date)
                SELECT n.*, true, false,
                       %(uid)s, %(uid)s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                  FROM (SELECT l.move_id, l.account_id, l.partner_id,
                               coalesce(l.date_maturity, l.date) AS due_date, min(l.company_id),
                               CASE WHEN count(DISTINCT l.currency_id) = 1 THEN min(l.currency_id)
                                    ELSE min(c.currency_id) END,
                               min(d.id), %(key)s, %(nothing)s, 0, %(stage)s::int,
                               sum(l.amount_residual) AS residual,
                               CASE WHEN count(DISTINCT l.currency_id) = 1
                                    THEN sum(l.amount_residual_currency)
                                    ELSE sum(l.amount_residual) END
                          FROM collection_debtor d, %(source)s
                           AND d.partner_id = p.commercial_partner_id AND d.company_id = %(root)s
                         GROUP BY l.move_id, l.account_id, l.partner_id,
                                  coalesce(l.date_maturity, l.date)) n
                 WHERE n.residual > 0
                ON CONFLICT (move_id, account_id, partner_id, due_date) DO NOTHING
                RETURNING id
                """,
                **params,
            )
        )
        created = {row[0] for row in self.env.cr.fetchall()}
        self.env.invalidate_all(flush=False)
        return created

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
                   AND NOT EXISTS (
                       SELECT FROM collection_instalment o
                        WHERE (o.move_id, o.account_id, o.partner_id, o.due_date)
                            = (l.move_id, l.account_id, l.partner_id, i.due_date))
                 GROUP BY i.partner_id, l.partner_id
                """,
                self._companies(company),
            )
        )
        Partner = self.env["res.partner"]
        for old, new, moves in rows:
            self.env["collection.debtor"]._fold(Partner.browse(old), Partner.browse(new), moves)

    def _choose_rulers(self, company, created):
        """Invoice override, customer override, first ruler that matches; then it stays (sticky).

        :param created: ids of instalments that are new in this run
        """
        today = company._collection_calendar().local_day(self.env["collection.snapshot"]._now())
        rulers = self.env["collection.ruler"].search([("company_id", "=", company.id)])
        rulers = rulers.filtered(lambda r: r._speaks_on(today))
        starting = rulers.filtered(lambda r: not r.started_at)
        starting.started_at = self.env["collection.snapshot"]._now().replace(tzinfo=None)
        Instalment = self.env["collection.instalment"].sudo()
        free = Instalment.search(
            [
                ("ruler_id", "=", False),
                ("is_open", "=", True),
                ("company_id", "child_of", company.id),
            ]
        )
        if not free:
            return free
        left, taken = free, Instalment
        for instalment in free:
            partner = instalment.partner_id.with_company(company)
            ruler = (
                instalment.move_id.collection_ruler_id
                or partner.collection_ruler_id
                or partner.commercial_partner_id.collection_ruler_id
            )
            if ruler:
                left -= instalment
                if ruler in rulers:  # one that does not run yet takes it when it does
                    instalment.ruler_id = ruler
                    taken += instalment
        for ruler in rulers:
            if not left:
                break
            matching = left
            domain = ruler._partner_domain()
            if not domain.is_true():
                partners = (
                    self.env["res.partner"]
                    .sudo()
                    .search(domain & Domain("id", "in", left.debtor_id.partner_id.ids))
                )
                matching = left.filtered(
                    lambda i, partners=partners: i.debtor_id.partner_id in partners
                )
            matching.ruler_id = ruler
            left -= matching
            taken += matching
        joining = taken.filtered(lambda i: i.ruler_id in starting or i.id not in created)
        self._enter(joining, today, joining=True)
        self._enter(taken - joining, today, joining=False)
        return taken

    def _enter(self, instalments, today, joining):
        """Set where newly enrolled instalments stand: the silent join, and the next date."""
        for ruler, own in instalments.grouped("ruler_id").items():
            ladder, calendar = ruler._ladder(), ruler._contact_calendar()
            cuts = cutoffs(ladder, calendar, today)
            dates = {}
            for instalment in own:
                due = instalment.due_date
                if due not in dates:
                    reached = come(ladder, calendar, due, today) if cuts and joining else None
                    dates[due] = reached, next_day(ladder, calendar, due, reached, today)
                reached, following = dates[due]
                values = {"next_date": following or False}
                if reached is not None:
                    values["watermark"] = reached
                instalment.write(values)
        instalments.debtor_id._touch()
