from collections import defaultdict
from contextlib import suppress
from datetime import UTC, date
from functools import cache
from typing import NamedTuple

from odoo import models
from odoo.tools import SQL

from ..dunning.calendar import NeverOpen
from ..dunning.next_step import Coming, amount_of, next_step, soonest
from ..dunning.sending import Sending
from ..models.common import clock
from ..models.common.instalment_key import is_sent_by_hand, is_unsent, went_on
from ..models.common.memo import Memo
from ..models.screens.banner_facts import spoken_to
from ..models.screens.banner_sentences import channel_and_step

# customers that the dialog names, and how many of them are played day by day: the others by the ladder
NAMED = 40
PLAYED = 8


class _Taken(NamedTuple):
    """An instalment that the ruler would take."""

    id: int
    debtor_id: int
    partner_id: int
    move_id: int
    due_date: date
    counts_from: date
    watermark: int
    residual: float
    delivered: bool
    calendar_key: str
    profile: str | None  # how the customer usually pays (F6)
    unsent: bool  # an invoice that did not reach the customer (A3)
    by_hand: bool  # a person sends the invoices of this customer
    sent_on: date | None
    is_new: bool  # not one that the ruler had before it was paused


class _Line(NamedTuple):
    """What one customer would hear first, or we would do, as far as all customers are looked at.

    :param day: local date
    :param amount: what it is about, in the company's currency
    """

    day: date
    debtor_id: int
    step_id: int
    amount: float


class _Row(NamedTuple):
    """The same for a customer whom the dialog names, in words.

    :param what: channel and name of the step
    :param seen: the message as `collection.message.preview._next` has it, empty for a task
    """

    day: date
    name: str
    what: str
    amount: float
    currency: models.BaseModel
    seen: dict


class _Trial(NamedTuple):
    """What the ruler would do.

    :param taken: instalments that it would take
    :param lines: what comes first for each customer
    :param rows: the first of them, exact
    :param mute: ``res.partner`` who would be written to and have no address
    """

    taken: list
    lines: list
    rows: list
    mute: models.BaseModel


