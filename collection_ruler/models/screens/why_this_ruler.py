from itertools import takewhile

from markupsafe import Markup
from odoo import api, fields, models
from odoo.tools import format_date

from ..common import clock


class AccountMove(models.Model):
    """Why this ruler looks after an invoice, or why none does, in plain words (A6)."""

    _inherit = "account.move"

    collection_why = fields.Html(
        compute="_compute_collection_why",
        string="Why this ruler",
        groups="collection_ruler.collection_ruler_group_reader",
    )

    collection_bank_days = fields.Char(
        compute="_compute_collection_bank_days",
        groups="collection_ruler.collection_ruler_group_reader",
    )

    @api.depends("collection_instalment_ids.due_date", "collection_instalment_ids.is_open")
    @api.depends_context("lang")
    def _compute_collection_bank_days(self):
        """Which of its due dates count from a later day, as banks are closed on them (A3): those that
        passed and the next one."""
        today = fields.Date.context_today(self)
        for move in self:
            moved = move.sudo().collection_instalment_ids.filtered("bank_day_words")
            coming = moved.filtered(lambda i: i.due_date >= today).sorted("due_date")[:1]
            words = [
                self.env._(
                    "%(date)s %(counts)s",
                    date=format_date(self.env, instalment.due_date, date_format="EEE d MMM y"),
                    counts=instalment.bank_day_words,
                )
                for instalment in moved.sorted("due_date")
                if instalment.due_date < today or instalment in coming
            ]
            move.collection_bank_days = (
                self.env._("Days overdue count from bank days: %s.", "; ".join(words))
                if words
                else False
            )

    @api.depends("state", "collection_instalment_ids.ruler_id", "collection_instalment_ids.is_open")
    @api.depends_context("lang")
    def _compute_collection_why(self):
        self.collection_why = False
        for company, moves in self.sudo().grouped(lambda m: m.company_id.root_id).items():
            today = company._collection_calendar().local_day(clock.now(self.env))
            rulers = self.env["collection.ruler"].sudo()._taking(company, today)
            firsts = {
                move: move.collection_instalment_ids.filtered("is_open").sorted("due_date")[:1]
                for move in moves
            }
            instalments = self.env["collection.instalment"].sudo().union(*firsts.values())
            missed = rulers._missed(instalments)
            for move, first in firsts.items():
                owed = move.state == "posted" and move.payment_state not in ("paid", "reversed")
                if not owed or not move.is_sale_document(include_receipts=True):
                    continue
                sentences = move._say_why(first, rulers, missed.get(first.id, {}), today)
                move.collection_why = Markup("<br/>").join(sentences)

    def _say_why(self, instalment, rulers, missed, today):
        """Sentences: which ruler, by whose word or by which conditions, and why not those before it.

        :param rulers: those that take invoices today, in their order
        :param missed: {ruler id: [words]}, see `collection.ruler._missed`
        """
        _ = self.env._
        ruler = instalment.ruler_id
        if not ruler:
            if not rulers:
                return [_("No ruler is switched on yet, so nobody is reminded of this invoice.")]
            found = rulers.filtered(lambda r: missed.get(r.id) == [])[:1]
            if found or not instalment:
                return [_("The next run chooses a ruler for it, within a quarter of an hour.")]
            return [
                _("No ruler takes it, so nobody is reminded of this invoice."),
                *self._say_missed(missed),
            ]
        if instalment.ruler_source == "invoice":
            return [_("“%s”: chosen on this invoice.", ruler.name)]
        if instalment.ruler_source == "customer":
            return [_("“%s”: chosen for this customer.", ruler.name)]
        words = [words for words, _sql in ruler._conditions()]
        if ruler not in rulers or missed[ruler.id]:
            sentences = [_("“%s” took it; what a ruler has taken stays with it.", ruler.name)]
        elif words:
            sentences = [
                _(
                    "“%(ruler)s” is the first ruler that takes it: %(conditions)s.",
                    ruler=ruler.name,
                    conditions=", ".join(words),
                )
            ]
        elif ruler == rulers[:1]:
            sentences = [_("“%s” takes every invoice.", ruler.name)]
        else:
            sentences = [_("“%s” takes what no ruler before it takes.", ruler.name)]
        before = takewhile(lambda other: other != ruler, rulers)
        sentences += self._say_missed({one.id: missed[one.id] for one in before if missed[one.id]})
        if ruler.date_to and ruler.date_to < today:
            sentences.append(
                _("It ended on %s: choose another one.", format_date(self.env, ruler.date_to))
            )
        elif not ruler.active or ruler.state != "running":
            sentences.append(_("It stands still: nothing is said until somebody resumes it."))
        return sentences

    def _say_missed(self, missed):
        Ruler = self.env["collection.ruler"].sudo()
        return [
            self.env._(
                "Not “%(ruler)s”: it is for %(conditions)s.",
                ruler=Ruler.browse(key).name,
                conditions=", ".join(words),
            )
            for key, words in missed.items()
        ]
