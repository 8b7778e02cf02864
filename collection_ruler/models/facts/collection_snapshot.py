from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ...dunning.blackouts import blackout_days
from ...dunning.contact_limits import narrowed
from ...dunning.facts import Claim, Snapshot
from ...dunning.ladder import Ladder, Step
from ...dunning.places import Place, contact_calendar
from ...dunning.reason import Reason
from ..common import clock
from ..common.instalment_key import (
    has_left,
    is_contact,
    is_held,
    root_company,
    same_occurrence,
    was_spoken_to,
)
from ..common.memo import Memo
from ..company.bank_data import newest_bank_day
from ..debtor.contact_calendar import minute_of_day
from ..debtor.credits import credits_query
from ..instalment.collection_instalment import NOTHING_SAID

# contacts further back than this never matter to a frequency cap
CONTACT_MEMORY_DAYS = 60
# money that nobody matched for so long is somebody's neglect and silences nobody any more
BANK_LINE_DAYS = 60
# a number or reference of an invoice that is shorter would be found in any text of a bank
NAME_LENGTH = 5
# a pending transaction silences the ruler for so long
PENDING_LIMIT = timedelta(days=7)


class Settings(NamedTuple):
    """What decisions of a company rest on and no customer changes, without records."""

    ladders: dict[int, Ladder]  # by ruler id
    calendars: "Calendars"
    today: date  # of the company
    steps: dict[int, Step]
    currencies: dict[int, str]  # names by id
    rates: dict[
        str, Decimal
    ]  # what one of a currency is worth in the company's, where minimums ask
    is_paused: bool  # nothing leaves today, whatever the ruler (A13)
    test_email: str | None  # where all messages go instead of to customers (A13)
    bank_day: date | None  # of the newest bank data (D3)
    bank_days: int  # working days after which that is too old
    settlement_days: int  # bank days that money takes to arrive, where its means do not say (D3)
    payers: frozenset[int]  # commercial partners of money on the bank that nobody matched (D3)
    bank_words: str  # what the bank says of such money where it names nobody


class Calendars(dict):
    """Contact calendars by (ruler id, calendar key), made when one is asked for.

    :param hours: by ruler id, and of the company by None, what `res.company._collection_hours` says
    :param limits: of dunning Limit
    :param channels: those that steps use
    """

    def __init__(self, hours, limits, channels):
        super().__init__()
        self._hours, self._limits, self._channels = hours, limits, channels
        self._narrowed = {}

    def narrowed(self, ruler_id, key, is_company):
        """By channel the calendars that limits narrow; None where they leave no hour (B1)."""
        if not self._limits:
            return {}
        asked = ruler_id, key, is_company
        if asked not in self._narrowed:
            calendar = self[ruler_id, key]
            self._narrowed[asked] = narrowed(calendar, self._limits, self._channels, is_company)
        return self._narrowed[asked]

    def __missing__(self, ruler_and_key):
        ruler_id, key = ruler_and_key
        ours, windows, closed = self._hours.get(ruler_id) or self._hours[None]
        found = self[ruler_and_key] = contact_calendar(ours, Place.of_key(key), windows, closed)
        return found


class _OpenInstalment(NamedTuple):
    id: int
    move_id: int
    ruler_id: int
    counts_from: str  # ISO date
    due_date: str
    watermark: int
    residual: str  # exact, in the instalment's currency
    currency_id: int
    delivered: bool
    delivered_on: str | None
    speaks: bool  # its ruler runs
    blocked: bool
    held: bool
    flying: bool
    number: str | None
    reference: str | None
    look_first: bool  # a draft credit note stands against it (F3)
    settlement_days: int  # that money takes by its means of payment (D3)

    def block(self) -> Reason | None:
        """Why nothing may be said about it now (D3, D5, F5)."""
        if not self.speaks:
            return Reason.RULER_STOPPED
        if self.blocked:
            return Reason.BLOCKED
        if self.held:
            return Reason.HELD
        return Reason.IN_FLIGHT if self.flying else None

    def is_named(self, words: str) -> bool:
        """Whether a text of `_letters` names the invoice; a short number stands in any text."""
        if not words:  # what thousands of instalments need not be made ready for
            return False
        names = (_letters(name) for name in (self.number, self.reference))
        return any(len(name) >= NAME_LENGTH and name in words for name in names)


