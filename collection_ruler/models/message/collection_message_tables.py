from odoo import api, models

from ...dunning.message_shape import rows_shown
from ..common.formatting import date_text
from .parts import render_parts
from .spoken import NOTHING


class CollectionMessageTables(models.AbstractModel):
    """The tables of messages: what they ask for, and what comes due next (B5, D1, D4)."""

    _name = "collection.message.tables"
    _inherit = ["collection.message.sums"]
    _description = "Collection: tables of messages"

    @api.model
    def _due(self, batch):
        """What messages ask for: {follow-up id: Markup}.

        :param batch: list of Spoken
        """
        others = self.env["collection.other.debts"]
        tables = [
            self._shown(self._asked_groups(spoken))
            | {"unused": self._unused(spoken), "also": others._say(spoken)}
            for spoken in batch
        ]
        return self._rendered(batch, tables)

    @api.model
    def _coming(self, batch):
        """What comes due next: {follow-up id: Markup}, for those with something.

        :param batch: list of Spoken
        """
        batch = [spoken for spoken in batch if spoken.coming]
        tables = [
            self._shown(
                [self._group(spoken, spoken.coming, *rows_shown([len(spoken.coming)]))], coming=True
            )
            for spoken in batch
        ]
        return self._rendered(batch, tables)

    def _rendered(self, batch, tables):
        rendered = render_parts(self.env, "collection_ruler.message_table", tables)
        return {s.followup.id: html for s, html in zip(batch, rendered, strict=True)}

    def _asked_groups(self, spoken):
        """What it asks for, by currency, its own first: no sum over currencies (D4).

        :return: list of {``rows``, ``credit`` and ``total`` (texts or False)}
        """
        asked = spoken.asked
        if spoken.is_thanks:
            return [{"rows": self._rows(spoken, asked)}] if asked else []
        parts = [[p for p in asked if p.currency == currency] for currency in spoken.currencies]
        sums = spoken.statement_less(self._credits(spoken)).sums
        groups = []
        for currency, own, most in zip(
            spoken.currencies, parts, rows_shown([len(part) for part in parts]), strict=True
        ):
            total = sums.get(currency, NOTHING)
            # a single row is paid by the button above the table; rows do not know the credit
            linked = len(asked) > 1 and not total.credit
            groups.append(
                {
                    **self._group(spoken, own, most, linked),
                    "total": self._amount(spoken, total.net, currency),
                    "credit": total.credit and self._amount(spoken, -total.credit, currency),
                }
            )
        return groups

    def _group(self, spoken, pieces, most, linked=False):
        """Rows of one currency, the oldest first; of more than fit, how many and how much (C9)."""
        rest = pieces[most:]
        more = rest and self._amount(spoken, sum(p.residual for p in rest), rest[0].currency)
        rows = self._rows(spoken, pieces[:most], linked)
        return {"rows": rows, "more": len(rest), "more_amount": more}

    def _shown(self, groups, coming=False):
        """A table, for a stored view that an administrator may change."""
        lacking = {"total": False, "credit": False, "more": 0, "more_amount": False}
        groups = [lacking | group for group in groups]
        return {"groups": groups, "coming": coming, "unused": [], "also": False}

    def _rows(self, spoken, pieces, linked=False):
        """The rows of a table.

        :param linked: whether each row leads to a payment of its own
        """
        button = self.env["collection.pay.button"]
        return [
            {
                "number": piece.number,
                "nth": piece.nth,
                "of": piece.of,
                "subject": piece.subject,
                "due": date_text(self.env, piece.due_date, "medium"),
                "days": max(0, (spoken.today - piece.effective_due).days),
                "today": piece.effective_due == spoken.today,
                "moved": piece.effective_due != piece.due_date,
                "amount": self._amount(spoken, piece.residual, piece.currency),
                "link": linked and button._link_of_row(piece),
            }
            for piece in pieces
        ]
