from datetime import UTC, timedelta
from decimal import Decimal

from odoo import models
from odoo.tools import SQL

from ...dunning.calendar import NeverOpen
from ...dunning.facts import Recheck
from ...dunning.purpose import ASKS_FOR_MONEY
from ...dunning.reason import Reason
from ...dunning.recheck import recheck
from ..common.bulk_sql import write_rows


class CollectionFollowup(models.Model):
    """What both doors need to know of a follow-up, and what door 1 does to it (H3)."""

    _inherit = "collection.followup"

    def _recheck(self, snapshot, pairs, at):
        """Whether this follow-up may leave at an instant, for how much, in which tone.

        :param pairs: [(instalment id, dunning Step)] that it was planned for
        """
        self.ensure_one()
        if self.purpose == "thanks":
            return self._recheck_thanks(snapshot, at)
        approved = self.approved_at and snapshot.calendar.local_day(
            self.approved_at.replace(tzinfo=UTC)
        )
        return recheck(
            snapshot, pairs, at, self.purpose, self.channel != "activity", approved or None
        )

    def _asks_for_money(self):
        """Whether the customer is asked to pay by it, so that caps and the one-a-day rule count it."""
        self.ensure_one()
        return self.channel != "activity" and self.purpose in ASKS_FOR_MONEY

    def _recheck_thanks(self, snapshot, at):
        """Thanks leave when the money is still there, whatever else is on hold (A5)."""
        if not self.partial_ids:
            return Recheck("cancel", Reason.REVERSED)
        settings = self.env["collection.snapshot"]._settings(self.company_id.id)
        if settings.is_paused or self.ruler_id.state != "running":
            reason = Reason.PAUSED if settings.is_paused else Reason.RULER_STOPPED
            return Recheck("wait", reason)
        if not snapshot.calendar.is_open(at):
            return Recheck("wait", Reason.CLOSED)
        rest = (
            self.env["collection.ledger"]
            ._instalments_of(self)
            .filtered(lambda i: i.is_open and i.currency_id == self.currency_id)
        )
        remaining = sum(rest.mapped("residual_currency"))
        return Recheck("go", amount=Decimal(str(remaining)), currency=self.currency_id.name)

    def _apply_checks(self, checks, now, pairs):
        """Write what a door said: cancelled, or kept for later, or its exact amount and words.

        :param checks: {follow-up: Recheck}
        :param pairs: what `_pairs` says of them
        """
        received = self.env["collection.thanks"]._received
        rows, asked = [], {}
        for followup, check in checks.items():
            if check.verdict != "cancel" and check.dropped:
                followup._drop(check, now, pairs.get(followup.id, ()))
            if check.verdict == "cancel":
                followup._cancel(str(check.reason))
                continue
            if check.verdict == "ask":
                followup._ask_approval(str(check.reason))
                continue
            if check.verdict == "wait":
                followup._replan(str(check.reason), followup._next_try(check.reason, now))
                continue
            step, currency = followup.step_id, followup.currency_id
            if check.tone and check.tone.id != step.id:
                step = step.browse(check.tone.id)
            if check.currency and check.currency != currency.name:
                currency = currency.search([("name", "=", check.currency)], limit=1)
            rows.append(
                (
                    followup.id,
                    "due",
                    step.id or None,
                    step.name if step != followup.step_id else followup.step_name or None,
                    currency.id,
                    float(check.amount) if check.currency else followup.amount_due,
                    received(followup) if followup.purpose == "thanks" else followup.amount_paid,
                )
            )
            if check.asked:
                asked[followup.id] = check.asked
        names = ["reason", "step_id", "step_name", "currency_id", "amount_due", "amount_paid"]
        write_rows(self.env, self._name, names, rows)
        self._write_asked(asked)

    def _drop(self, check, now, pairs):
        """Take out what need not be said any more; what is only blocked keeps its step, in a message of
        its own that waits."""
        items = {pair.instalment_id: pair.item_id for pair in pairs}
        for key, reason in check.dropped.items():
            item = self.env["collection.followup.item"].browse(items.get(key))
            if item and reason in (Reason.PAID, Reason.GONE):
                item._move_to("cancelled", reason)
            elif item and check.verdict == "go":
                self._split_items(item, str(reason), self._next_try(reason, now))

    def _write_asked(self, asked):
        """Write which instalments the messages ask for, in one statement.

        :param asked: {follow-up id: instalment ids}
        """
        if not asked:
            return
        self.flush_model(["instalment_ids"])
        self.env.cr.execute(
            SQL(
                """
                WITH asked(followup_id, instalment_id) AS (VALUES %(rows)s),
                -- what it asked for when it was put off
                dropped AS (
                    DELETE FROM collection_followup_instalment_rel r
                     WHERE r.followup_id IN %(followups)s
                       AND (r.followup_id, r.instalment_id) NOT IN (SELECT * FROM asked))
                INSERT INTO collection_followup_instalment_rel (followup_id, instalment_id)
                SELECT * FROM asked ON CONFLICT DO NOTHING
                """,
                rows=SQL(", ").join(
                    SQL("(%s, %s)", followup, instalment)
                    for followup, instalments in asked.items()
                    for instalment in instalments
                ),
                followups=tuple(asked),
            )
        )
        self.browse(asked).modified(["instalment_ids"])
        for followup, instalments in asked.items():  # no need to read them again
            self._fields["instalment_ids"]._update_cache(self.browse(followup), tuple(instalments))

    def _next_try(self, reason, now):
        """When to ask again, naive UTC: the next window, or tomorrow's for what lasts a while."""
        calendar = self._contact_calendar()
        start = now
        if reason == Reason.CLOSED:
            closes = calendar.closes_at(now)
            start = closes or now
        else:
            start = now + timedelta(days=1)
            opened = calendar.windows(calendar.local_day(start))
            start = min((begin for begin, _end in opened), default=start)
        try:
            at = calendar.near(calendar.first_instant(start), self.debtor_id._best_minute())
            return at.astimezone(UTC).replace(tzinfo=None)
        except NeverOpen:
            return (now + timedelta(days=1)).replace(tzinfo=None)

    def _contact_calendar(self):
        """When it may leave: the ruler's hours, where the customer lives, within the limits (B1)."""
        self.ensure_one()
        if not self.ruler_id:
            return self.debtor_id._calendar()
        calendar = self.ruler_id._contact_calendar(self.debtor_id.calendar_key)
        if self._asks_for_money():
            calendar = self.debtor_id._within_limits(calendar, self.channel)
        return self.debtor_id._without_blackouts(calendar)

    def _way(self):
        """Which `_send_…` method hands it over; a channel of another add-on brings its own."""
        self.ensure_one()
        return "delivery" if self.purpose == "delivery" else self.channel
