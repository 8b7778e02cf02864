from itertools import takewhile

from odoo import api, models
from odoo.tools import format_date


class CollectionWhyRuler(models.AbstractModel):
    """Says which ruler looks after an invoice and why it does, or why none does (A6)."""

    _name = "collection.why.ruler"
    _description = "Collection: why this ruler"

    @api.model
    def _say(self, moves):
        """Why this ruler, in sentences, for all of these invoices at once.

        :param moves: ``account.move``
        :return: {move: [sentence]}; what nobody owes is left out
        """
        result = {}
        for company, own in moves.sudo().grouped(lambda m: m.company_id.root_id).items():
            today = company._collection_today()
            rulers = self.env["collection.ruler"].sudo()._taking(company, today)
            firsts = {
                move: move.collection_instalment_ids.filtered("is_open").sorted("due_date")[:1]
                for move in own
            }
            instalments = self.env["collection.instalment"].sudo().union(*firsts.values())
            missed = rulers._missed(instalments)
            for move, first in firsts.items():
                owed = move.state == "posted" and move.payment_state not in ("paid", "reversed")
                if owed and move.is_sale_document(include_receipts=True):
                    say = self._say_taken if first.ruler_id else self._say_not_taken
                    result[move] = say(first, rulers, missed.get(first.id, {}), today)
        return result

    def _say_not_taken(self, instalment, rulers, missed, _today):
        """Why no ruler looks after it.

        :param rulers: those that take invoices today, in their order
        :param missed: {ruler id: [words]}, see `collection.ruler._missed`
        :return: [sentence]
        """
        _ = self.env._
        if not rulers:
            return [_("No ruler is switched on yet, so nobody is reminded of this invoice.")]
        if not instalment or any(missed.get(ruler.id) == [] for ruler in rulers):
            return [_("The next run chooses a ruler for it, within a quarter of an hour.")]
        return [
            _("No ruler takes it, so nobody is reminded of this invoice."),
            *self._say_missed(missed),
        ]

    def _say_taken(self, instalment, rulers, missed, today):
        """By whose word or by which conditions its ruler took it, and why not those before.

        :param rulers: those that take invoices today, in their order
        :param missed: {ruler id: [words]}, see `collection.ruler._missed`
        :param today: local day of the company
        :return: [sentence]
        """
        _, ruler = self.env._, instalment.ruler_id
        if instalment.ruler_source == "invoice":
            return [_("“%s”: chosen on this invoice.", ruler.name)]
        if instalment.ruler_source == "customer":
            return [_("“%s”: chosen for this customer.", ruler.name)]
        before = takewhile(lambda other: other != ruler, rulers)
        return [
            self._say_choice(ruler, rulers, missed),
            *self._say_missed({one.id: missed[one.id] for one in before if missed[one.id]}),
            *self._say_end(ruler, today),
        ]

    def _say_choice(self, ruler, rulers, missed):
        """By which conditions it is this ruler, in a sentence."""
        _ = self.env._
        words = [words for words, _sql in ruler._conditions()]
        if ruler not in rulers or missed[ruler.id]:
            return _("“%s” took it; what a ruler has taken stays with it.", ruler.name)
        if words:
            return _(
                "“%(ruler)s” is the first ruler that takes it: %(conditions)s.",
                ruler=ruler.name,
                conditions=", ".join(words),
            )
        if ruler == rulers[:1]:
            return _("“%s” takes every invoice.", ruler.name)
        return _("“%s” takes what no ruler before it takes.", ruler.name)

    def _say_end(self, ruler, today):
        """That its ruler is not running any more: [sentence] or []."""
        _ = self.env._
        if ruler.date_to and ruler.date_to < today:
            day = format_date(self.env, ruler.date_to)
            return [_("It ended on %s: choose another one.", day)]
        if not ruler.active or ruler.state != "running":
            return [_("It stands still: nothing is said until somebody resumes it.")]
        return []

    def _say_missed(self, missed):
        """Which conditions of other rulers it does not meet, a sentence for each."""
        Ruler = self.env["collection.ruler"].sudo()
        return [
            self.env._(
                "Not “%(ruler)s”: it is for %(conditions)s.",
                ruler=Ruler.browse(key).name,
                conditions=", ".join(words),
            )
            for key, words in missed.items()
        ]
