from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from odoo import api, models

from ...dunning.blackouts import blackout_days
from ...dunning.facts import Claim, Snapshot
from ...dunning.purpose import Purpose
from ...dunning.reason import Reason
from ..common import clock
from ..common.memo import memo_of
from ..debtor.contact_calendar import minute_of_day
from ..instalment.collection_instalment import NOTHING_SAID
from .queries import coming_ids, done_and_moved, open_debtors, open_tasks
from .rows import OpenInstalment
from .settings import read_settings

NONE_DONE = frozenset()


class CollectionSnapshot(models.AbstractModel):
    """Reads the database into the frozen facts that `dunning/` decides upon; writes nothing."""

    _name = "collection.snapshot"
    _description = "Collection: facts for a decision"

    @api.model
    def _settings(self, company_id):
        """What decisions of a root company rest on, read once per batch.

        :return: Settings
        """
        memo = memo_of(self.env)
        if ("settings", company_id) not in memo:
            company = self.env["res.company"].browse(company_id).with_context(collection_memo=memo)
            memo["settings", company_id] = read_settings(self.env, company)
        return memo["settings", company_id]

    @api.model
    def _take(self, company_id, debtor_ids, reached=None, asked=(), leaving=()):
        """Facts about debtors of one root company, in one query.

        :param reached: {instalment id: latest offset that has come}, for the plan verb
        :param asked: ids of the instalments that a door is asked about, to say why they are closed
        :param leaving: ids of follow-ups that stand at a door: no contacts yet
        :return: {debtor id: dunning Snapshot}
        """
        settings = self._settings(company_id)
        reached, leaving = reached or {}, set(leaving)
        done = done_and_moved(self.env, reached) if reached else {}
        tasks = open_tasks(self.env, debtor_ids) if reached else {}
        debtors = open_debtors(self.env, settings.today, debtor_ids)
        still_open = {row[0] for debtor in debtors for row in debtor.claims or ()}
        closed = self._closed(key for key in asked if key not in still_open)
        failed = self.env["collection.failed.addresses"]
        unreachable = failed._unreachable(debtor_ids) if reached else {}
        snapshots = {}
        for debtor in debtors:
            rows = [OpenInstalment(*row) for row in debtor.claims or ()]
            claims = tuple(
                self._claim(row, debtor.partner_id, settings, reached, done) for row in rows
            )
            place = rows[0].ruler_id if rows else None, debtor.calendar_key
            if tasks:
                calendar = settings.calendars[place]
                claims = tuple(
                    _with_task(c, tasks[c.id], calendar) if c.id in tasks else c for c in claims
                )
            snapshots[debtor.id] = self._snapshot(
                debtor, claims, place, settings, leaving, closed, unreachable.get(debtor.id, {})
            )
        return snapshots

    def _snapshot(self, debtor, claims, place, settings, leaving, closed, unreachable):
        """The facts about one debtor.

        :param debtor: OpenDebtor
        :param place: key of `Settings.calendars`
        """
        calendar, channels = self._calendars_of(debtor, place, settings)
        days, thanks_on, siblings = self._contact_days(debtor, calendar, leaving)
        return Snapshot(
            calendar,
            claims,
            credits={
                settings.currencies[currency]: Decimal(amount)
                for currency, amount in debtor.credits or ()
            },
            contacts=tuple(sorted(day for day, _kind in days)),
            spoken_to=debtor.spoken_to,
            closed=closed,
            return_notice_on=max((d for d, kind in days if kind == "return_notice"), default=None),
            bank_day=settings.bank_day,
            bank_days=settings.bank_days,
            rates=settings.rates,
            best_minute=minute_of_day(debtor.best_hour),
            conversation_on=max(
                (d for d, kind in days if kind == Purpose.CONVERSATION), default=None
            ),
            channels=channels,
            profile=debtor.profile,
            unreachable=unreachable,
            siblings=siblings,
            thanks_on=thanks_on,
        )

    def _contact_days(self, debtor, calendar, leaving):
        """On which days a customer hears from us.

        :return: ([(day, kind)] of what counts in caps, the days of thanks, the days of each decision)
        """
        days, thanks_on, siblings = [], set(), defaultdict(tuple)
        for followup, instant, kind, decided_at in debtor.contacts or ():
            day = calendar.local_day(datetime.fromisoformat(instant).replace(tzinfo=UTC))
            if kind == Purpose.THANKS:
                thanks_on.add(day)
            elif followup not in leaving:  # what stands at a door at this moment is no contact yet
                days.append((day, kind))
                siblings[decided_at] += (day,)
        return days, frozenset(thanks_on), siblings

    def _calendars_of(self, debtor, place, settings):
        """When a debtor may be contacted, by which channel: without the dates that they avoid (B1, B3)."""
        calendar = settings.calendars[place]
        channels = settings.calendars.narrowed(*place, debtor.is_company)
        if debtor.blackouts:
            blackouts = (
                (date.fromisoformat(first), last and date.fromisoformat(last), bool(yearly))
                for first, last, yearly in debtor.blackouts
            )
            avoided = blackout_days(blackouts, calendar.local_day(clock.now(self.env)))
            calendar = calendar.without(avoided)
            channels = {c: cal and cal.without(avoided) for c, cal in channels.items()}
        return calendar, channels

    def _claim(self, row, partner_id, settings, reached, done):
        """An open instalment as decisions know it.

        :param row: OpenInstalment
        :param reached: {instalment id: latest offset that has come}
        :param done: {instalment id: ids of steps taken already that were moved ahead}
        """
        return Claim(
            row.id,
            row.move_id,
            settings.ladders[row.ruler_id],
            date.fromisoformat(row.counts_from),
            date.fromisoformat(row.due_date),
            reached.get(row.id),
            None if row.watermark == NOTHING_SAID else row.watermark,
            Decimal(row.residual),
            settings.currencies[row.currency_id],
            blocked_by=row.blocked_by(
                settings.is_paused, settings.payers, settings.bank_text, partner_id
            ),
            delivered=row.delivered,
            delivered_on=date.fromisoformat(row.delivered_on) if row.delivered_on else None,
            done_step_ids=frozenset(done[row.id]) if row.id in done else NONE_DONE,
            draft_credit_note=row.draft_credit_note,
            settlement_days=row.settlement_days or settings.settlement_days,
        )

    @api.model
    def _coming(self, debtor_ids, today, until):
        """What falls due in these days and may be announced, see `queries.coming_ids`."""
        return coming_ids(self.env, debtor_ids, today, until)

    @api.model
    def _closed(self, ids):
        """Why instalments are no longer open: {instalment id: Reason}."""
        result = {}
        for instalment in self.env["collection.instalment"].sudo().browse(ids):
            if instalment.is_open:
                continue
            if instalment.gone or instalment.move_id.state != "posted":
                result[instalment.id] = Reason.GONE
            elif instalment.residual > 0:
                result[instalment.id] = Reason.BLOCKED
            else:
                result[instalment.id] = Reason.PAID
        return result


def _with_task(claim, task, calendar):
    """A claim about which a task of ours is open.

    :param task: what `queries.open_tasks` says of it
    """
    made_at, is_reviewed = task
    day = calendar.local_day(made_at.replace(tzinfo=UTC))
    return replace(claim, task_since=day, is_reviewed=is_reviewed)
