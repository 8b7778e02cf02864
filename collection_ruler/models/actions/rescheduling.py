from contextlib import suppress

from odoo import Command, fields, models
from odoo.tools import SQL, format_date

from ...dunning.calendar import NeverOpen
from ...dunning.ladder import next_day, rescheduled
from ..instalment.collection_instalment import NOTHING_SAID


class CollectionInstalment(models.Model):
    """Another due date, agreed after the invoice was posted: the ruler counts from it, and the original
    stays for ageing, charges and habits (F7)."""

    _inherit = "collection.instalment"

    original_due_date = fields.Date(
        string="Originally due",
        help="The due date before another one was agreed. Empty: it never changed.",
    )

    def _of_posted(self, lines):
        """The instalments that journal items of posted entries stand for."""
        posted = lines.filtered(
            lambda line: line.parent_state == "posted" and line.account_type == "asset_receivable"
        )
        if not posted:
            return self.browse()
        keys = {line._collection_key() for line in posted}
        found = self.search([("move_id", "in", posted.move_id.ids)])
        return found.filtered(lambda instalment: instalment._key() in keys)

    def _follow_due_date(self, lines):
        """Go where the lines of an instalment went, if all of them went to the same day.

        What only some of several lines leave stays; two instalments of an entry that meet on one day
        become one, which is the one that was there. (Whoever agrees on a date is asked for another day.)

        :param lines: ``account.move.line`` whose due date was written
        """
        for instalment in self:
            move, account, partner, _old = instalment._key()
            entry = instalment.move_id.line_ids
            dates = {line.date_maturity or line.date for line in lines & entry}
            keys = {line._collection_key() for line in entry}
            others = instalment.move_id.sudo().collection_instalment_ids - instalment
            taken = {other._key(): other for other in others}
            if len(dates) == 1 and instalment._key() not in keys:
                new = move, account, partner, dates.pop()
                if new in taken:
                    instalment._join(taken[new])
                elif new in keys:
                    instalment._reschedule(new[-1])

    def _join(self, heir):
        """All that is owed here is due with another instalment of the entry now.

        What silences the one silences both; nobody is charged for days before the later date; and where
        the other one was paid, no payment came back.
        """
        self.ensure_one()
        self._say_rescheduled(heir.due_date)
        self._take_back_planned()
        self._instalment_holds().write({"instalment_ids": [Command.link(heir.id)]})
        original = max(one.original_due_date or one.due_date for one in self + heir)
        heir.write(
            {
                "original_due_date": original if original != heir.due_date else False,
                "settled_on": False,
            }
        )
        heir._look_again()
        self.debtor_id._touch()

    def _reschedule(self, due_date):
        """Count from another due date; the ledger comes along, as a new occurrence (decision 2)."""
        self.ensure_one()
        old, today = self.due_date, self.debtor_id._local_today()
        self._say_rescheduled(due_date)
        self._take_back_planned()
        values = {
            "due_date": due_date,
            "original_due_date": self._original_after(due_date),
            "occurrence": self.occurrence + 1,
            "anchor_date": False,
            "waiting_reason": False,
        }
        if self.ruler_id:
            ladder = self.ruler_id._ladder()
            calendar = self.ruler_id._contact_calendar(self.calendar_key)
            said = None if self.watermark == NOTHING_SAID else self.watermark
            following = None
            with suppress(NeverOpen):
                said = rescheduled(ladder, calendar, old, due_date, said, self._ever_said(), today)
                following = next_day(ladder, calendar, due_date, said, today)
            values["watermark"] = NOTHING_SAID if said is None else said
            values["next_date"] = following
        self._move_ledger(old, due_date)
        self.write(values)
        self._look_again()
        self.debtor_id._touch()

    def _original_after(self, due_date):
        """The original due date once another one is agreed; none when it is the original again."""
        original = self.original_due_date or self.due_date
        return original if original != due_date else False

    def _ledger(self):
        """Its rows of the ledger."""
        move, account, partner, due_date = self._key()
        return (
            self.env["collection.followup.item"]
            .sudo()
            .search(
                [
                    ("move_id", "=", move),
                    ("account_id", "=", account),
                    ("partner_id", "=", partner),
                    ("due_date", "=", due_date),
                ]
            )
        )

    def _ever_said(self):
        """Offsets that were taken, or passed over, for whichever due date it had."""
        taken = self._ledger().filtered(
            lambda item: item.state in ("sent", "skipped") and item.step_id.trigger == "due"
        )
        return set(taken.mapped("offset_days"))

    def _take_back_planned(self):
        """Reminders and calls about the old date have nothing left to say; deliveries and thanks have."""
        items = self._ledger().filtered(lambda item: item.followup_id.purpose == "dunning")
        items._planned()._move_to("cancelled", "rescheduled")
        for followup in items.followup_id:
            alone = followup.item_ids.filtered(lambda i: i.state != "cancelled") <= items
            if alone and followup.state in ("planned", "to_approve"):
                followup._cancel("rescheduled")
            if alone and not self._shares_task(followup.activity_id):
                followup.activity_id.sudo().unlink()

    def _shares_task(self, task):
        """Whether another open instalment needs this ``mail.activity`` as well: the second one that reaches
        a step adds no task."""
        others = (self.debtor_id.sudo().instalment_ids - self).filtered("is_open")
        keys = {other._key() for other in others}
        Followup = self.env["collection.followup"].sudo()
        items = task and Followup.search([("activity_id", "=", task.id)]).item_ids
        return any(
            (i.move_id.id, i.account_id.id, i.partner_id.id, i.due_date) in keys
            for i in items or ()
        )

    def _move_ledger(self, old, new):
        """The ledgers know an instalment by its due date: their rows follow."""
        for model in self._ledger_models():
            self.env[model].flush_model()
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET due_date = %s "
                    "WHERE (move_id, account_id, partner_id, due_date) = (%s, %s, %s, %s)",
                    SQL.identifier(self.env[model]._table),
                    new,
                    self.move_id.id,
                    self.account_id.id,
                    self.partner_id.id,
                    old,
                )
            )
            self.env[model].invalidate_model(["due_date"])

    def _say_rescheduled(self, due_date):
        """Who changed the plan, and why, on the debtor's timeline (F7)."""
        words = self.env._(
            "%(invoice)s is due on %(new)s instead of %(old)s.",
            invoice=self.move_id.name,
            new=format_date(self.env, due_date),
            old=format_date(self.env, self.due_date),
        )
        why = self.env.context.get("collection_why")
        self.debtor_id._message_log(
            body=f"{words} {why}" if why else words, author_id=self.env.user.partner_id.id
        )