class CollectionRulerActivation(models.TransientModel):
    """What a ruler would do, were it switched on: the real thing, tried and undone (A8)."""

    _inherit = "collection.ruler.activation"

    def _try(self):
        """What the ruler would do: switched on, and undone.

        :return: _Trial
        """
        self.ensure_one()
        nobody = self.env["res.partner"].sudo()
        if not self.ruler_id or not self.backlog_policy or self.missing:
            return _Trial([], [], [], nobody)
        policy = self.backlog_policy
        mine = {"ruler_id": self.ruler_id, "backlog_policy": policy}
        with self.env.cr.savepoint() as savepoint:
            ruler = self.ruler_id.sudo().with_context(tracking_disable=True)
            ruler.write({"state": "running", "backlog_policy": policy})
            enrolled = self.env["collection.enrol"].sudo()._enrol(ruler.company_id)
            standing = self._standing(ruler, enrolled)
            if self.have_unsent:
                self._mark_sent(ruler)
                standing = self._standing(ruler, enrolled)
            foresee = self._planned if policy == "catch_up" else self._coming
            lines = foresee(ruler, standing)
            debtors = (
                self.env["collection.debtor"]
                .sudo()
                .browse(sorted({one.debtor_id for one in standing}))
            )
            mail = self.env["collection.channel.email"]
            recipients = self.env["collection.recipients"].sudo()._of(debtors, mail)
            mute = nobody.union(
                *(d.partner_id for d in debtors if not mail._address(recipients[d.id, "billing"]))
            )
            rows = self._rows(ruler, lines)
            savepoint.rollback()
        self.env.invalidate_all(flush=False)
        self._update_cache(mine, validate=False)  # in a dialog they are in no table yet
        return _Trial([one for one in standing if one.is_new], lines, rows, mute)

    def _standing(self, ruler, enrolled):
        """The instalments that the ruler would take, and what it had already of the same customers:
        messages ask for both."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT i.id, i.debtor_id, d.partner_id, i.move_id, i.due_date,
                       coalesce(i.anchor_date, i.due_date), i.watermark, i.residual,
                       m.is_move_sent IS TRUE OR m.move_type NOT IN %(sales)s,
                       i.calendar_key, d.profile, %(unsent)s, %(by_hand)s, %(went_on)s,
                       i.id = ANY(%(enrolled)s)
                  FROM collection_instalment i JOIN collection_debtor d ON d.id = i.debtor_id
                  JOIN res_partner p ON p.id = d.partner_id
                  JOIN account_move m ON m.id = i.move_id
                 WHERE i.is_open AND i.ruler_id = %(ruler)s AND i.debtor_id IN (
                       SELECT debtor_id FROM collection_instalment
                        WHERE id = ANY(%(enrolled)s) AND ruler_id = %(ruler)s)
                """,
                sales=tuple(self.env["account.move"].get_sale_types(include_receipts=True)),
                unsent=is_unsent("i", "m"),
                by_hand=is_sent_by_hand("p", "m"),
                went_on=went_on("i", "m", ruler.company_id._collection_today()),
                enrolled=enrolled,
                ruler=ruler.id,
            )
        )
        return [_Taken(*row) for row in rows]

    def _planned(self, ruler, standing):
        """What the plan verb decides for these customers at once, and what comes for the others."""
        debtors = sorted({one.debtor_id for one in standing})
        plan = self.env["collection.plan"].sudo().with_company(ruler.company_id)
        known = self.env["collection.followup"].sudo().search([], order="id desc", limit=1).id
        if debtors:
            plan._batch(ruler.company_id, debtors)
        followups = (
            self.env["collection.followup"]
            .sudo()
            .with_context(collection_memo=Memo())
            .search([("debtor_id", "in", debtors), ("id", ">", known or 0)])
        )
        lines = self._first_of(followups)
        heard = {line.debtor_id for line in lines}
        left = [one.id for one in standing if one.debtor_id not in heard]
        return lines + self._coming(ruler, self._standing(ruler, left))  # where the plan left them

    def _first_of(self, followups):
        """One line for each customer: the message that was planned, or the task of ours that comes before it
        (A13); not the invoice itself, which reminds of nothing."""
        lines = {}
        reminders = followups.filtered(lambda f: f.purpose == "dunning")
        for followup in reminders.sorted(lambda f: (not f.customer_hears, f.scheduled_at, f.id)):
            at = followup.scheduled_at.replace(tzinfo=UTC)
            day = followup._contact_calendar().local_day(at)
            line = _Line(day, followup.debtor_id.id, followup.step_id.id, followup.amount_due)
            lines.setdefault(line.debtor_id, line)
        return list(lines.values())

    def _coming(self, ruler, standing):
        """The first step that comes for each customer, by the ladder alone."""
        ruler, ladder = ruler.with_context(collection_memo=Memo()), ruler._to_ladder()
        now = clock.now(self.env)
        by_debtor = defaultdict(list)
        debtors = (
            self.env["collection.debtor"].sudo().browse(sorted({one.debtor_id for one in standing}))
        )
        heard = spoken_to(debtors)

        @cache  # the same for all with the same place and dates
        def next_of(calendar_key, due, counts_from, watermark, *facts):
            calendar = ruler._contact_calendar(calendar_key)
            following = ()
            with suppress(NeverOpen):
                today = calendar.local_day(now)
                following = next_step(ladder, calendar, counts_from, watermark, today, *facts)
            return Coming(ladder, calendar, due, watermark, *(following or ()))

        for one in standing:
            coming = next_of(
                *(one.calendar_key, one.due_date, one.counts_from, one.watermark),
                *(one.delivered, one.profile, one.debtor_id in heard),
                Sending(one.unsent, one.by_hand, one.sent_on),
            )
            by_debtor[one.debtor_id].append((coming, one.residual))
        lines = []
        for debtor, own in by_debtor.items():
            if first := soonest(coming for coming, _residual in own):
                lead = min(first, key=lambda coming: coming.due_date)
                lines.append(_Line(lead.day, debtor, lead.step.id, amount_of(first, own)))
        return lines

    def _rows(self, ruler, lines):
        """The customers whom the dialog names, the earliest and largest first; the first of them are played
        with the decisions that count."""
        found = []
        lines = sorted(lines, key=lambda line: (line.day, -line.amount, line.debtor_id))[:NAMED]
        debtors = self.env["collection.debtor"].sudo().browse([line.debtor_id for line in lines])
        for place, (debtor, line) in enumerate(zip(debtors, lines, strict=True)):
            step = ruler.step_ids.browse(line.step_id)
            row = _Row(
                line.day,
                debtor.display_name,
                channel_and_step(self.env, step.channel, step.name),
                line.amount,
                ruler.company_id.currency_id,
                {},
            )
            is_played = place < PLAYED and step.mode != "task"
            seen = self.env["collection.message.preview"]._next(debtor) if is_played else {}
            if "leaves_at" in seen:
                at = seen["leaves_at"].replace(tzinfo=UTC)
                row = row._replace(day=debtor._calendar().local_day(at), seen=seen)
                row = row._replace(what=channel_and_step(self.env, step.channel, seen["step_name"]))
                if seen["amount"]:
                    row = row._replace(amount=seen["amount"], currency=seen["currency"])
            found.append(row)
        return sorted(found, key=lambda row: row.day)
