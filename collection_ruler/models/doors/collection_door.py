from collections import defaultdict
from dataclasses import replace
from datetime import UTC, timedelta
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ...dunning.calendar import NeverOpen
from ...dunning.reason import Reason
from ...dunning.recheck import recheck
from ...dunning.thanked import recheck_thanks
from ..common.bulk_sql import BY_KEYS, rows_as, write_changed
from ..common.instalment_key import same_instalment
from ..facts.history import read_by


class CollectionDoor(models.AbstractModel):
    """Door 1: whether follow-ups may leave, asked before they are handed to an outbox (H3, decision 4)."""

    _name = "collection.door"
    _description = "Collection: the door before the outbox"

    @api.model
    def _lock(self, followup_ids):
        """First statement of the transaction: lock instalments and follow-ups (decision 4).

        Payments write instalments too, so what is read from here on stays true until the commit. What a
        payment holds at this moment is left for the next run.

        :return: (``collection.followup``, what `_pairs` says of them)
        """
        Ledger = self.env["collection.ledger"]
        waiting = SQL("f.id IN %s AND f.state = 'planned'", tuple(followup_ids))
        rows = self.env.execute_query(
            SQL(
                """
                %s
                WITH locked AS (
                    SELECT t.id
                      FROM collection_followup f
                      JOIN collection_followup_item t
                        ON t.followup_id = f.id AND t.state = 'planned'
                      JOIN collection_instalment i
                        ON %s
                     WHERE %s
                     ORDER BY i.id, f.id
                       FOR UPDATE OF f, i SKIP LOCKED)
                SELECT pair.*, pair.item_id IN (SELECT id FROM locked) FROM (%s) pair
                """,
                BY_KEYS,
                same_instalment("i", "t"),
                waiting,
                Ledger._pairs_query(waiting),
            )
        )
        # those whose entry is gone have no instalment that could be locked
        taken = {row[0] for row in rows if row[2] and not row[-1]}
        pairs = Ledger._as_pairs(row[:-1] for row in rows if row[0] not in taken)
        return self.env["collection.followup"].sudo().browse(pairs), pairs

    @api.model
    def _check(self, followups, at, pairs):
        """Ask `dunning/` about each follow-up at an instant.

        :param at: aware UTC; the window has to be open then
        :param pairs: what `_pairs` says of them
        :return: yields (follow-up, Recheck)
        """
        spoken_to = defaultdict(list)  # days on which this batch lets a customer hear from us
        for followup, snapshot, planned in self._facts_of(followups, pairs):
            decision = followup.decided_at and followup.decided_at.isoformat()
            snapshot = snapshot.beside(decision or None)
            others = [
                day
                for day, decided_at in spoken_to[followup.debtor_id.id]
                if not decided_at or decided_at != followup.decided_at
            ]
            if others:
                snapshot = replace(snapshot, contacts=(*snapshot.contacts, *others))
            check = self._recheck(followup, snapshot, planned, at)
            if check.verdict == "go" and followup._asks_for_money():
                today = snapshot.calendar.local_day(at)
                spoken_to[followup.debtor_id.id].append((today, followup.decided_at))
            yield followup, check

    @api.model
    def _facts_of(self, followups, pairs):
        """What a door knows of each follow-up.

        :param pairs: what `_pairs` says of them
        :return: yields (follow-up, dunning Snapshot, [(instalment id, dunning Step)])
        """
        Snapshot = self.env["collection.snapshot"]
        for company, own in followups.grouped(lambda f: f.debtor_id.company_id).items():
            settings = Snapshot._settings(company.id)
            asked = [pair.instalment_id for f in own for pair in pairs.get(f.id, ())]
            snapshots = Snapshot._take(
                company.id, own.debtor_id.ids, asked=filter(None, asked), leaving=own.ids
            )
            for followup in own:
                planned = [
                    (pair.instalment_id, settings.steps[pair.step_id])
                    for pair in pairs.get(followup.id, ())
                    if pair.instalment_id and pair.step_id in settings.steps
                ]
                snapshot = snapshots[followup.debtor_id.id]
                yield followup, read_by(snapshot, followup.partner_id.id), planned

    def _recheck(self, followup, snapshot, pairs, at):
        """Whether a follow-up may leave at an instant, for how much, in which tone.

        :param pairs: [(instalment id, dunning Step)] that it was planned for
        :return: Recheck
        """
        if followup.purpose == "thanks":
            return self._recheck_thanks(followup, snapshot, at)
        approved = followup.approved_at and snapshot.calendar.local_day(
            followup.approved_at.replace(tzinfo=UTC)
        )
        by_itself = followup._hears_by_itself()
        return recheck(snapshot, pairs, at, followup.purpose, by_itself, approved or None)

    def _recheck_thanks(self, followup, snapshot, at):
        """:return: Recheck"""
        settings = self.env["collection.snapshot"]._settings(followup.company_id.id)
        stopped = Reason.PAUSED if settings.is_paused else None
        if not stopped and followup.ruler_id.state != "running":
            stopped = Reason.RULER_STOPPED
        rest = self.env["collection.ledger"]._instalments_of(followup)
        rest = rest.filtered(lambda i: i.is_open and i.currency_id == followup.currency_id)
        return recheck_thanks(
            snapshot,
            at,
            is_paid=bool(followup.partial_ids),
            stopped=stopped,
            remaining=Decimal(str(sum(rest.mapped("residual_currency")))),
            currency=followup.currency_id.name,
        )

    # ------------------------------------------------------------------
    # write what it said
    # ------------------------------------------------------------------

    @api.model
    def _apply(self, checks, now, pairs):
        """Write what a door said: cancelled, or kept for later, or its exact amount and words.

        :param checks: {follow-up: Recheck}
        :param now: aware UTC
        :param pairs: what `_pairs` says of them
        """
        going = {}
        for followup, check in checks.items():
            if check.verdict != "cancel" and check.dropped:
                self._drop_items(followup, check, now, pairs.get(followup.id, ()))
            if check.verdict == "cancel":
                followup._cancel(str(check.reason))
            elif check.verdict == "ask":
                followup._ask_approval(str(check.reason))
            elif check.verdict == "wait":
                at = self._next_try(followup, check.reason, now)
                followup._replan(str(check.reason), at)
            else:
                going[followup] = check
        self.env["collection.money.task"]._ask_at_door(checks)
        names = ["reason", "step_id", "step_name", "currency_id", "amount_due", "amount_paid"]
        rows = [self._tone_and_amount(f, check) for f, check in going.items()]
        write_changed(self.env, "collection.followup", names, rows)
        self._write_asked({f.id: check.asked for f, check in going.items() if check.asked})

    def _tone_and_amount(self, followup, check):
        """The row of one that may leave: in which tone, and for how much."""
        step, currency = followup.step_id, followup.currency_id
        if check.tone and check.tone.id != step.id:
            step = step.browse(check.tone.id)
        if check.currency and check.currency != currency.name:
            names = self.env["collection.snapshot"]._settings(followup.company_id.id).currencies
            currency = currency.browse(key for key, name in names.items() if name == check.currency)
        received = self.env["collection.thanks"]._received
        return (
            followup.id,
            str(Reason.DUE),
            step.id or None,
            step.name if step != followup.step_id else followup.step_name or None,
            currency.id,
            float(check.amount) if check.currency else followup.amount_due,
            received(followup) if followup.purpose == "thanks" else followup.amount_paid,
        )

    def _drop_items(self, followup, check, now, pairs):
        """Take out what need not be said any more; what is only blocked keeps its step, in a message of
        its own that waits."""
        items = {pair.instalment_id: pair.item_id for pair in pairs}
        for key, reason in check.dropped.items():
            item = self.env["collection.followup.item"].browse(items.get(key))
            if item and reason in (Reason.PAID, Reason.GONE, Reason.OVERTAKEN):
                item._move_to("cancelled", reason)
            elif item and check.verdict == "go":
                followup._split_items(item, str(reason), self._next_try(followup, reason, now))

    def _write_asked(self, asked):
        """Write which instalments the messages ask for, in one statement.

        :param asked: {follow-up id: instalment ids}
        """
        if not asked:
            return
        Followup = self.env["collection.followup"]
        Followup.flush_model(["instalment_ids"])
        rows = [(followup, key) for followup, keys in asked.items() for key in keys]
        self.env.cr.execute(
            SQL(
                """
                WITH asked AS (SELECT * FROM %(rows)s),
                -- what it asked for when it was put off
                dropped AS (
                    DELETE FROM collection_followup_instalment_rel r
                     WHERE r.followup_id IN %(followups)s
                       AND (r.followup_id, r.instalment_id) NOT IN (SELECT * FROM asked))
                INSERT INTO collection_followup_instalment_rel (followup_id, instalment_id)
                SELECT * FROM asked ON CONFLICT DO NOTHING
                """,
                rows=rows_as("v", {"followup_id": "int", "instalment_id": "int"}, rows),
                followups=tuple(asked),
            )
        )
        Followup.browse(asked).modified(["instalment_ids"])
        field = Followup._fields["instalment_ids"]
        for followup, instalments in asked.items():  # no need to read them again
            field._update_cache(Followup.browse(followup), tuple(instalments))

    @api.model
    def _next_try(self, followup, reason, now):
        """When to ask again, naive UTC: the next window, or tomorrow's for what lasts a while.

        :param now: aware UTC
        """
        calendar = followup._contact_calendar()
        if reason == Reason.CLOSED:
            start = calendar.closes_at(now) or now
        else:
            start = now + timedelta(days=1)
            opened = calendar.windows(calendar.local_day(start))
            start = min((begin for begin, _end in opened), default=start)
        try:
            at = calendar.near(calendar.first_instant(start), followup.debtor_id._best_minute())
            return at.astimezone(UTC).replace(tzinfo=None)
        except NeverOpen:
            return (now + timedelta(days=1)).replace(tzinfo=None)
