from datetime import UTC

from odoo import api, models
from odoo.tools import SQL

from ...dunning.fallback import STEP
from ...dunning.purpose import Purpose
from ...dunning.reason import STILL_HERE, Reason
from ..common import clock
from ..common.bulk_sql import insert_rows, rows_as
from ..common.instalment_key import asks_for_money, same_occurrence

# what a planned follow-up consists of
FOLLOWUP = [
    "debtor_id",
    "company_id",
    "ruler_id",
    "step_id",
    "step_name",
    "channel",
    "customer_hears",
    "decided_at",
    "purpose",
    "state",
    "reason",
    "scheduled_at",
    "partner_id",
    "currency_id",
    "amount_due",
]
# what tells a row of the ledger, and of which type it is in a statement
ROW = {
    "followup_id": "int",
    "debtor_id": "int",
    "instalment_id": "int",
    "step_id": "int",
    "offset_days": "int",
    "occurrence": "int",
    "attempt": "int",
    "amount_residual": "numeric",
    "state": "varchar",
    "reason": "varchar",
}


class CollectionLedger(models.AbstractModel):
    """Writes new follow-ups, and alone all new rows of the ledger (A9).

    The only other follow-ups that are made are copies, by `_copy_anew` (transitions.py).
    """

    _name = "collection.ledger"
    _description = "Collection: writer of the ledger"

    @api.model
    def _write_decisions(self, company, decisions):
        """Write what was decided: a follow-up for each contact, and a row for each pair that it is about,
        or that is passed over.

        :param decisions: [(``collection.debtor``, Decision)]
        :return: {id(contact): ``collection.followup``}
        """
        self._overtake(decisions)
        followups = self._create_followups(company, decisions)
        rows = []
        for debtor, decision in decisions:
            for contact in decision.contacts:
                followup = followups[id(contact)]
                rows += [
                    self._row(debtor, claim, step, followup, "planned", Reason.DUE)
                    for claim, step in contact.pairs
                ]
            rows += [
                self._row(debtor, claim, step, None, "skipped", reason)
                for claim, step, reason in decision.skipped
            ]
        self._write_rows(rows)
        return followups

    def _overtake(self, decisions):
        """What still waits at a door about an instalment is passed over for the later step that is said now,
        by whatever channel: nobody hears the gentler words after the firmer ones (A9).

        :param decisions: as for `_write_decisions`
        """
        said = {}
        for claim, step in (
            pair for _debtor, d in decisions for contact in d.contacts for pair in contact.pairs
        ):
            if step.mode != "task" and not step.delivers:
                said[claim.id] = max(step.offset, said.get(claim.id, step.offset))
        if not said:
            return
        self.env["collection.followup.item"].flush_model()
        self.env["collection.followup"].flush_model()
        waiting = self.env.execute_query(
            SQL(
                """
                SELECT t.id, i.id, t.offset_days
                  FROM collection_followup f
                  JOIN collection_followup_item t
                    ON t.followup_id = f.id AND t.state = 'planned' AND t.offset_days IS NOT NULL
                  JOIN collection_instalment i ON %(same)s
                 WHERE f.debtor_id IN %(debtors)s AND f.state IN %(here)s AND %(asks)s
                """,
                debtors=tuple(debtor.id for debtor, _decision in decisions),
                same=same_occurrence("i", "t"),
                here=STILL_HERE,
                asks=asks_for_money("f"),
            )
        )
        found = [
            item
            for item, instalment, offset in waiting
            if instalment in said and offset < said[instalment]
        ]
        items = self.env["collection.followup.item"].sudo().browse(found)
        waiting = items.followup_id
        items._move_to("skipped", Reason.OVERTAKEN)
        waiting.filtered(lambda f: not f.item_ids._planned())._cancel(Reason.OVERTAKEN)

    def _create_followups(self, company, decisions):
        """One follow-up per contact; {id(contact): collection.followup}."""
        Step = self.env["collection.ruler.step"]
        settings = self.env["collection.snapshot"]._settings(company.id)
        currencies = {name: key for key, name in settings.currencies.items()}
        readers = self._readers(decisions)
        hearing = self.env["collection.channel"]._hearing()
        decided_at = clock.naive_now(self.env)
        contacts, rows = [], []
        for debtor, decision in decisions:
            for contact in decision.contacts:
                step = Step.browse(contact.tone.id)
                asks = contact.tone.mode == "approve"
                contacts.append(contact)
                rows.append(
                    (
                        debtor.id,
                        company.id,
                        step.ruler_id.id,
                        step.id,
                        step._name_at(contact.tone.offset),
                        contact.channel,
                        contact.channel in hearing,
                        decided_at,
                        str(Purpose.DELIVERY if contact.tone.delivers else Purpose.DUNNING),
                        "to_approve" if asks else "planned",
                        str(contact.asks or Reason.DUE),
                        contact.at.astimezone(UTC).replace(tzinfo=None),
                        readers[id(contact)],
                        currencies[contact.currency],
                        contact.amount,
                    )
                )
        created = insert_rows(self.env, "collection.followup", FOLLOWUP, rows).sudo()
        return {id(contact): followup for contact, followup in zip(contacts, created, strict=True)}

    def _row(self, debtor, claim, step, followup, state, reason):
        """A row of a step whose day has come.

        :param claim: dunning Claim
        :param step: dunning Step
        :param followup: None where nothing is said
        """
        return {
            "followup_id": followup.id if followup else None,
            "debtor_id": debtor.id,
            "instalment_id": claim.id,
            "step_id": step.id,
            "offset_days": step.offset,
            "occurrence": None,
            "attempt": STEP,
            "amount_residual": claim.residual,
            "state": state,
            "reason": str(reason),
        }

    def _event_row(self, instalment, step, followup, occurrence=None, attempt=STEP):
        """A row of a step that an event asked for: thanks, a payment that came back, a fallback.

        :param occurrence: None for the present one of the instalment
        """
        return {
            "followup_id": followup.id,
            "debtor_id": instalment.debtor_id.id,
            "instalment_id": instalment.id,
            "step_id": step.id,
            "offset_days": step.offset_days,
            "occurrence": occurrence,
            "attempt": attempt,
            "amount_residual": instalment.residual_currency,
            "state": "planned",
            "reason": str(Reason.DUE),
        }

    def _write_rows(self, rows):
        """Insert ledger rows; what the ledger already has is left alone, whoever wrote it (A9).

        :param rows: dicts with the keys of ROW, in that order
        """
        if not rows:
            return
        self.env["collection.instalment"].flush_model()
        self.env["collection.followup"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO collection_followup_item
                       (followup_id, debtor_id, company_id, move_id, account_id, partner_id, due_date,
                        step_id, step_name, offset_days, occurrence, attempt, currency_id,
                        amount_residual, state, reason,
                        create_uid, write_uid, create_date, write_date)
                SELECT v.followup_id, v.debtor_id, i.company_id, i.move_id, i.account_id, i.partner_id,
                       i.due_date, v.step_id,
                       -- as `collection.ruler.step._name_at` says
                       CASE WHEN s.trigger = 'due' AND v.offset_days != s.offset_days THEN %(agreed)s
                            ELSE s.name->>'en_US' END, v.offset_days,
                       coalesce(v.occurrence, i.occurrence), v.attempt, i.currency_id,
                       v.amount_residual, v.state, v.reason,
                       %(uid)s, %(uid)s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                  FROM %(rows)s
                  JOIN collection_instalment i ON i.id = v.instalment_id
                  JOIN collection_ruler_step s ON s.id = v.step_id
                ON CONFLICT (move_id, account_id, partner_id, due_date, step_id, occurrence, attempt)
                   WHERE state IN ('planned', 'sent', 'skipped') DO NOTHING
                RETURNING followup_id
                """,
                uid=self.env.uid,
                agreed="Before the agreed date",
                rows=rows_as("v", ROW, [row.values() for row in rows]),
            )
        )
        written = {row[0] for row in self.env.cr.fetchall()}
        self.env["collection.followup.item"].invalidate_model()
        self.env["collection.followup"].invalidate_model(["item_ids"])
        wanted = {row["followup_id"] for row in rows if row["followup_id"]}
        if idle := wanted - written:  # every pair was taken by somebody else meanwhile
            self.env["collection.followup"].browse(idle)._cancel(Reason.REPLACED)
