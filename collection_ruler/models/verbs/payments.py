from collections import defaultdict
from contextlib import suppress
from datetime import UTC, date, timedelta
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ...dunning.calendar import NeverOpen
from ...dunning.reason import Reason
from ..common import clock
from ..common.instalment_key import is_line_of, is_money, same_instalment, same_occurrence


class _Payment(NamedTuple):
    """What reduced an instalment."""

    debtor_id: int
    instalment_id: int
    currency_id: int
    partial_id: int
    is_money: bool  # no credit note or write-off
    date: date
    is_new: bool  # not looked at before
    line: int  # the payment's id negated, or else that of its journal item


class CollectionTrackMoney(models.AbstractModel):
    """The part of the fourth verb that follows money: settled, come back, thanked for."""

    _name = "collection.track.money"
    _description = "Collection: track payments"

    @api.model
    def _follow(self, company, debtors):
        """Settled, come back, thanked for, and what need not be said any more."""
        Instalment = self.env["collection.instalment"].sudo()
        today = company._collection_calendar().local_day(clock.now(self.env))
        payments = self._payments(debtors)
        changed = Instalment.search(
            [
                ("debtor_id", "in", debtors.ids),
                ("ruler_id", "!=", False),
                ("gone", "=", False),
                "|",
                "&",
                ("is_open", "=", False),
                ("settled_on", "=", False),
                "&",
                ("is_open", "=", True),
                ("settled_on", "!=", False),
            ]
        )
        back = changed.filtered("is_open")
        settled = (changed - back).filtered(lambda i: i._is_paid())
        settled.write({"settled_on": today, "next_date": False, "waiting_reason": False})
        by_money = {payment.instalment_id for payment in payments if payment.is_money}
        settled.filtered(lambda i: i.id in by_money).settled_by_money = True
        settled.filtered(lambda i: i.id not in by_money).settled_by_money = False
        self._cancel_thanks(debtors)
        undone = self._undone_after_thanks(debtors)
        self._came_back(company, back, undone, today)
        self._cancel_settled(debtors)
        self._say_after_all(debtors)
        self._close_tasks(debtors)
        self._give_thanks(company, payments, today)

    def _cancel_thanks(self, debtors):
        """The payment was undone before the thanks went out (A5)."""
        thanks = self.env["collection.followup"].search(
            [
                ("debtor_id", "in", debtors.ids),
                ("purpose", "=", "thanks"),
                ("state", "=", "planned"),
            ]
        )
        if thanks:
            thanks._drop_undone()
            thanks.filtered(lambda f: not f.partial_ids)._cancel("reversed")

    def _undone_after_thanks(self, debtors):
        """Note at the thanks that were given whether their payment is still there.

        :return: ids of the instalments with one that went away since we last looked
        """
        self.env["collection.followup.item"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                WITH given AS (
                    SELECT t.id, t.move_id, t.account_id, t.partner_id, t.due_date,
                           EXISTS (%(payment)s) AS stands
                      FROM collection_followup_item t
                      JOIN collection_followup f ON f.id = t.followup_id AND f.purpose = 'thanks'
                     WHERE t.debtor_id IN %(debtors)s AND t.state = 'sent'),
                changed AS (
                    UPDATE collection_followup_item t
                       SET reason = CASE WHEN given.stands THEN 'due' ELSE 'reversed' END
                      FROM given
                     WHERE given.id = t.id AND (t.reason = 'reversed') = given.stands
                    RETURNING t.id)
                SELECT i.id
                  FROM changed JOIN given USING (id)
                  JOIN collection_instalment i ON %(same)s
                 WHERE NOT given.stands
                """,
                payment=self._payment_of("t"),
                same=same_instalment("i", "given"),
                debtors=tuple(debtors.ids),
            )
        )
        self.env["collection.followup.item"].invalidate_model(["reason"])
        return {row[0] for row in rows}

    @api.model
    def _payment_of(self, item):
        """A query for the partial reconciliations that thanks are about.

        :param item: the alias of collection_followup_item, whose `occurrence` tells the payment
        """
        return SQL(
            """
            SELECT r.id FROM account_move_line l
              JOIN account_partial_reconcile r ON r.debit_move_id = l.id
              JOIN account_move_line o ON o.id = r.credit_move_id
             WHERE %(same)s AND coalesce(-o.payment_id, o.id) = %(item)s.occurrence
            """,
            same=is_line_of("l", item),
            item=SQL.identifier(item),
        )

    def _cancel_settled(self, debtors):
        """Planned messages that have nothing left to say; door 1 trims the others."""
        planned = self.env["collection.followup"].search(
            [
                ("debtor_id", "in", debtors.ids),
                ("purpose", "in", ("dunning", "returned")),
                ("state", "in", ("planned", "to_approve")),
            ]
        )
        Instalment = self.env["collection.instalment"].sudo()
        for followup_id, pairs in planned._pairs().items() if planned else ():
            mine = Instalment.browse(pair.instalment_id for pair in pairs if pair.instalment_id)
            if not any(mine.mapped("is_open")):
                paid = any(instalment._is_paid() for instalment in mine)
                planned.browse(followup_id)._cancel("paid" if paid else "gone")

    def _close_tasks(self, debtors):
        """Calls and reviews that have no subject any more: all they were about is settled."""
        self.env["collection.followup"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT f.activity_id
                  FROM collection_followup f
                  LEFT JOIN collection_followup_item t ON t.followup_id = f.id
                  LEFT JOIN collection_instalment i
                    ON %s
                 WHERE f.debtor_id IN %s AND f.activity_id IS NOT NULL
                 GROUP BY f.activity_id HAVING bool_or(i.is_open) IS NOT TRUE
                """,
                same_instalment("i", "t"),
                tuple(debtors.ids),
            )
        )
        self.env["mail.activity"].sudo().browse([row[0] for row in rows]).unlink()

    def _came_back(self, company, instalments, undone, today):
        """A payment came back: the same step is said again, after a neutral word (A5, story 7).

        One undone before anybody gave thanks for it never counted: the ruler resumes where it stood.

        :param instalments: those that were settled and are open again
        :param undone: ids of instalments that lost a payment which was thanked for
        """
        Settlement = self.env["collection.settlement"]
        returned = instalments.filtered(
            lambda i: i.id in undone or Settlement._stood_unthanked(i, today)
        )
        quiet = instalments - returned
        quiet.write({"settled_on": False})
        for instalment in returned:
            offset = Settlement._resume_offset(instalment, today)
            values = {"settled_on": False, "occurrence": instalment.occurrence + 1}
            if offset is not None:
                values |= {
                    "watermark": offset - 1,
                    "anchor_date": today - timedelta(days=offset),
                    "next_date": today,
                }
            instalment.write(values)
        plan = self.env["collection.plan"]
        for debtor, own in returned.grouped("debtor_id").items():
            steps = own.ruler_id.step_ids.filtered(lambda s: s.trigger == "payment_returned")
            for step in steps:
                mine = own.filtered(lambda i, step=step: i.ruler_id == step.ruler_id)
                at = self._next_morning(debtor)  # somebody may only be mending a payment
                if not at:
                    continue
                followup = self._plan_word(debtor, step, mine, "returned", at)
                plan._write_ledger([plan._event_row(i, step, followup) for i in mine])

    def _say_after_all(self, debtors):
        """A message was taken back because its invoice was paid or gone, and that was undone: its step
        is consumed, so it is planned again; the doors decide when."""
        self.env["collection.followup.item"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT last.id, last.instalment_id
                  FROM (SELECT DISTINCT ON (i.id) t.*, i.id AS instalment_id
                          FROM collection_instalment i
                          JOIN collection_followup_item t
                            ON %s
                          JOIN collection_followup f
                            ON f.id = t.followup_id AND f.purpose = 'dunning'
                         WHERE i.debtor_id IN %s AND i.is_open AND i.ruler_id IS NOT NULL
                           AND t.state != 'skipped'
                         ORDER BY i.id, t.offset_days DESC, t.id DESC) last
                 WHERE last.state = 'cancelled' AND last.reason IN ('paid', 'gone')
                   AND last.step_id IS NOT NULL
                """,
                same_occurrence("t", "i"),
                tuple(debtors.ids),
            )
        )
        now, Settlement = clock.naive_now(self.env), self.env["collection.settlement"]
        for item_id, instalment_id in rows:
            item = self.env["collection.followup.item"].browse(item_id)
            instalment = self.env["collection.instalment"].browse(instalment_id)
            if item.offset_days == Settlement._last_offset(instalment):
                item.followup_id._split_items(item, "due", now)

    def _give_thanks(self, company, payments, today):
        """Thank once per customer and currency for money that came in, on the next business day (A5)."""
        newest = defaultdict(int)
        by_debtor = defaultdict(list)
        oldest = today - timedelta(days=company.collection_thanks_days)
        for payment in payments:
            if not payment.is_new:
                continue
            newest[payment.debtor_id] = max(newest[payment.debtor_id], payment.partial_id)
            if payment.is_money and payment.date >= oldest:
                by_debtor[payment.debtor_id, payment.currency_id].append(payment)
        Debtor = self.env["collection.debtor"]
        for (debtor, currency), own in by_debtor.items():
            self._thank(
                company,
                Debtor.browse(debtor),
                self.env["res.currency"].browse(currency),
                own,
                today,
            )
        for debtor, partial in newest.items():
            Debtor.browse(debtor).thanked_up_to_partial_id = partial

    def _payments(self, debtors):
        """What reduced instalments since we last looked, and what settled those that are settled now.

        :return: list of _Payment
        """
        self.env["account.partial.reconcile"].flush_model()
        self.env["collection.debtor"].flush_model(["thanked_up_to_partial_id"])
        self.env["collection.instalment"].flush_model(["settled_on", "is_open"])
        rows = self.env.execute_query(
            SQL(
                """
                -- first whose, then what was paid: PostgreSQL believes that next to no journal item
                -- fits an instalment, and would compare each instalment with each of the debtors
                WITH own AS MATERIALIZED (
                    SELECT i.*, coalesce(d.thanked_up_to_partial_id, 0) AS known
                      FROM collection_debtor d
                      JOIN collection_instalment i ON i.debtor_id = d.id
                      -- most instalments were never paid, or long ago: those are not looked at
                       AND (i.settled_on IS NULL OR i.is_open)
                     WHERE d.id IN %(debtors)s)
                SELECT i.debtor_id, i.id, i.currency_id, r.id,
                       %(money)s AND p.amount IS DISTINCT FROM 0, o.date,
                       r.id > i.known,
                       -- a payment cancelled and booked again has another journal item
                       coalesce(-o.payment_id, o.id)
                  FROM own i
                  JOIN account_move_line l ON %(same)s
                  JOIN account_partial_reconcile r ON r.debit_move_id = l.id
                  JOIN account_move_line o ON o.id = r.credit_move_id
                  JOIN account_journal j ON j.id = o.journal_id
                  LEFT JOIN account_payment p ON p.id = o.payment_id
                 WHERE r.id > i.known OR (NOT i.is_open AND i.settled_on IS NULL)
                ORDER BY 4
                """,
                money=is_money("j"),
                same=is_line_of("l", "i"),
                debtors=tuple(debtors.ids),
            )
        )
        return [_Payment(*row) for row in rows]

    def _thank(self, company, debtor, currency, payments, today):
        Instalment = self.env["collection.instalment"]
        instalments = Instalment.browse({payment.instalment_id for payment in payments})
        step = instalments.ruler_id.step_ids.filtered(lambda s: s.trigger == "paid")[:1]
        payments = [p for p in payments if not self._thanked_before(p)]
        at = self._next_morning(debtor)
        if not step or not payments or not at:
            return
        followup = self.env["collection.followup"].search(
            [
                ("debtor_id", "=", debtor.id),
                ("purpose", "=", "thanks"),
                ("state", "=", "planned"),
                ("currency_id", "=", currency.id),
                # those that leave today speak of older money: today's may still come back
                ("scheduled_at", ">=", at.astimezone(UTC).replace(tzinfo=None)),
            ],
            limit=1,
        )
        if not followup:
            followup = self._plan_word(debtor, step, instalments, "thanks", at)
        followup.partial_ids = [(4, payment.partial_id) for payment in payments]
        followup.amount_paid = followup._received()
        plan = self.env["collection.plan"]
        plan._write_ledger(
            [
                # the payment stands for the occurrence: each is thanked for once
                plan._event_row(Instalment.browse(p.instalment_id), step, followup, p.line)
                for p in payments
            ]
        )

    def _thanked_before(self, payment):
        """Whether thanks were given for this payment, which was undone and reconciled again."""
        instalment = self.env["collection.instalment"].browse(payment.instalment_id)
        return bool(
            self.env["collection.followup.item"].search_count(
                [
                    *instalment._key_domain(),
                    ("followup_id.purpose", "=", "thanks"),
                    ("occurrence", "=", payment.line),
                    ("state", "in", ("planned", "sent")),
                ],
                limit=1,
            )
        )

    def _next_morning(self, debtor):
        """The first open instant of a debtor's next open day, aware UTC; None when there is none."""
        calendar = debtor._calendar()
        tomorrow = debtor._local_today() + timedelta(days=1)
        with suppress(NeverOpen):
            return calendar.windows(calendar.next_open_day(tomorrow))[0][0]
        return None

    def _plan_word(self, debtor, step, instalments, purpose, at):
        """A follow-up that an event asks for, not a due date."""
        currency = instalments.currency_id[:1]
        own = instalments.filtered(lambda i: i.currency_id == currency)
        recipients = self.env["collection.recipients"]._of(debtor)
        return self.env["collection.followup"].create(
            {
                "debtor_id": debtor.id,
                "company_id": debtor.company_id.id,
                "ruler_id": step.ruler_id.id,
                "step_id": step.id,
                "step_name": step.name,
                "channel": step.channel,
                "purpose": purpose,
                "state": "to_approve" if step.mode == "approve" else "planned",
                "reason": Reason.DUE,
                "scheduled_at": at.astimezone(UTC).replace(tzinfo=None),
                "partner_id": recipients[debtor.id, step.recipient_role].id,
                "currency_id": currency.id,
                "amount_due": sum(own.mapped("residual_currency")),
            }
        )
