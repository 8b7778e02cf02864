from contextlib import suppress

from odoo import models
from odoo.tools import SQL

from ...dunning.calendar import NeverOpen
from ...dunning.course import next_day
from ...dunning.watermark import begin
from ..common import clock
from ..common.instalment_key import said_before
from ..common.memo import Memo

# above every id
LAST_ID = 2**31 - 1


class CollectionEnrol(models.AbstractModel):
    """Which ruler takes an instalment, and where on it the instalment begins (A6, A8)."""

    _inherit = "collection.enrol"

    def _choose_rulers(self, company, first_new):
        """Invoice override, customer override, first ruler that matches; then it stays (sticky).

        A paused ruler takes too, and says later what came meanwhile (A9): no other ruler may speak in
        its place, and nothing is forgotten.

        :param first_new: the lowest id of the instalments that are new in this run
        :return: ids of those that got a ruler
        """
        today = company._collection_calendar().local_day(clock.now(self.env))
        rulers = self.env["collection.ruler"]._taking(company, today)
        self._ask_for_filters(company, rulers)
        starting = rulers.filtered(lambda r: not r.started_at)
        starting.started_at = clock.naive_now(self.env)
        if rulers.profiles or rulers.step_ids.skip_profiles:  # they ask how customers pay (F6)
            self.env["collection.profile"]._catch_up(company)
        self.env.flush_all()
        if not rulers:
            return []
        chosen = self._chosen(company, rulers, starting, first_new)
        cases = self.env.execute_query(
            SQL(
                "SELECT DISTINCT ruler_id, calendar_key, due_date, is_backlog, agreed FROM (%s) c",
                chosen,
            )
        )
        entries = list(self._entries(cases, starting))
        return self._take(chosen, entries) if entries else []

    def _ask_for_filters(self, company, rulers):
        """A filter that can be read no more takes nobody: whoever answers for the rulers is told."""
        for ruler in rulers:
            if why := ruler._why_no_filter():
                self.env["collection.manager.task"]._ask(
                    company,
                    self.env._("The filter of the ruler “%s” cannot be read", ruler.name),
                    self.env._("Until it is mended the ruler takes no further invoice. %s", why),
                )

    def _take(self, chosen, entries):
        """Write ruler, silent join and next date, whatever the number of instalments.

        :param chosen: as `_chosen` gives it
        :param entries: as `_entries` yields them
        :return: ids of the instalments
        """
        rows = self.env.execute_query(
            SQL(
                """
                WITH chosen AS (%(chosen)s),
                taken AS (
                    UPDATE collection_instalment i
                       SET ruler_id = c.ruler_id, ruler_source = c.source, next_date = e.next_date,
                           watermark = coalesce(e.reached, i.watermark),
                           anchor_date = coalesce(e.anchor, i.anchor_date)
                      FROM chosen c
                      JOIN (VALUES %(entries)s) e(ruler_id, calendar_key, due_date, is_backlog, agreed,
                                                  reached, anchor, next_date)
                     USING (ruler_id, calendar_key, due_date, is_backlog, agreed)
                     WHERE c.id = i.id
                    RETURNING i.id, i.debtor_id),
                touched AS (
                    INSERT INTO collection_debtor_refresh (debtor_id)
                    SELECT DISTINCT debtor_id FROM taken)
                SELECT id FROM taken
                """,
                chosen=chosen,
                entries=SQL(", ").join(
                    SQL(
                        "(%s::int, %s::text, %s::date, %s::bool, %s::int, %s::int, %s::date, %s::date)",
                        *entry,
                    )
                    for entry in entries
                ),
            )
        )
        return [row[0] for row in rows]

    def _chosen(self, company, rulers, starting, first_new):
        """Instalments without a ruler, and the one that takes each: a query for id, ruler_id, calendar_key,
        due_date, source, is_backlog and agreed (-1 for a date that never changed)."""
        return SQL(
            """
            WITH override(partner_id, ruler_id) AS (%(overrides)s)
            SELECT i.id, found.ruler_id, i.calendar_key, i.due_date,
                   CASE found.ruler_id WHEN m.collection_ruler_id THEN 'invoice'
                        WHEN coalesce(own.ruler_id, customer.ruler_id) THEN 'customer'
                        ELSE 'match' END AS source,
                   found.ruler_id = ANY(%(starting)s) OR i.id < %(first_new)s AS is_backlog,
                   coalesce(%(said_before)s, -1) AS agreed
              FROM collection_instalment i
              JOIN account_move m ON m.id = i.move_id
              JOIN collection_debtor d ON d.id = i.debtor_id
              JOIN res_partner p ON p.id = d.partner_id
              LEFT JOIN override own ON own.partner_id = i.partner_id
              LEFT JOIN override customer ON customer.partner_id = d.partner_id
             CROSS JOIN LATERAL (
                   SELECT coalesce(m.collection_ruler_id, own.ruler_id, customer.ruler_id,
                                   CASE %(cases)s END) AS ruler_id) found
             WHERE i.ruler_id IS NULL AND i.is_open AND i.company_id IN %(companies)s
               AND found.ruler_id IN %(rulers)s
            """,
            overrides=self._overrides(company),
            cases=SQL(" ").join(SQL("WHEN %s THEN %s", r._match(), r.id) for r in rulers),
            starting=starting.ids,
            said_before=said_before("i"),
            first_new=first_new or LAST_ID,
            companies=self._companies(company),
            rulers=tuple(rulers.ids),
        )

    def _overrides(self, company):
        """Customers with a ruler of their own, as a table (partner id, ruler id)."""
        partners = (
            self.env["res.partner"]
            .sudo()
            .with_context(active_test=False)
            .with_company(company)
            .search_fetch([("collection_ruler_id", "!=", False)], ["collection_ruler_id"])
        )
        if not partners:
            return SQL("SELECT NULL::int, NULL::int WHERE FALSE")
        rows = [SQL("(%s, %s)", p.id, p.collection_ruler_id.id) for p in partners]
        return SQL("VALUES %s", SQL(", ").join(rows))

    def _entries(self, cases, starting):
        """Where an instalment stands that a ruler takes.

        :param cases: rows (ruler id, calendar key, due date, whether it is part of the backlog, as
            `instalment_key.said_before` says, -1 for a date that never changed)
        :return: yields such rows with the offset reached, the date that offsets count from, the next date
        """
        memo = Memo()
        now = clock.now(self.env)
        Ruler = self.env["collection.ruler"].with_context(collection_memo=memo)
        for ruler_id, key, due, is_backlog, agreed in cases:
            ruler = Ruler.browse(ruler_id)
            ladder, calendar = ruler._to_ladder(), ruler._contact_calendar(key)
            ladder = ladder.agreed(agreed if agreed >= 0 else None)
            today = calendar.local_day(now)
            reached, anchor, following = None, None, None
            if is_backlog:
                policy = ruler.backlog_policy if ruler in starting else "join"
                try:
                    reached, anchor = begin(ladder, calendar, due, today, policy)
                except (
                    NeverOpen
                ):  # until somebody knows when to reach them, they stand where ours would
                    reached, anchor = begin(ladder, ruler._contact_calendar(), due, today, policy)
            with suppress(NeverOpen):
                following = next_day(ladder, calendar, anchor or due, reached, today)
            yield ruler_id, key, due, is_backlog, agreed, reached, anchor, following
