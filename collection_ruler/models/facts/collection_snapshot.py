from dataclasses import replace
from datetime import date
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ...dunning.amounts import purse
from ...dunning.blackouts import blackout_days
from ...dunning.facts import Claim, Snapshot
from ...dunning.reason import Reason
from ..common import clock
from ..common.memo import memo_of
from ..debtor.contact_calendar import minute_of_day
from ..instalment.collection_instalment import NOTHING_SAID
from .bank_lines import in_bank_until, lines_by_debtor, lines_of
from .contacts import contacts_of
from .history import history_of
from .of_instalments import done_and_moved, open_tasks, with_rest, with_task
from .queries import coming_ids, open_debtors
from .readers import readers_of
from .rows import Batch, OpenInstalment
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
    def _take(self, company_id, debtor_ids, reached=None, asked=(), leaving=(), recalls=True):
        """Facts about debtors of one root company, in one query.

        :param reached: {instalment id: latest offset that has come}, for the plan verb
        :param asked: ids of the instalments that a door is asked about, to say why they are closed
        :param leaving: ids of follow-ups that stand at a door: no contacts yet
        :param recalls: False to leave out what was said and heard, though words speak of it (C8)
        :return: {debtor id: dunning Snapshot}
        """
        debtors, batch = self._read(company_id, debtor_ids, reached, asked, leaving, recalls)
        return {debtor.id: self._facts_of(debtor, batch) for debtor in debtors}

    def _read(self, company_id, debtor_ids, reached=None, asked=(), leaving=(), recalls=True):
        """What `_take` makes its facts of; parameters as there.

        :return: (list of OpenDebtor, Batch)
        """
        settings = self._settings(company_id)
        reached, leaving = reached or {}, set(leaving)
        done = self._done(reached)
        recalling = leaving if recalls and settings.recalls else None
        is_plan = self._is_plan(reached)
        debtors = open_debtors(self.env, settings.today, debtor_ids, recalling, not is_plan)
        still_open = {row[0] for debtor in debtors for row in debtor.claims or ()}
        closed = self._closed(key for key in asked if key not in still_open)
        failed = self.env["collection.failed.addresses"]
        return debtors, Batch(
            settings,
            reached,
            done,
            leaving,
            closed,
            failed._unreachable(debtor_ids) if is_plan else {},
            lines_of(self.env, settings.bank_lines, [debtor.partner_id for debtor in debtors]),
            recalling is not None,
            open_tasks(self.env, debtor_ids) if is_plan else {},
            readers_of(self.env, debtors, settings.ladders.values()),
        )

    def _done(self, reached):
        """Steps taken already that were moved ahead, of these instalments: {instalment id: [step id]}."""
        ids = tuple(reached)
        return done_and_moved(self.env, SQL("i.id IN %s", ids)) if ids else {}

    def _is_plan(self, reached):
        """Whether steps wait for another address or a call of ours; at a door it is too late for that."""
        return bool(reached)

    def _facts_of(self, debtor, batch):
        """The Snapshot of one OpenDebtor among those that `_read` gave."""
        settings = batch.settings
        rows = [OpenInstalment(*row) for row in debtor.claims or ()]
        place = rows[0].ruler_id if rows else None, debtor.calendar_key
        until = in_bank_until(debtor, rows, settings, batch.payers, place)
        claims = tuple(self._claim(row, until.get(row.id), batch) for row in rows)
        if any(row.thanked_at for row in rows):
            days = settings.calendars[None, debtor.calendar_key]
            pairs = zip(claims, rows, strict=True)
            claims = tuple(with_rest(claim, days, row.thanked_at) for claim, row in pairs)
        if of := batch.readers.get(debtor.id):
            pairs = zip(claims, rows, strict=True)
            claims = tuple(replace(claim, readers=of[row.addressee_id]) for claim, row in pairs)
        if batch.tasks:
            calendar, tasks = settings.calendars[place], batch.tasks
            claims = tuple(
                with_task(c, tasks[c.id], calendar) if c.id in tasks else c for c in claims
            )
        if debtor.in_review:
            claims = tuple(replace(c, is_reviewed=c.id in debtor.in_review) for c in claims)
        snapshot = self._snapshot(debtor, claims, place, batch)
        if batch.recalls:
            snapshot = replace(snapshot, history=history_of(debtor, snapshot.calendar))
        return snapshot

    def _snapshot(self, debtor, claims, place, batch):
        """The facts about one debtor.

        :param debtor: OpenDebtor
        :param place: key of `Settings.calendars`
        """
        settings = batch.settings
        calendar, channels = self._calendars_of(debtor, place, settings)
        return Snapshot(
            calendar,
            claims,
            credits={
                purse(settings.currencies[currency], account): Decimal(amount)
                for currency, account, amount in debtor.credits or ()
            },
            spoken_to=debtor.spoken_to,
            closed=batch.closed,
            bank_day=settings.bank_day,
            bank_days=settings.bank_days,
            rates=settings.rates,
            best_minute=minute_of_day(debtor.best_hour),
            channels=channels,
            profile=debtor.profile,
            unreachable=batch.unreachable.get(debtor.id, {}),
            unanswered=debtor.unanswered,
            **contacts_of(debtor, calendar, batch)._asdict(),
        )

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

    def _claim(self, row, in_bank_until, batch):
        """An open instalment as decisions know it.

        :param row: OpenInstalment
        :param in_bank_until: the last day on which money on the bank silences it, or None
        :param batch: Batch
        """
        settings, done = batch.settings, batch.done
        return Claim(
            row.id,
            row.move_id,
            settings.ladders[row.ruler_id].agreed(row.said_before),
            date.fromisoformat(row.counts_from),
            date.fromisoformat(row.due_date),
            batch.reached.get(row.id),
            None if row.watermark == NOTHING_SAID else row.watermark,
            Decimal(row.residual),
            settings.currencies[row.currency_id],
            blocked_by=row.blocked_by(
                settings.is_paused, in_bank_until is not None and in_bank_until >= settings.today
            ),
            delivered=row.delivered,
            delivered_on=date.fromisoformat(row.delivered_on) if row.delivered_on else None,
            done_step_ids=frozenset(done[row.id]) if row.id in done else NONE_DONE,
            draft_credit_note=row.draft_credit_note,
            money_went_on=date.fromisoformat(row.money_went_on) if row.money_went_on else None,
            paid_on=date.fromisoformat(row.paid_on) if row.paid_on else None,
            settlement_days=row.settlement_days or settings.settlement_days,
            account=row.account_id,
            unsent=row.unsent,
            by_hand=row.by_hand,
        )

    @api.model
    def _bank_lines(self, company_id, debtors):
        """The lines that may be from debtors of one root company: {debtor id: frozenset of dunning BankLine},
        of those with any (D3)."""
        return lines_by_debtor(debtors, self._settings(company_id).bank_lines)

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
            elif not instalment._is_nothing():
                result[instalment.id] = Reason.BLOCKED
            else:
                result[instalment.id] = Reason.PAID
        return result
