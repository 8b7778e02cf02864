from collections import defaultdict
from datetime import UTC, timedelta

from odoo import api, models
from odoo.tools import SQL

from ..dunning.ladder import effective_due
from ..dunning.reason import Reason
from .collection_instalment import NOTHING_SAID
from .mail_mail import RETRY_AFTER

# a gateway that was handed a message and has not answered for so long never will
ANSWER_LIMIT = timedelta(minutes=10)


class CollectionTrack(models.AbstractModel):
    """Fourth verb: what became of messages and of money; thanks, returns, totals, stages."""

    _name = "collection.track"
    _inherit = ["collection.verb"]
    _description = "Collection: track outcomes"

    @api.model
    def _todo(self, company):
        """Debtors that something happened to, and those whose outbox needs a look."""
        self.env["collection.followup"].flush_model()
        self.env["mail.mail"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT t.debtor_id FROM collection_debtor_touch t
                  JOIN collection_debtor d ON d.id = t.debtor_id WHERE d.company_id = %(company)s
                UNION
                SELECT f.debtor_id FROM collection_followup f
                  LEFT JOIN mail_mail m ON m.mail_message_id = f.mail_message_id
                 WHERE f.company_id = %(company)s AND f.state = 'queued'
                   AND (f.handed_at < %(limit)s OR m.state IN ('exception', 'cancel', 'sent')
                        OR (m.id IS NULL AND f.scheduled_at < %(limit)s))
                UNION
                SELECT debtor_id FROM collection_hold
                 WHERE company_id = %(company)s AND state = 'active' AND date_to < %(today)s
                UNION
                -- a due date passed, and nothing else happened: figures go by the day
                SELECT d.id FROM collection_debtor d JOIN collection_instalment i ON i.debtor_id = d.id
                 WHERE d.company_id = %(company)s AND i.is_open AND i.due_date < %(today)s
                   AND (d.refreshed_on IS NULL OR (d.refreshed_on < %(today)s
                        AND i.due_date >= d.refreshed_on - 7))
                """,
                today=company._collection_calendar().local_day(
                    self.env["collection.snapshot"]._now()
                ),
                company=company.id,
                limit=self._answer_limit(),
            )
        )
        return sorted(row[0] for row in rows)

    @api.model
    def _batch(self, company, debtor_ids):
        """Bring these debtors up to date."""
        self.env.cr.execute(
            SQL(
                "DELETE FROM collection_debtor_touch WHERE id IN (SELECT id FROM "
                "collection_debtor_touch WHERE debtor_id IN %s FOR UPDATE SKIP LOCKED)",
                tuple(debtor_ids),
            )
        )
        debtors = self.env["collection.debtor"].sudo().browse(debtor_ids).exists()
        self._end_holds(company, debtors)
        self._follow_outbox(debtors)
        self._follow_money(company, debtors)
        self._refresh(company, debtors)

    def _answer_limit(self):
        return (self.env["collection.snapshot"]._now() - ANSWER_LIMIT).replace(tzinfo=None)

    def _end_holds(self, company, debtors):
        """Holds whose last day has passed are over."""
        today = company._collection_calendar().local_day(self.env["collection.snapshot"]._now())
        over = self.env["collection.hold"].search(
            [("debtor_id", "in", debtors.ids), ("state", "=", "active"), ("date_to", "<", today)]
        )
        over.state = "ended"

    # ------------------------------------------------------------------
    # the outbox
    # ------------------------------------------------------------------

    def _follow_outbox(self, debtors):
        """What Odoo's queue left undecided: unanswered becomes uncertain, unasked is planned again."""
        queued = self.env["collection.followup"].search(
            [("debtor_id", "in", debtors.ids), ("state", "=", "queued")]
        )
        mails = (
            self.env["mail.mail"]
            .sudo()
            .search([("mail_message_id", "in", queued.mail_message_id.ids)])
        )
        mail_of = {mail.mail_message_id: mail for mail in mails}
        now = self.env["collection.snapshot"]._now().replace(tzinfo=None)
        limit = self._answer_limit()
        for followup in queued:
            mail = mail_of.get(followup.mail_message_id)
            if mail and mail.state == "sent":
                followup._sent(followup.handed_at or now)
            elif followup.handed_at:
                if followup.handed_at < limit:
                    followup._fail("uncertain")
            elif followup.purpose == "delivery":
                self._follow_delivery(followup, mail, now, limit)
            elif not mail:
                followup._replan("due", now)
            elif mail.state == "cancel":
                followup._cancel("by_hand")  # by a person, in Odoo's own queue
            elif mail.state == "exception":
                self._unreachable(followup, mail, now)

    def _unreachable(self, followup, mail, now):
        """Nobody was handed this mail, since the server could not be reached: its queue tries again."""
        mail.state = "outgoing"
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger(at=now + RETRY_AFTER)
        followup.debtor_id._tell(
            self.env._("The mail server cannot be reached"),
            mail.failure_reason or "",
            followup.ruler_id,
            once=True,
        )

    def _follow_delivery(self, followup, mail, now, limit):
        """An invoice in the hands of Odoo's own sending."""
        move = followup.item_ids.move_id[:1]
        if mail:
            if mail.state == "cancel":
                followup._cancel("by_hand")
            elif mail.state == "exception":
                self._unreachable(followup, mail, now)
        elif move.sending_data:
            return
        elif move.is_move_sent:
            followup._sent(now)  # sent another way than by e-mail
        elif followup.write_date < limit:
            followup._fail("error", self.env._("Odoo could not send %s.", move.name))

    # ------------------------------------------------------------------
    # money
    # ------------------------------------------------------------------

    def _follow_money(self, company, debtors):
        """Settled, come back, thanked for, and what need not be said any more."""
        Instalment = self.env["collection.instalment"].sudo()
        today = company._collection_calendar().local_day(self.env["collection.snapshot"]._now())
        own = Instalment.search([("debtor_id", "in", debtors.ids), ("ruler_id", "!=", False)])
        settled = own.filtered(
            lambda i: not i.gone and not i.settled_on and not i.is_open and i._is_paid()
        )
        settled.write({"settled_on": today, "next_date": False, "waiting_reason": False})
        paid = {row[1] for row in self._money(debtors) if row[4]}
        for by_money, group in settled.grouped(lambda i: i.id in paid).items():
            group.settled_by_money = by_money
        back = own.filtered(lambda i: i.settled_on and i.is_open)
        self._cancel_thanks(debtors)
        self._came_back(company, back, today)
        self._cancel_settled(debtors)
        self._say_after_all(own.filtered("is_open"))
        self._close_tasks(debtors)
        self._give_thanks(company, debtors, today)

    def _cancel_thanks(self, debtors):
        """The payment was undone before the thanks went out (A5)."""
        thanks = self.env["collection.followup"].search(
            [
                ("debtor_id", "in", debtors.ids),
                ("purpose", "=", "thanks"),
                ("state", "=", "planned"),
                ("partial_ids", "=", False),
            ]
        )
        thanks._cancel("reversed")

    def _cancel_settled(self, debtors):
        """Planned messages that have nothing left to say; door 1 trims the others."""
        planned = self.env["collection.followup"].search(
            [
                ("debtor_id", "in", debtors.ids),
                ("purpose", "in", ("dunning", "returned")),
                ("state", "in", ("planned", "to_approve")),
            ]
        )
        found = planned._item_instalments()
        for followup in planned:
            mine = [found.get(item) for item in followup.item_ids if item.state == "planned"]
            if not any(i and i.is_open for i in mine):
                paid = any(i and i._is_paid() for i in mine)
                followup._cancel("paid" if paid else "gone")

    def _close_tasks(self, debtors):
        """Calls and reviews that have no subject any more: all they were about is settled."""
        tasks = self.env["collection.followup"].search(
            [("debtor_id", "in", debtors.ids), ("activity_id", "!=", False)]
        )
        for activity, followups in tasks.grouped("activity_id").items():
            keys = {
                (i.move_id.id, i.account_id.id, i.partner_id.id, i.due_date)
                for i in followups.item_ids
            }
            about = followups.debtor_id.instalment_ids.filtered(
                lambda i, keys=keys: i._key() in keys
            )
            if not any(about.mapped("is_open")):
                activity.sudo().unlink()

    def _came_back(self, company, instalments, today):
        """A payment came back: the same step is said again, after a neutral word (A5, story 7).

        One undone before anybody gave thanks for it never counted: the ruler resumes where it stood.
        """
        returned = instalments.filtered(lambda i: i._was_thanked() or i._stood_unthanked(today))
        quiet = instalments - returned
        quiet.write({"settled_on": False})
        for instalment in returned:
            offset = instalment._resume_offset(today)
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
                at = self._next_morning(company, today)  # somebody may only be mending a payment
                followup = self._plan_word(debtor, step, mine, "returned", at)
                plan._write_ledger([plan._event_row(i, step, followup) for i in mine])

    def _say_after_all(self, instalments):
        """A message was taken back because its invoice was paid or gone, and that was undone: its step
        is consumed, so it is planned again; the doors decide when."""
        items = self.env["collection.followup.item"].search(
            [
                ("move_id", "in", instalments.move_id.ids),
                ("followup_id.purpose", "=", "dunning"),
                ("state", "!=", "skipped"),
            ],
            order="offset_days, id",
        )
        last = {}
        for item in items:
            key = (item.move_id.id, item.account_id.id, item.partner_id.id, item.due_date)
            last[key, item.occurrence] = item
        now = self.env["collection.snapshot"]._now().replace(tzinfo=None)
        for instalment in instalments:
            item = last.get((instalment._key(), instalment.occurrence))
            if (
                item
                and item.state == "cancelled"
                and item.reason in ("paid", "gone")
                and item.step_id
                and item.offset_days == instalment._last_offset()
            ):
                item.followup_id._split(item, "due", now)

    def _give_thanks(self, company, debtors, today):
        """Thank once per customer and currency for money that came in, on the next business day (A5)."""
        rows = [row for row in self._money(debtors) if row[2] > row[6]]
        newest = defaultdict(int)
        by_debtor = defaultdict(list)
        oldest = today - timedelta(days=company.collection_thanks_days)
        for debtor, instalment, partial, amount, is_money, date, _seen, line in rows:
            newest[debtor] = max(newest[debtor], partial)
            if is_money and date >= oldest:
                currency = self.env["collection.instalment"].browse(instalment).currency_id
                by_debtor[debtor, currency].append((instalment, partial, amount, line))
        Debtor = self.env["collection.debtor"]
        for (debtor, currency), payments in by_debtor.items():
            self._thank(company, Debtor.browse(debtor), currency, payments, today)
        for debtor, partial in newest.items():
            Debtor.browse(debtor).thanked_partial = partial

    def _money(self, debtors):
        """What reduced instalments.

        :return: (debtor id, instalment id, partial id, amount, whether it is money, date, newest partial
            looked at before, the payment's id negated or else that of its journal item)
        """
        self.env["account.partial.reconcile"].flush_model()
        self.env["collection.debtor"].flush_model(["thanked_partial"])
        return self.env.execute_query(
            SQL(
                """
                SELECT i.debtor_id, i.id, r.id, r.debit_amount_currency,
                       j.type IN ('bank', 'cash', 'credit'), o.date,
                       coalesce(d.thanked_partial, 0),
                       -- a payment cancelled and booked again has another journal item
                       coalesce(-o.payment_id, o.id)
                  FROM collection_instalment i
                  JOIN collection_debtor d ON d.id = i.debtor_id
                  JOIN account_move_line l ON l.move_id = i.move_id AND l.account_id = i.account_id
                   AND l.partner_id = i.partner_id AND coalesce(l.date_maturity, l.date) = i.due_date
                  JOIN account_partial_reconcile r ON r.debit_move_id = l.id
                  JOIN account_move_line o ON o.id = r.credit_move_id
                  JOIN account_journal j ON j.id = o.journal_id
                 WHERE i.debtor_id IN %s
                 ORDER BY r.id
                """,
                tuple(debtors.ids) or (0,),
            )
        )

    def _thank(self, company, debtor, currency, payments, today):
        Instalment = self.env["collection.instalment"]
        instalments = Instalment.browse({payment[0] for payment in payments})
        step = instalments.ruler_id.step_ids.filtered(lambda s: s.trigger == "paid")[:1]
        payments = [p for p in payments if not self._thanked_before(Instalment.browse(p[0]), p[3])]
        if not step or not payments:
            return
        at = self._next_morning(company, today)
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
        followup.write(
            {
                "partial_ids": [(4, partial) for _i, partial, _a, _line in payments],
                "amount_paid": followup.amount_paid + sum(float(p[2]) for p in payments),
            }
        )
        plan = self.env["collection.plan"]
        plan._write_ledger(
            [
                # the payment stands for the occurrence: each is thanked for once
                plan._event_row(Instalment.browse(instalment), step, followup, line)
                for instalment, _partial, _amount, line in payments
            ]
        )

    def _thanked_before(self, instalment, line):
        """Whether thanks were given for this payment, which was undone and reconciled again."""
        move, account, partner, due_date = instalment._key()
        return bool(
            self.env["collection.followup.item"].search_count(
                [
                    ("move_id", "=", move),
                    ("account_id", "=", account),
                    ("partner_id", "=", partner),
                    ("due_date", "=", due_date),
                    ("followup_id.purpose", "=", "thanks"),
                    ("occurrence", "=", line),
                    ("state", "in", ("planned", "sent")),
                ],
                limit=1,
            )
        )

    def _next_morning(self, company, today):
        """The first open instant of the next open day, aware UTC."""
        calendar = company._collection_calendar()
        return calendar.windows(calendar.next_open_day(today + timedelta(days=1)))[0][0]

    def _plan_word(self, debtor, step, instalments, purpose, at):
        """A follow-up that an event asks for, not a due date."""
        currency = instalments.currency_id[:1]
        own = instalments.filtered(lambda i: i.currency_id == currency)
        recipients = self.env["collection.plan"]._recipients([(debtor, None)])
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

    # ------------------------------------------------------------------
    # totals and stages
    # ------------------------------------------------------------------

    def _refresh(self, company, debtors):
        """Totals, dates and stages of debtors from their instalments, set-based."""
        Instalment = self.env["collection.instalment"].sudo()
        calendar = company._collection_calendar()
        today = calendar.local_day(self.env["collection.snapshot"]._now())
        by_debtor = Instalment.search(
            [("debtor_id", "in", debtors.ids), ("gone", "=", False)]
        ).grouped("debtor_id")
        ladders = {}
        credits = debtors._credits()
        dates = self._followup_dates(debtors)
        standing = self.env["collection.standing"]._look(debtors, today)
        key = company._collection_calendar_key()
        for debtor in debtors:
            own = by_debtor.get(debtor, Instalment)
            open_ones = own.filtered("is_open")
            overdue = Instalment
            for instalment in open_ones:
                ruler = instalment.ruler_id
                if ruler and ruler not in ladders:
                    ladders[ruler] = ruler._ladder()
                due = instalment.due_date
                if (effective_due(ladders[ruler], calendar, due) if ruler else due) < today:
                    overdue += instalment
            planned, last = dates.get(debtor.id, (False, False))
            coming = [i.next_date for i in open_ones if i.next_date and i.next_date >= today]
            stage = standing.place(debtor, own)
            self._write_changed(
                debtor.with_context(tracking_disable=True),
                {
                    "amount_due": sum(open_ones.mapped("residual")),
                    "amount_overdue": sum(overdue.mapped("residual")),
                    "amount_credit": sum(
                        currency._convert(amount, debtor.currency_id, company, today)
                        for currency, amount in credits[debtor.id].items()
                    ),
                    "oldest_due_date": min(overdue.mapped("due_date"), default=False),
                    "next_followup_date": planned or min(coming, default=False),
                    "last_followup_date": last,
                    "calendar_key": key,
                    "refreshed_on": today,
                    "stage_id": stage.id,
                },
            )

    @api.model
    def _write_changed(self, record, values):
        """Write only what differs: an empty run writes nothing."""
        changed = {
            name: value
            for name, value in values.items()
            if record._fields[name].convert_to_write(record[name], record) != value
        }
        if changed:
            record.write(changed)

    def _followup_dates(self, debtors):
        """By debtor id: the day of the next planned contact and of the last one, or False."""
        self.env["collection.followup"].flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT debtor_id, min(scheduled_at) FILTER (WHERE state = 'planned'), "
                "max(coalesce(delivered_at, handed_at)) FILTER (WHERE state IN ('sent', 'uncertain')) "
                "FROM collection_followup WHERE debtor_id IN %s AND channel != 'activity' "
                "GROUP BY debtor_id",
                tuple(debtors.ids) or (0,),
            )
        )
        return {
            debtor: ((planned and planned.date()) or False, (last and last.date()) or False)
            for debtor, planned, last in rows
        }