def _blackout(row: list) -> tuple[date, date | None, bool]:
    first, last, yearly = row
    return date.fromisoformat(first), last and date.fromisoformat(last), bool(yearly)


def _letters(text: str | None) -> str:
    """A text as banks leave it: letters and digits, in capitals."""
    return "".join(filter(str.isalnum, text or "")).upper()


class _Debtor(NamedTuple):
    id: int
    partner_id: int
    is_company: bool
    calendar_key: str
    best_hour: float | None
    blackouts: list | None
    claims: list | None  # of _OpenInstalment
    credits: list | None
    contacts: list | None
    spoken_to: bool  # a reminder left at some time
    profile: str | None


class CollectionSnapshot(models.AbstractModel):
    """Reads the database into the frozen facts that `dunning/` decides upon; writes nothing."""

    _name = "collection.snapshot"
    _description = "Collection: facts for a decision"

    @api.model
    def _settings(self, company_id):
        """What decisions of a root company rest on, read once per batch.

        :return: Settings
        """
        memo = self.env.context.get("collection_memo")
        if memo is None:
            memo = Memo()
        if ("settings", company_id) not in memo:
            company = self.env["res.company"].browse(company_id).with_context(collection_memo=memo)
            rulers = self.env["collection.ruler"].with_context(active_test=False)
            rulers = rulers.search_fetch(
                [
                    ("company_id", "=", company_id),
                    "|",
                    ("state", "!=", "draft"),  # what nobody switched on yet may still make no sense
                    ("started_at", "!=", False),
                ]
            )
            # once for all rulers
            steps = self.env["collection.ruler.step"].search_fetch([("ruler_id", "in", rulers.ids)])
            steps.fetch(["skip_profiles"])
            steps_of = steps.grouped("ruler_id")
            currencies = self.env["res.currency"].with_context(active_test=False)
            currencies = currencies.search_fetch([])
            today = company._collection_calendar().local_day(clock.now(self.env))
            bank_day = newest_bank_day(company)
            hours = {
                ruler.id: company._collection_hours(ruler.resource_calendar_id) for ruler in rulers
            }
            hours[None] = company._collection_hours()
            memo["settings", company_id] = Settings(
                {ruler.id: ruler._to_ladder(steps_of.get(ruler, ())) for ruler in rulers},
                Calendars(
                    hours,
                    self.env["collection.contact.limit"]._of_company(company_id),
                    frozenset(steps.mapped("channel"))
                    & frozenset(self.env["collection.channel"]._hearing()),
                ),
                today,
                {step.id: step._to_step() for step in steps},
                {currency.id: currency.name for currency in currencies},
                self._rates(company, rulers, steps, currencies, today),
                company._collection_is_paused(),
                company.collection_test_email or None,
                bank_day,
                company.collection_bank_stale_days,
                company.collection_settlement_days,
                *self._unmatched_money(company_id, bank_day, today),
            )
        return memo["settings", company_id]

    @api.model
    def _take(self, company_id, debtor_ids, come=None, asked=(), leaving=()):
        """Facts about debtors of one root company, in one query.

        :param come: {instalment id: latest offset that has come}, for the plan verb
        :param asked: ids of the instalments that a door is asked about, to say why they are closed
        :param leaving: ids of follow-ups that stand at a door: no contacts yet
        :return: {debtor id: dunning Snapshot}
        """
        settings = self._settings(company_id)
        come, leaving = come or {}, set(leaving)
        said = self._said_and_moved(come) if come else {}
        facts = self._facts(settings.today, debtor_ids)
        still_open = {row[0] for debtor in facts for row in debtor.claims or ()}
        closed = self._closed(key for key in asked if key not in still_open)
        failed = self.env["collection.failed.addresses"]
        mute = failed._unreachable(debtor_ids) if come else {}
        snapshots = {}
        for debtor in facts:
            rows = [_OpenInstalment(*row) for row in debtor.claims or ()]
            place = rows[0].ruler_id if rows else None, debtor.calendar_key
            calendar = settings.calendars[place]
            channels = settings.calendars.narrowed(*place, debtor.is_company)
            if debtor.blackouts:
                blackouts = map(_blackout, debtor.blackouts)
                avoided = blackout_days(blackouts, calendar.local_day(clock.now(self.env)))
                calendar = calendar.without(avoided)
                channels = {c: cal and cal.without(avoided) for c, cal in channels.items()}
            days, siblings = [], defaultdict(tuple)
            for followup, instant, kind, decided_at in debtor.contacts or ():
                if followup in leaving:  # what stands at a door at this moment is no contact yet
                    continue
                day = calendar.local_day(datetime.fromisoformat(instant).replace(tzinfo=UTC))
                days.append((day, kind))
                siblings[decided_at] += (day,)
            snapshots[debtor.id] = Snapshot(
                calendar,
                tuple(self._claim(row, debtor.partner_id, settings, come, said) for row in rows),
                {
                    settings.currencies[currency]: Decimal(amount)
                    for currency, amount in debtor.credits or ()
                },
                tuple(sorted(day for day, _kind in days)),
                debtor.spoken_to,
                closed,
                max((day for day, kind in days if kind == "word"), default=None),
                settings.bank_day,
                settings.bank_days,
                settings.rates,
                minute_of_day(debtor.best_hour),
                max((day for day, kind in days if kind == "talk"), default=None),
                channels,
                debtor.profile,
                mute.get(debtor.id, {}),
                siblings,
            )
        return snapshots

    def _rates(self, company, rulers, steps, currencies, today):
        """What one unit of each currency is worth in the company's; nothing where no minimum asks (D4)."""
        if not any(rulers.mapped("owed_min")) and not any(steps.mapped("owed_min")):
            return {}
        rates = currencies._get_rates(company, today)
        ours = Decimal(str(rates[company.currency_id.id]))
        return {currency.name: ours / Decimal(str(rates[currency.id])) for currency in currencies}

    def _said_and_moved(self, ids):
        """Steps that were said, by whichever attempt, or skipped before and lie above the watermark now,
        since somebody moved them: {instalment id: [step id]} (A9)."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT i.id, array_agg(t.step_id)
                  FROM collection_instalment i
                  JOIN collection_followup_item t
                    ON %s
                   AND t.state IN ('planned', 'sent', 'skipped')
                  JOIN collection_ruler_step s ON s.id = t.step_id AND s.trigger = 'due'
                   AND s.offset_days > i.watermark
                 WHERE i.id IN %s GROUP BY i.id
                """,
                same_occurrence("t", "i"),
                tuple(ids),
            )
        )
        return dict(rows)

    def _claim(self, row, partner_id, settings, come, said):
        block = Reason.PAUSED if settings.is_paused else row.block()
        if block is None and (partner_id in settings.payers or row.is_named(settings.bank_words)):
            block = Reason.IN_BANK
        return Claim(
            row.id,
            row.move_id,
            settings.ladders[row.ruler_id],
            date.fromisoformat(row.counts_from),
            date.fromisoformat(row.due_date),
            come.get(row.id),
            None if row.watermark == NOTHING_SAID else row.watermark,
            Decimal(row.residual),
            settings.currencies[row.currency_id],
            block,
            row.delivered,
            date.fromisoformat(row.delivered_on) if row.delivered_on else None,
            frozenset(said.get(row.id, ())),
            row.look_first,
            row.settlement_days or settings.settlement_days,
        )

    def _facts(self, today, debtor_ids):
        """What decisions about debtors rest on; records of so many would cost more than the decisions.

        :param today: local day of the company, which holds and rulers go by
        :return: list of _Debtor
        """
        self._flush_facts()
        now = clock.now(self.env)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT d.id, d.partner_id, p.is_company IS TRUE, d.calendar_key, d.best_hour,
                       (SELECT json_agg(json_build_array(b.date_from, b.date_to, b.yearly))
                          FROM collection_blackout b WHERE b.debtor_id = d.id),
                       (SELECT json_agg(json_build_array(%(claim)s) ORDER BY i.due_date, i.id)
                          FROM collection_instalment i
                          JOIN collection_ruler r ON r.id = i.ruler_id
                          JOIN account_move m ON m.id = i.move_id
                         WHERE i.debtor_id = d.id AND i.is_open),
                       (SELECT json_agg(json_build_array(c.currency_id, c.amount::text))
                          FROM (%(credits)s) c),
                       (SELECT json_agg(json_build_array(
                                   f.id, coalesce(f.delivered_at, f.handed_at, f.scheduled_at),
                                   CASE WHEN f.purpose = 'talk' THEN 'talk'
                                        WHEN f.purpose = 'returned' AND f.state = 'planned'
                                        THEN 'word' END,
                                   f.decided_at))
                          FROM collection_followup f
                         WHERE f.debtor_id = d.id AND (%(contact)s OR f.purpose = 'talk')
                           AND f.scheduled_at >= %(since)s
                           -- what waits at a door does not count until it leaves
                           AND (%(said)s OR (f.state = 'planned' AND f.reason = 'due'))),
                       %(spoken_to)s,
                       d.profile
                  FROM collection_debtor d JOIN res_partner p ON p.id = d.partner_id
                 WHERE d.id IN %(debtors)s
                """,
                claim=self._claim_columns(today, now),
                credits=credits_query("d"),
                contact=is_contact("f"),
                said=has_left("f"),
                spoken_to=was_spoken_to("d"),
                since=now.replace(tzinfo=None) - timedelta(days=CONTACT_MEMORY_DAYS),
                debtors=tuple(debtor_ids) or (0,),
            )
        )
        return [_Debtor(*row) for row in rows]

    def _flush_facts(self):
        """Write what the queries about facts read."""
        for model in (
            "collection.instalment",
            "collection.followup",
            "collection.blackout",
            "collection.debtor",
            "collection.hold",
            "collection.ruler",
            "account.move",
            "account.move.line",
            "account.payment",
            "account.payment.method.line",
            "payment.transaction",
            "res.partner",
        ):
            self.env[model].flush_model()

    def _claim_columns(self, today, now):
        """The columns of _OpenInstalment, from i (instalment), m (its entry) and r (its ruler)."""
        return SQL(
            """
            i.id, i.move_id, i.ruler_id, coalesce(i.anchor_date, i.due_date), i.due_date,
            i.watermark, i.residual_currency::text, i.currency_id,
            m.is_move_sent IS TRUE OR m.move_type NOT IN %(sale_types)s,
            greatest(i.delivered_on, m.collection_sent_on),
            -- as collection.ruler._is_running_on says
            r.active AND r.state = 'running'
                AND coalesce(r.date_from <= %(today)s, TRUE)
                AND coalesce(r.date_to >= %(today)s, TRUE),
            m.payment_state = 'blocked',
            %(held)s,
            %(flying)s, m.name, m.payment_reference,
            EXISTS (SELECT FROM account_move n
                     WHERE n.reversed_entry_id = m.id AND n.state = 'draft'),
            (SELECT l.collection_settlement_days FROM account_payment_method_line l
              WHERE l.id = m.preferred_payment_method_line_id)
            """,
            sale_types=tuple(self.env["account.move"].get_sale_types(include_receipts=True)),
            today=today,
            held=is_held("i", today),
            flying=self._in_flight("m", now),
        )

    @api.model
    def _coming(self, debtor_ids, today, until):
        """What falls due in these days and may be announced: not held, blocked or under way (B5, D3, D5).

        :param today: local day; what is due then is asked for, not announced
        :param until: the last day
        :return: ids of instalments, the first to fall due first
        """
        self._flush_facts()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT i.id
                  FROM collection_instalment i
                  JOIN account_move m ON m.id = i.move_id
                 WHERE i.debtor_id IN %(debtors)s AND i.is_open AND i.ruler_id IS NOT NULL
                   AND i.due_date > %(today)s AND i.due_date <= %(until)s
                   AND m.payment_state IS DISTINCT FROM 'blocked'
                   AND NOT %(held)s AND NOT (%(flying)s)
                 ORDER BY i.due_date, i.id
                """,
                debtors=tuple(debtor_ids) or (0,),
                today=today,
                until=until,
                held=is_held("i", today),
                flying=self._in_flight("m", clock.now(self.env)),
            )
        )
        return [row[0] for row in rows]

    @api.model
    def _unmatched_money(self, company_id, bank_day, today):
        """Incoming bank lines of the last weeks that nobody matched, and whose they may be (D3).

        By the partner of the line, else by the name or the account that the bank says; else what the
        bank says may name an invoice.

        :param company_id: a root company; its branches' lines count too
        :param bank_day: of its newest bank data, None without any
        :param today: local day of the company
        :return: (ids of commercial partners, all that is said of the other lines, as `_letters`)
        """
        since = today - timedelta(days=BANK_LINE_DAYS)
        if bank_day is None or bank_day < since:
            return frozenset(), ""
        self.env["account.bank.statement.line"].flush_model()
        self.env["account.move"].flush_model(["state", "date"])
        rows = self.env.execute_query(
            SQL(
                r"""
                SELECT coalesce(lp.commercial_partner_id, named.id, banked.id), l.payment_ref
                  FROM account_bank_statement_line l
                  JOIN account_move lm ON lm.id = l.move_id AND lm.state = 'posted'
                   AND lm.date >= %(since)s
                  JOIN res_company c ON c.id = l.company_id
                   AND %(root)s = %(company)s
                  LEFT JOIN res_partner lp ON lp.id = l.partner_id
                  LEFT JOIN LATERAL (
                       SELECT p.commercial_partner_id AS id FROM res_partner p
                        WHERE l.partner_id IS NULL AND l.partner_name != ''
                          AND p.name = l.partner_name
                        ORDER BY p.id LIMIT 1) named ON TRUE
                  LEFT JOIN LATERAL (
                       SELECT p.commercial_partner_id AS id
                         FROM res_partner_bank rb JOIN res_partner p ON p.id = rb.partner_id
                        WHERE l.partner_id IS NULL AND rb.sanitized_acc_number
                              = upper(regexp_replace(l.account_number, '\W', '', 'g'))
                        ORDER BY rb.id LIMIT 1) banked ON TRUE
                 WHERE l.is_reconciled IS NOT TRUE AND l.amount > 0
                """,
                root=root_company("c"),
                company=company_id,
                since=since,
            )
        )
        payers = frozenset(owner for owner, _words in rows if owner)
        return payers, " ".join(_letters(words) for owner, words in rows if not owner)

    @api.model
    def _in_flight(self, move, now):
        """Whether a payment of an entry is under way: without entry yet, pending, authorised or not
        processed (D3).

        :param move: the alias of account_move in the query
        """
        return SQL(
            """
            %(move)s.payment_state = 'in_payment'
            OR EXISTS (
                SELECT FROM account_move__account_payment mp
                  JOIN account_payment p ON p.id = mp.payment_id
                 WHERE mp.invoice_id = %(move)s.id AND p.move_id IS NULL
                   AND p.state IN ('in_process', 'paid'))
            OR EXISTS (
                SELECT FROM account_invoice_transaction_rel mt
                  JOIN payment_transaction t ON t.id = mt.transaction_id
                 WHERE mt.invoice_id = %(move)s.id
                   AND (t.state = 'authorized'
                        -- a promise to transfer money is pending until somebody books it: not for ever
                        OR (t.state = 'pending' AND t.last_state_change >= %(pending_since)s)
                        OR (t.state = 'done' AND t.is_post_processed IS NOT TRUE)))
            """,
            move=SQL.identifier(move),
            pending_since=now.replace(tzinfo=None) - PENDING_LIMIT,
        )

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
