from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ...dunning.amounts import Owed, statement
from ...dunning.reason import Reason
from ...dunning.stages import heaviest, kind_of_hold, stage_of
from ..common import clock
from ..common.bulk_sql import write_rows
from ..debtor.credits import credits_of

# what is written of a debtor
FIGURES = [
    "amount_due",
    "amount_overdue",
    "amount_credit",
    "oldest_due_date",
    "last_followup_date",
    "refreshed_on",
    "stage_id",
]


class _Row(NamedTuple):
    id: int
    debtor_id: int
    ruler_id: int | None
    due_date: date
    residual: str  # exact, in the company's currency
    is_open: bool
    watermark: int
    next_date: date | None
    waiting_reason: str | None
    stage_id: int | None


class CollectionRefresh(models.AbstractModel):
    """Figures of debtors, and the stages of instalments and debtors: facts decide, not people
    (decision 14)."""

    _name = "collection.refresh"
    _description = "Collection: figures and stages of debtors"

    @api.model
    def _refresh(self, company, debtors):
        """Write totals, dates and stages of debtors of a root company, set-based."""
        company = company.with_env(self.env)  # with the memo of this batch
        today = company._collection_calendar().local_day(clock.now(self.env))
        by_debtor = defaultdict(list)
        place = _StagePlacer(self.env, debtors, today)
        for row in self._rows(debtors, place.of_kind.get("settled")):
            by_debtor[row.debtor_id].append(row)
        figures_of = self._figures_of(company, debtors, today)
        dates = self._followup_dates(debtors)
        stages, figures = [], []
        for debtor in debtors:
            own = by_debtor[debtor.id]
            last, was_contacted = dates.get(debtor.id, (None, False))
            placed = [(row, place.stage(row, was_contacted)) for row in own]
            stages += [(row.id, stage.id or None) for row, stage in placed]
            stage = place.of_debtor([stage for row, stage in placed if row.is_open])
            figures.append(
                (
                    debtor.id,
                    *figures_of(debtor, [row for row in own if row.is_open]),
                    last,
                    today,
                    stage.id or None,
                )
            )
        write_rows(self.env, "collection.instalment", ["stage_id"], stages)
        write_rows(self.env, "collection.debtor", FIGURES, figures)

    def _figures_of(self, company, debtors, today):
        """How the first four of FIGURES are counted: a function of a debtor and its open rows."""
        credits = credits_of(debtors)
        counts_from = {}  # by where they live: their bank holidays count too

        def owed(row, key):
            day = row.due_date
            if (key, day) not in counts_from:
                effective = company._collection_counts_from(day, key) if day < today else day
                counts_from[key, day] = effective
            return Owed(row.id, day, counts_from[key, day], Decimal(row.residual), "")

        def figures(debtor, rows):
            said = statement([owed(row, debtor.calendar_key) for row in rows], {}, today)
            credit = sum(
                currency._convert(amount, company.currency_id, company, today)
                for currency, amount in credits[debtor.id].items()
            )
            return (
                sum(row.owed.residual for row in said.rows),
                sum(row.owed.residual for row in said.overdue),
                Decimal(str(company.currency_id.round(credit))),
                said.overdue[0].owed.due_date if said.overdue else None,
            )

        return figures

    def _rows(self, debtors, settled):
        """What is open, and what was settled since it was last placed.

        :param settled: the ``collection.stage`` of what is settled, or None
        """
        self.env["collection.instalment"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, debtor_id, ruler_id, due_date, residual::text, is_open, watermark, next_date,
                       waiting_reason, stage_id
                  FROM collection_instalment
                 WHERE debtor_id IN %s AND gone IS NOT TRUE
                   AND (is_open OR stage_id IS DISTINCT FROM %s)
                """,
                tuple(debtors.ids),
                settled and settled.id,
            )
        )
        return [_Row(*row) for row in rows]

    def _followup_dates(self, debtors):
        """By debtor id: the day of the last contact, or None, and whether a step of the ruler ever reached
        them: as a message, as a task of ours, or said by hand."""
        self.env["collection.followup"].flush_model()
        self.env["collection.followup.item"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT debtor_id,
                       max(coalesce(delivered_at, handed_at)) FILTER (
                           WHERE speaks AND state IN ('sent', 'uncertain'))::date,
                       bool_or(was_contacted)
                  FROM (SELECT debtor_id, delivered_at, handed_at, state,
                               customer_hears OR purpose = 'talk' AS speaks,
                               purpose IN ('dunning', 'returned')
                               AND state IN ('sent', 'uncertain') AS was_contacted
                          FROM collection_followup WHERE debtor_id IN %(ids)s
                         UNION ALL
                        SELECT debtor_id, NULL, NULL, NULL, FALSE, TRUE
                          FROM collection_followup_item
                         WHERE debtor_id IN %(ids)s AND reason = %(said)s) f
                 GROUP BY debtor_id
                """,
                ids=tuple(debtors.ids),
                said=Reason.SAID_BY_HAND,
            )
        )
        return {debtor: tuple(facts) for debtor, *facts in rows}


class _StagePlacer:
    """In which stage instalments and debtors stand; stages, steps and holds are read once for a batch."""

    def __init__(self, env, debtors, today):
        self.none = env["collection.stage"]
        self.of_kind = {}
        for stage in self.none.search_fetch([]):
            self.of_kind.setdefault(stage.kind, stage)
        Hold = env["collection.hold"].sudo()
        self.of_all, self.of_instalment = {}, {}
        for hold in Hold.search(Hold._in_force(today) & Hold._domain_of(debtors)):
            stage = self.of_kind.get(kind_of_hold(hold.origin), self.none)
            if hold.scope == "all":
                self.of_all.setdefault(hold.debtor_id.id, stage)
            for instalment in hold.instalment_ids:
                self.of_instalment.setdefault(instalment.id, stage)
        self.steps = defaultdict(list)  # by ruler id, the furthest first
        steps = env["collection.ruler.step"].search_fetch(
            [("trigger", "=", "due"), ("stage_id", "!=", False)],
            ["ruler_id", "offset_days", "stage_id"],
            order="offset_days desc, id",
        )
        for step in steps:
            self.steps[step.ruler_id.id].append((step.offset_days, step.stage_id))

    def stage(self, row, was_contacted):
        """The stage of an instalment, a ``collection.stage`` that may be empty.

        :param was_contacted: whether a step ever reached the customer
        """
        found = stage_of(
            self.of_kind,
            is_open=row.is_open,
            is_past_limit=row.waiting_reason == Reason.PAST_LIMIT,
            hold=self.of_all.get(row.debtor_id) or self.of_instalment.get(row.id),
            was_contacted=was_contacted,
            is_over=bool(row.ruler_id and not row.next_date),
            watermark=row.watermark,
            steps=self.steps[row.ruler_id],
        )
        return self.none if found is None else found

    def of_debtor(self, stages):
        """The stage of a debtor with these stages of open instalments."""
        found = heaviest(stages) if stages else self.of_kind.get("settled")
        return self.none if found is None else found