class CollectionInstalment(models.Model):
    """What money does to an instalment."""

    _inherit = "collection.instalment"

    def _is_paid(self):
        """Nothing is owed on a posted entry."""
        self.ensure_one()
        return (
            not self.gone
            and self.move_id.state == "posted"
            and self.company_currency_id.compare_amounts(self.residual, 0) <= 0
        )

    def _thanks(self, states):
        """Thanks for this instalment since it was settled."""
        self.ensure_one()
        return self.env["collection.followup.item"].search(
            [
                ("move_id", "=", self.move_id.id),
                ("account_id", "=", self.account_id.id),
                ("partner_id", "=", self.partner_id.id),
                ("due_date", "=", self.due_date),
                ("followup_id.purpose", "=", "thanks"),
                ("followup_id.state", "in", states),
                ("create_date", ">=", self.settled_on),
            ]
        )

    def _was_thanked(self):
        self.ensure_one()
        return bool(self._thanks(("queued", "sent", "uncertain")))

    def _stood_unthanked(self, today):
        """A payment nobody wanted to give thanks for, but which stood for more than a day."""
        self.ensure_one()
        return (
            self.settled_by_money
            and self.settled_on < today
            and not self._thanks(("planned", "cancelled"))
        )

    def _last_offset(self):
        """The offset that the watermark stands at; None when nothing was said yet."""
        self.ensure_one()
        said = [o for o in self.ruler_id._ladder().offsets if o <= self.watermark]
        return said[-1] if said else None

    def _resume_offset(self, today):
        """The offset to be said again after a payment came back; None when nothing was said yet.

        What is overdue by now is not announced as coming due: the first overdue step is then the least.
        """
        self.ensure_one()
        if self.watermark == NOTHING_SAID:
            return None
        ladder = self.ruler_id._ladder()
        said = [o for o in ladder.offsets if o <= self.watermark]
        offset = said[-1] if said else None
        calendar = self.ruler_id._contact_calendar()
        overdue = [o for o in ladder.offsets if o > 0]
        if effective_due(ladder, calendar, self.due_date) < today and overdue:
            offset = max(offset, overdue[0]) if offset is not None else overdue[0]
        return offset
