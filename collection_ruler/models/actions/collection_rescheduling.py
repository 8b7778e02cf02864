from contextlib import suppress

from odoo import Command, api, models
from odoo.tools import SQL, format_date

from ...dunning.calendar import NeverOpen
from ...dunning.course import next_day
from ...dunning.reason import Reason
from ...dunning.watermark import rescheduled
from ..common import clock
from ..common.memo import agreement_of
from ..instalment.collection_instalment import NOTHING_SAID


class CollectionRescheduling(models.AbstractModel):
    """Another due date, agreed after the invoice was posted: the ruler counts from it, and the original
    stays for ageing, charges and habits (F7)."""

    _name = "collection.rescheduling"
    _description = "Collection: another due date"

    @api.model
    def _instalments_of(self, lines):
        """The instalments that journal items of posted entries stand for.

        :param lines: ``account.move.line``, before their due date is written
        :return: ``collection.instalment``
        """
        Instalment = self.env["collection.instalment"].sudo()
        posted = lines.filtered(
            lambda line: line.parent_state == "posted" and line.account_type == "asset_receivable"
        )
        if not posted:
            return Instalment
        keys = {line._collection_key() for line in posted}
        found = Instalment.search([("move_id", "in", posted.move_id.ids)])
        return found.filtered(lambda instalment: instalment._key() in keys)

    @api.model
    def _follow(self, instalments, lines):
        """Go where the lines of instalments went, if all of one went to the same day.

        What only some of several lines leave stays; two instalments of an entry that meet on one day
        become one, which is the one that was there. (Whoever agrees on a date is asked for another day.)

        :param instalments: ``collection.instalment``, as `_instalments_of` found them
        :param lines: ``account.move.line`` whose due date was written
        """
        for instalment in instalments:
            move, account, partner, _old = instalment._key()
            entry = instalment.move_id.line_ids
            dates = {line.date_maturity or line.date for line in lines & entry}
            keys = {line._collection_key() for line in entry}
            others = instalment.move_id.sudo().collection_instalment_ids - instalment
            taken = {other._key(): other for other in others}
            if len(dates) == 1 and instalment._key() not in keys:
                new = move, account, partner, dates.pop()
                if new in taken:
                    self._join(instalment, taken[new])
                elif new in keys:
                    self._reschedule(instalment, new[-1])

    def _join(self, instalment, heir):
        """All that is owed here is due with another instalment of the entry now.

        What silences the one silences both; nobody is charged for days before the later date; and where
        the other one was paid, no payment came back.
        """
        self._log(instalment, heir.due_date)
        self._take_back_planned(instalment)
        holds = self.env["collection.hold"]._on(instalment)
        holds.write({"instalment_ids": [Command.link(heir.id)]})
        original = max(one.original_due_date or one.due_date for one in instalment + heir)
        heir.write(
            {
                "original_due_date": original if original != heir.due_date else False,
                "settled_on": False,
            }
        )
        heir._look_again()
        instalment.debtor_id._queue_refresh()

    def _reschedule(self, instalment, due_date):
        """Count from another due date; the ledger comes along, as a new occurrence (decision 2)."""
        self._log(instalment, due_date)
        self._take_back_planned(instalment)
        original = instalment.original_due_date or instalment.due_date
        values = {
            "due_date": due_date,
            # none when it is the original again
            "original_due_date": original if original != due_date else False,
            "occurrence": instalment.occurrence + 1,
            "anchor_date": False,
            "waiting_reason": False,
            "said_before": max(instalment.said_before, self._said_overdue(instalment)),
        }
        if agreement_of(self.env):
            values["agreed_at"] = clock.naive_now(self.env)
        if instalment.ruler_id:
            said_before = values["said_before"] if values["original_due_date"] else None
            ladder = instalment.ruler_id._to_ladder().agreed(said_before)
            values |= self._place_on_ruler(instalment, due_date, ladder)
        self._move_ledger(instalment, due_date)
        instalment.write(values)
        instalment._look_again()
        instalment.debtor_id._queue_refresh()

    def _place_on_ruler(self, instalment, due_date, ladder):
        """What counts as said of an instalment with another due date, and when its next step comes.

        :param ladder: of the new date
        :return: {field of ``collection.instalment``: value}
        """
        ruler, old = instalment.ruler_id, instalment.due_date
        today = instalment.debtor_id._local_today()
        calendar = ruler._contact_calendar(instalment.calendar_key)
        said = None if instalment.watermark == NOTHING_SAID else instalment.watermark
        following, ever = None, self._ever_said(instalment)
        with suppress(NeverOpen):
            said = rescheduled(
                ladder,
                calendar,
                old,
                due_date,
                said,
                ever,
                today,
                delivered=self._went_out(instalment),
            )
            following = next_day(ladder, calendar, due_date, said, today)
        return {"watermark": NOTHING_SAID if said is None else said, "next_date": following}

    def _went_out(self, instalment):
        """Whether the invoice was sent, or there is none to send (A3)."""
        move = instalment.sudo().move_id
        return (
            bool(instalment.delivered_on)
            or move.is_move_sent
            or not move.is_sale_document(include_receipts=True)
        )

    def _ledger(self, instalment):
        """The rows of what was said about an instalment."""
        return self.env["collection.followup.item"].sudo().search(instalment._key_domain())

    def _ever_said(self, instalment):
        """Offsets that were taken, or passed over, for whichever due date it had."""
        taken = self._ledger(instalment).filtered(
            lambda item: item.state in ("sent", "skipped") and item.step_id.trigger == "due"
        )
        return set(taken.mapped("offset_days"))

    def _said_overdue(self, instalment):
        """The highest offset of a message about what is overdue that left, whichever due date it had; 0 for
        none (C8)."""
        said = self._ledger(instalment).filtered(
            lambda i: i.state == "sent" and i.step_id.trigger == "due" and i.step_id.mode != "task"
        )
        return max([0, *said.mapped("offset_days")])

    def _take_back_planned(self, instalment):
        """Reminders and calls about the old date have nothing left to say; deliveries and thanks have."""
        items = self._ledger(instalment).filtered(lambda i: i.followup_id.purpose == "dunning")
        items._planned()._move_to("cancelled", Reason.RESCHEDULED)
        for followup in items.followup_id:
            alone = followup.item_ids.filtered(lambda i: i.state != "cancelled") <= items
            if alone and followup.state in ("planned", "to_approve"):
                followup._cancel(Reason.RESCHEDULED)
            if alone and not self._shares_task(instalment, followup.activity_id):
                followup.activity_id.sudo().unlink()

    def _shares_task(self, instalment, task):
        """Whether another open instalment needs this ``mail.activity`` as well: the second one that reaches
        a step adds no task."""
        others = (instalment.debtor_id.sudo().instalment_ids - instalment).filtered("is_open")
        keys = {other._key() for other in others}
        Followup = self.env["collection.followup"].sudo()
        items = task and Followup.search([("activity_id", "=", task.id)]).item_ids
        return any(
            (i.move_id.id, i.account_id.id, i.partner_id.id, i.due_date) in keys
            for i in items or ()
        )

    def _move_ledger(self, instalment, due_date):
        """The ledgers know an instalment by its due date: their rows follow."""
        for model in instalment._ledger_models():
            self.env[model].flush_model()
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET due_date = %s "
                    "WHERE (move_id, account_id, partner_id, due_date) = (%s, %s, %s, %s)",
                    SQL.identifier(self.env[model]._table),
                    due_date,
                    *instalment._key(),
                )
            )
            self.env[model].invalidate_model(["due_date"])

    def _log(self, instalment, due_date):
        """Who changed the plan, and why, on the debtor's timeline (F7)."""
        body = self.env._(
            "%(invoice)s is due on %(new)s instead of %(old)s.",
            invoice=instalment.move_id.name,
            new=format_date(self.env, due_date),
            old=format_date(self.env, instalment.due_date),
        )
        agreement = agreement_of(self.env)
        why = agreement and agreement.why
        instalment.debtor_id._message_log(
            body=f"{body} {why}" if why else body, author_id=self.env.user.partner_id.id
        )
