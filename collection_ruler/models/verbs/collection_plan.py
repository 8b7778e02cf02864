from odoo import api, models
from odoo.tools import SQL

from ...dunning.course import next_day
from ...dunning.decision import decide
from ..common import clock
from ..common.bulk_sql import MANY, analyze, rows_as
from .collection_verb import Tally

# what a decision changes of an instalment, and of which type it is in a statement
CONSUMED = {"id": "int", "watermark": "int", "next_date": "date", "reason": "varchar"}


class CollectionPlan(models.AbstractModel):
    """Find the due (instalment, step) pairs, decide once per debtor, write follow-ups."""

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
        reached = {instalment: offset for instalment, _debtor, offset in due}
        snapshots = self.env["collection.snapshot"]._take(company.id, debtors.ids, reached)
        now = clock.now(self.env)
        for debtor in debtors:
            about = company, debtor.calendar_key, snapshots[debtor.id]
            snapshots[debtor.id] = self._by_their_day(*about, now)
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

    def _apply(self, company, decisions, claims, now):
        """Write follow-ups, ledger, tasks, and last the instalments: payments write those too, and
        should not find them written by somebody who is not through yet.

        :param decisions: [(``collection.debtor``, Decision)]
        :param claims: {instalment id: Claim}
        """
        followups = self.env["collection.ledger"]._write_decisions(company, decisions)
        self._mark_delivered(decisions)
        self._ask_people(decisions, followups)
        changed = [d.id for d, decision in decisions if decision.contacts or decision.watermarks]
        self.env["collection.debtor"].browse(changed)._queue_refresh()
        self._write_instalments(company, decisions, claims, now)

    def _write_instalments(self, company, decisions, claims, now):
        """Watermarks of what was consumed, reasons of what waits, and the next dates."""
        rows = list(self._consumed(company, decisions, claims, now))
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
                  FROM %s
                 WHERE v.id = i.id
                   AND (v.watermark IS NOT NULL OR i.waiting_reason IS DISTINCT FROM v.reason)
                """,
                rows_as("v", CONSUMED, rows),
            )
        )
        self.env["collection.instalment"].invalidate_model(
            ["watermark", "next_date", "waiting_reason"]
        )

    def _consumed(self, company, decisions, claims, now):
        """What decisions change of instalments: yields (id, watermark, next date, reason), None for what
        does not change."""
        calendars = self.env["collection.snapshot"]._settings(company.id).calendars
        next_dates = {}  # the same for all with the same place, due date and watermark
        for debtor, decision in decisions:
            place = debtor.calendar_key
            for key in {*decision.watermarks, *decision.waiting}:
                claim, watermark = claims[key], decision.watermarks.get(key)
                following = None
                if watermark is not None:
                    memo = claim.ladder.key, place, claim.counts_from, watermark
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
                yield key, watermark, following, reason and str(reason)

    def _mark_delivered(self, decisions):
        """No reminder of any instalment of an invoice for some days after its delivery (A3)."""
        for debtor, decision in decisions:
            for contact in decision.contacts:
                if contact.tone.delivers:
                    moves = self.env["account.move"].browse({c.move for c, _s in contact.pairs})
                    moves.sudo().collection_instalment_ids.delivered_on = (
                        debtor._calendar().local_day(contact.at)
                    )

    def _ask_people(self, decisions, followups):
        """What only a person can do: send invoices, match money, approve a message (A3, D2, D3, A13)."""
        self.env["collection.unsent"]._ask(decisions)
        self.env["collection.money.task"]._ask(
            (debtor, reason)
            for debtor, decision in decisions
            for reason in decision.waiting.values()
        )
        asked = [d.id for d, decision in decisions if any(map(_asks, decision.contacts))]
        self.env["collection.money.task"]._ask_about_unused(
            self.env["collection.debtor"].browse(asked)
        )
        asking = [
            followups[id(contact)]
            for _debtor, decision in decisions
            for contact in decision.contacts
            if contact.tone.mode == "approve"
        ]
        asking = self.env["collection.followup"].sudo().union(*asking)
        asking.filtered(lambda f: f.state == "to_approve")._ask_person()


def _asks(contact):
    """Whether a dunning Contact asks the customer for money."""
    return contact.tone.mode != "task" and not contact.tone.delivers
