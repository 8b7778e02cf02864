from markupsafe import Markup
from odoo import api, models
from odoo.tools import SQL

from ...dunning.thanked import RESTS
from ..common.formatting import date_text
from ..common.instalment_key import is_held
from ..facts.of_instalments import open_tasks
from .sentences import PARAGRAPH


class CollectionRemaining(models.AbstractModel):
    """What thanks say of what is still open, and until when (A5)."""

    _name = "collection.remaining"
    _inherit = ["collection.message.sums"]
    _description = "Collection: what remains after a payment"

    @api.model
    def _say(self, spoken):
        """What is open of the invoices that were paid for, and until when; empty where nothing is."""
        followup = spoken.followup
        open_of, silent = self._open_of_batch(spoken.batch)
        rest = open_of[followup.id]
        kept = self.env["collection.thanks"]._kept(followup)
        credit = Markup()
        if followup.currency_id.compare_amounts(kept, 0) > 0:
            credit = PARAGRAPH % self.env._(
                "%s of it stands to your credit.", self._amount(spoken, kept)
            )
        return credit + (PARAGRAPH % self._in_words(spoken, rest, silent) if rest else Markup())

    def _in_words(self, spoken, rest, silent):
        """What is still open and until when.

        :param rest: ``collection.instalment`` that are open, the oldest due date first; at least one
        :param silent: ids of those that nobody is asked for, as `_silent_among` has them
        """
        late = self._late_of(spoken, rest)
        words = {
            "amount": self._amount(spoken, sum(rest.mapped("residual_currency"))),
            "first": self._amount(spoken, rest[0].residual_currency),
            "count": len(rest),
            "day": date_text(self.env, rest[0].due_date),
        }
        if late and silent.isdisjoint(late.ids):
            return self._late_in_words(spoken, late, words)
        if len(rest) == 1 and not late:
            return self.env._("%(amount)s remains open, due on %(day)s.", **words)
        if len(rest) == 1:
            return self.env._(
                "%(amount)s remains open, with the due date %(day)s. If you need another date, just "
                "reply.",
                **words,
            )
        if late:
            return self.env._(
                "%(amount)s remains open in %(count)s instalments, the first of %(first)s with the due "
                "date %(day)s.",
                **words,
            )
        return self.env._(
            "%(amount)s remains open in %(count)s instalments; the next, %(first)s, is due on %(day)s.",
            **words,
        )

    def _late_in_words(self, spoken, late, words):
        """What is late already is asked for, by the day until which reminders then rest.

        :param late: ``collection.instalment``
        :param words: about all that remains
        """
        until = self.env["collection.words"]._say_answer_date(spoken)
        if words["count"] == 1:
            return self.env._(
                "%(amount)s remains open, and has been due since %(day)s: please pay it by %(until)s, "
                "or tell us which date works for you.",
                **words,
                until=until,
            )
        return self.env._(
            "%(amount)s remains open in %(count)s instalments. Of that, %(late)s has been due since "
            "%(day)s: please pay it by %(until)s, or tell us which date works for you.",
            **words,
            until=until,
            late=self._amount(spoken, sum(late.mapped("residual_currency"))),
        )

    def _late_of(self, spoken, rest):
        """Those of what remains that are late on this day, by the bank days of the customer (A3)."""
        company, key = spoken.debtor.company_id.sudo(), spoken.debtor.calendar_key
        return rest.filtered(
            lambda i: company._collection_counts_from(i.due_date, key) < spoken.today
        )

    def _silent_among(self, open_ones):
        """Those about which more than a contact of these days keeps the ruler silent: a hold, a review, a
        credit, a payment under way. They are named, and nobody is asked for them.

        :param open_ones: ``collection.instalment``
        :return: ids
        """
        tasks = open_tasks(self.env, open_ones.debtor_id.ids)
        silent = {i.id for i in open_ones if i.waiting_reason and i.waiting_reason not in RESTS}
        silent |= {key for key, task in tasks.items() if task.is_review}
        self.env["collection.hold"].flush_model()
        for company, own in open_ones.grouped(lambda i: i.debtor_id.company_id).items():
            held = is_held("i", company._collection_today())
            ids = tuple(own.ids)
            query = SQL("SELECT id FROM collection_instalment i WHERE id IN %s AND %s", ids, held)
            silent |= {row[0] for row in self.env.execute_query(query)}
        return silent

    def _open_of_batch(self, batch):
        """What is open of invoices that are thanked for, read once for all thanks of a batch.

        :param batch: Batch
        :return: ({follow-up id: ``collection.instalment`` in its currency, the oldest due date first}, ids of
            those of them that nobody is asked for)
        """
        if "remaining" in batch.known:
            return batch.known["remaining"]
        thanks = [spoken for spoken in batch.values() if spoken.is_thanks]
        moves = {move for spoken in thanks for move in spoken.moves}
        found = self.env["collection.instalment"].sudo()
        found = found.search(
            [("move_id", "in", list(moves)), ("is_open", "=", True)], order="due_date, id"
        )
        by_key = found.grouped(lambda i: (i.move_id.id, i.debtor_id, i.currency_id))
        result = {}
        for spoken in thanks:
            keys = [(move, spoken.debtor, spoken.followup.currency_id) for move in spoken.moves]
            rest = found.browse().union(*(by_key[key] for key in keys if key in by_key))
            result[spoken.followup.id] = rest.sorted(lambda i: (i.due_date, i.id))
        batch.known["remaining"] = result, self._silent_among(found)
        return batch.known["remaining"]
