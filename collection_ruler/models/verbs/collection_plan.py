from contextlib import suppress
from datetime import UTC

from odoo import api, models
from odoo.tools import SQL

from ...dunning.calendar import NeverOpen
from ...dunning.decision import decide
from ...dunning.ladder import cutoffs, next_day
from ...dunning.reason import Reason
from ..common import clock
from ..common.bulk_sql import MANY, NO_JIT, analyze, insert_rows
from .collection_verb import Tally

# what a planned follow-up consists of
FOLLOWUP = [
    "debtor_id",
    "company_id",
    "ruler_id",
    "step_id",
    "step_name",
    "channel",
    "purpose",
    "state",
    "reason",
    "scheduled_at",
    "partner_id",
    "currency_id",
    "amount_due",
]


class CollectionPlan(models.AbstractModel):
    """Second verb: find the due (instalment, step) pairs, decide once per debtor, write follow-ups."""

    _name = "collection.plan"
    _inherit = ["collection.verb"]
    _description = "Collection: plan follow-ups"

    @api.model
    def _todo(self, company):
        """Debtors of a root company with something due, whatever then becomes of it."""
        return sorted({debtor for _instalment, debtor, _offset in self._due(company)})

    @api.model
    def _batch(self, company, debtor_ids):
        """Plan for these debtors. One decision each; nothing is sent here."""
        debtors = self._take_debtors(debtor_ids)
        if not debtors:
            return Tally()
        due = self._due(company, debtors.ids)
        debtors = debtors.browse(sorted({debtor for _instalment, debtor, _offset in due}))
        if not debtors:
            return Tally()  # somebody else was faster
        debtors.fetch(
            ["partner_id", "calendar_key"]
        )  # once for all, and of a wide table only these
        come = {instalment: offset for instalment, _debtor, offset in due}
        snapshots = self.env["collection.snapshot"]._take(company.id, debtors.ids, come)
        now = clock.now(self.env)
        decisions = [(debtor, decide(snapshots[debtor.id], now)) for debtor in debtors]
        claims = {c.id: c for snapshot in snapshots.values() for c in snapshot.claims}
        self._apply(company, decisions, claims, now)
        return self._tally(decisions)

    @api.model
    def _afterwards(self, company):
        """What was planned is sent at once."""
        planned = [("company_id", "=", company.id), ("state", "=", "planned")]
        if self.env["collection.followup"].search_count(planned, limit=MANY) == MANY:
            self.env.flush_all()
            analyze(self.env, "collection.followup", "collection.followup.item")

    def _tally(self, decisions):
        """Contacts that were planned, and why the other claims are not spoken about."""
        tally = Tally()
        for _debtor, decision in decisions:
            tally.done += len(decision.contacts)
            tally.skipped.update(str(reason) for reason in decision.waiting.values())
            tally.skipped.update(str(reason) for _claim, _step, reason in decision.skipped)
        return tally

    # ------------------------------------------------------------------
    # which pairs are due
    # ------------------------------------------------------------------

    @api.model
    def _due(self, company, debtor_ids=None):
        """The due pairs, by cut-offs and ONE query (decision 1).

        :return: [(instalment id, debtor id, the latest offset that has come above the watermark)]
        """
        cuts = self._cutoffs(company)
        if not cuts:
            return []
        self.env["collection.instalment"].flush_model()
        return self.env.execute_query(
            SQL(
                """
                %(no_jit)s
                WITH RECURSIVE cut(ruler_id, calendar_key, reached, cutoff) AS (VALUES %(cuts)s),
                -- the distinct watermarks, by loose index scan: cost grows with what is due
                wm AS (
                    (SELECT ruler_id, calendar_key, watermark FROM collection_instalment
                      WHERE is_open AND ruler_id IS NOT NULL ORDER BY 1, 2, 3 LIMIT 1)
                    UNION ALL
                    SELECT n.* FROM wm CROSS JOIN LATERAL (
                        SELECT ruler_id, calendar_key, watermark FROM collection_instalment
                         WHERE is_open AND (ruler_id, calendar_key, watermark)
                             > (wm.ruler_id, wm.calendar_key, wm.watermark)
                         ORDER BY 1, 2, 3 LIMIT 1) n),
                gate AS (
                    SELECT wm.*, max(cutoff) AS cutoff FROM wm JOIN cut USING (ruler_id, calendar_key)
                     WHERE cut.reached > wm.watermark GROUP BY 1, 2, 3)
                SELECT i.id, i.debtor_id,
                       (SELECT max(reached) FROM cut
                         WHERE (cut.ruler_id, cut.calendar_key) = (i.ruler_id, i.calendar_key)
                           AND cut.cutoff >= coalesce(i.anchor_date, i.due_date))
                  FROM gate g
                  JOIN collection_instalment i
                    ON (i.ruler_id, i.calendar_key, i.watermark)
                     = (g.ruler_id, g.calendar_key, g.watermark)
                   AND i.is_open AND coalesce(i.anchor_date, i.due_date) <= g.cutoff
                 WHERE %(only)s
                """,
                no_jit=NO_JIT,
                cuts=SQL(", ").join(
                    SQL("(%s::int, %s::text, %s::int, %s::date)", *row) for row in cuts
                ),
                only=SQL("i.debtor_id IN %s", tuple(debtor_ids)) if debtor_ids else SQL("TRUE"),
            )
        )

    @api.model
    def _cutoffs(self, company):
        """Rows (ruler id, calendar key, offset, cut-off) of the rulers that speak today."""
        now = clock.now(self.env)
        settings = self.env["collection.snapshot"]._settings(company.id)
        if settings.is_paused:
            return []
        rows = []
        for ruler_id, key in self._ruled_places():
            ruler = self.env["collection.ruler"].browse(ruler_id)
            if ruler_id not in settings.ladders or not ruler._is_running_on(settings.today):
                continue
            calendar = settings.calendars[ruler_id, key]
            with suppress(NeverOpen):
                found = cutoffs(settings.ladders[ruler_id], calendar, calendar.local_day(now))
                rows += [(ruler_id, key, offset, date) for offset, date in found.items()]
        return rows

    @api.model
    def _ruled_places(self):
        """Which rulers speak to customers of which places: pairs (ruler id, calendar key)."""
        self.env["collection.instalment"].flush_model()
        return self.env.execute_query(
            SQL(
                """
                -- by loose index scan: one step per pair, however many instalments are open
                WITH RECURSIVE pair AS (
                    (SELECT ruler_id, calendar_key FROM collection_instalment
                      WHERE is_open AND ruler_id IS NOT NULL ORDER BY 1, 2 LIMIT 1)
                    UNION ALL
                    SELECT n.* FROM pair CROSS JOIN LATERAL (
                        SELECT ruler_id, calendar_key FROM collection_instalment
                         WHERE is_open AND (ruler_id, calendar_key) > (pair.ruler_id, pair.calendar_key)
                         ORDER BY 1, 2 LIMIT 1) n)
                SELECT ruler_id, calendar_key FROM pair
                """
            )
        )

    # ------------------------------------------------------------------
    # write what was decided
    # ------------------------------------------------------------------

    def _apply(self, company, decisions, claims, now):
        """Write follow-ups, ledger, tasks, and last the instalments: payments write those too, and
        should not find them written by somebody who is not through yet.

        :param decisions: [(``collection.debtor``, Decision)]
        :param claims: {instalment id: Claim}
        """
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
        self._write_ledger(rows)
        self._mark_delivered(decisions)
        self._tell_people(decisions, followups)
        changed = [d.id for d, decision in decisions if decision.contacts or decision.watermarks]
        self.env["collection.debtor"].browse(changed)._queue_refresh()
        self._write_instalments(company, decisions, claims, now)

    def _create_followups(self, company, decisions):
        """One follow-up per contact; {id(contact): collection.followup}."""
        Step = self.env["collection.ruler.step"]
        settings = self.env["collection.snapshot"]._settings(company.id)
        currencies = {name: key for key, name in settings.currencies.items()}
        debtors = self.env["collection.debtor"].browse(debtor.id for debtor, _d in decisions)
        recipients = self.env["collection.recipients"]._of(debtors)
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
                        step.name,
                        contact.channel,
                        "delivery" if contact.tone.delivers else "dunning",
                        "to_approve" if asks else "planned",
                        str(Reason.LOOK_FIRST if asks and step.mode != "approve" else Reason.DUE),
                        contact.at.astimezone(UTC).replace(tzinfo=None),
                        recipients[debtor.id, contact.role].id,
                        currencies[contact.currency],
                        contact.amount,
                    )
                )
        created = insert_rows(self.env, "collection.followup", FOLLOWUP, rows).sudo()
        return {id(contact): followup for contact, followup in zip(contacts, created, strict=True)}

    def _row(self, debtor, claim, step, followup, state, reason):
        return {
            "followup_id": followup.id if followup else None,
            "debtor_id": debtor.id,
            "instalment_id": claim.id,
            "step_id": step.id,
            "offset_days": step.offset,
            "occurrence": None,
            "amount_residual": claim.residual,
            "state": state,
            "reason": str(reason),
        }

    def _event_row(self, instalment, step, followup, occurrence=None):
        """A ledger row of a step that an event asked for (thanks, a payment that came back)."""
        return {
            "followup_id": followup.id,
            "debtor_id": instalment.debtor_id.id,
            "instalment_id": instalment.id,
            "step_id": step.id,
            "offset_days": step.offset_days,
            "occurrence": occurrence,
            "amount_residual": instalment.residual_currency,
            "state": "planned",
            "reason": str(Reason.DUE),
        }

    def _write_ledger(self, rows):
        """Insert ledger rows; what the ledger already has is left alone, whoever wrote it (A9)."""
        if not rows:
            return
        self.env["collection.instalment"].flush_model()
        self.env["collection.followup"].flush_model()
        names = list(rows[0])
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO collection_followup_item
                       (followup_id, debtor_id, company_id, move_id, account_id, partner_id, due_date,
                        step_id, step_name, offset_days, occurrence, currency_id, amount_residual,
                        state, reason, create_uid, write_uid, create_date, write_date)
                SELECT v.followup_id, v.debtor_id, i.company_id, i.move_id, i.account_id, i.partner_id,
                       i.due_date, v.step_id, s.name->>'en_US', v.offset_days,
                       coalesce(v.occurrence, i.occurrence),
                       i.currency_id, v.amount_residual, v.state, v.reason,
                       %(uid)s, %(uid)s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                  FROM (VALUES %(rows)s) v(%(names)s)
                  JOIN collection_instalment i ON i.id = v.instalment_id
                  JOIN collection_ruler_step s ON s.id = v.step_id
                ON CONFLICT (move_id, account_id, partner_id, due_date, step_id, occurrence)
                   WHERE state IN ('planned', 'sent', 'skipped') DO NOTHING
                RETURNING followup_id
                """,
                uid=self.env.uid,
                names=SQL(", ").join(SQL.identifier(name) for name in names),
                rows=SQL(", ").join(
                    SQL(
                        "(%s::int, %s::int, %s::int, %s::int, %s::int, %s::int, %s::numeric, "
                        "%s::text, %s::text)",
                        *row.values(),
                    )
                    for row in rows
                ),
            )
        )
        written = {row[0] for row in self.env.cr.fetchall()}
        self.env["collection.followup.item"].invalidate_model()
        self.env["collection.followup"].invalidate_model(["item_ids"])
        wanted = {row["followup_id"] for row in rows if row["followup_id"]}
        if idle := wanted - written:
            # every pair was taken by somebody else meanwhile: nothing is left to say
            self.env["collection.followup"].browse(idle)._cancel("replaced")

    def _write_instalments(self, company, decisions, claims, now):
        """Watermarks of what was consumed, reasons of what waits, and the next dates."""
        calendars = self.env["collection.snapshot"]._settings(company.id).calendars
        next_dates = {}  # the same for all with the same place, due date and watermark
        rows = []
        for debtor, decision in decisions:
            place = debtor.calendar_key
            for key in {*decision.watermarks, *decision.waiting}:
                claim, watermark = claims[key], decision.watermarks.get(key)
                following = None
                if watermark is not None:
                    memo = claim.ladder.id, place, claim.counts_from, watermark
                    if memo not in next_dates:
                        calendar = calendars[claim.ladder.id, place]
                        next_dates[memo] = next_day(
                            claim.ladder,
                            calendar,
                            claim.counts_from,
                            watermark,
                            calendar.local_day(now),
                        )
                    following = next_dates[memo]
                reason = decision.waiting.get(key)
                rows.append((key, watermark, following, reason and str(reason)))
        if not rows:
            return
        self.env["collection.instalment"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                UPDATE collection_instalment i
                   SET watermark = coalesce(v.watermark, i.watermark),
                       next_date = CASE WHEN v.watermark IS NULL THEN i.next_date ELSE v.next_date END,
                       waiting_reason = v.reason
                  FROM (VALUES %s) v(id, watermark, next_date, reason)
                 WHERE v.id = i.id
                   AND (v.watermark IS NOT NULL OR i.waiting_reason IS DISTINCT FROM v.reason)
                """,
                SQL(", ").join(SQL("(%s::int, %s::int, %s::date, %s::text)", *row) for row in rows),
            )
        )
        self.env["collection.instalment"].invalidate_model(
            ["watermark", "next_date", "waiting_reason"]
        )

    def _mark_delivered(self, decisions):
        """No reminder of any instalment of an invoice for some days after its delivery (A3)."""
        for debtor, decision in decisions:
            for contact in decision.contacts:
                if contact.tone.delivers:
                    moves = self.env["account.move"].browse({c.move for c, _s in contact.pairs})
                    moves.sudo().collection_instalment_ids.delivered_on = (
                        debtor._calendar().local_day(contact.at)
                    )

    def _tell_people(self, decisions, followups):
        """What only a person can do: reconcile credits, approve a message (D2, A13)."""
        covered = self.env["collection.debtor"].union(
            *(d for d, decision in decisions if Reason.COVERED in decision.waiting.values())
        )
        covered._schedule_task(
            self.env._("Reconcile the open credits of this customer"),
            self.env._("They cover what is due, so the ruler does not ask for it."),
            once=True,
        )
        asking = [
            followups[id(contact)]
            for _debtor, decision in decisions
            for contact in decision.contacts
            if contact.tone.mode == "approve"
        ]
        asking = self.env["collection.followup"].sudo().union(*asking)
        asking.filtered(lambda f: f.state == "to_approve")._ask_person()
