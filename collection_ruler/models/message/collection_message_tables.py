from datetime import timedelta

from odoo import api, models

from ...dunning.message_shape import rows_shown
from ..common.formatting import amount_text, date_text
from ..common.memo import memo_of
from ..debtor.credits import unused_credits
from .collection_message_sums import NOTHING
from .parts import render_parts
from .row_words import row_words

# what the tables show of an instalment
SHOWN = ["move_id", "due_date", "ruler_id", "residual_currency", "currency_id"]
SHOWN_OF_INVOICES = [
    "name",
    "move_type",
    "currency_id",
    "partner_id",
    "company_id",
    "partner_bank_id",
    "payment_reference",
    "ref",
    "invoice_origin",
]
# what is coming due is announced so many days ahead in the second table (B5)
COMING_DAYS = 31


class CollectionMessageTables(models.AbstractModel):
    """The tables of messages: what they ask for, and what comes due next (B5, D1, D4)."""

    _name = "collection.message.tables"
    _inherit = ["collection.message.sums"]
    _description = "Collection: tables of messages"

    @api.model
    def _fetch(self, followups):
        """Read what the messages of a batch speak about, and of wide tables only that."""
        self._coming_of_batch(followups)  # which reads what is asked for along with what comes
        instalments = followups.instalment_ids
        instalments.fetch(SHOWN)
        instalments.move_id.fetch(SHOWN_OF_INVOICES)

    @api.model
    def _due(self, followups):
        """What messages ask for: {``collection.followup``: Markup}."""
        credits = self._credits_of_others(followups)
        unused, also = self._unused(followups), self.env["collection.other.debts"]._say(followups)
        tables = [
            self._shown(self._asked_groups(f, credits.get(f.debtor_id.id, {})))
            | {"unused": self._unused_texts(f, unused.get(f.debtor_id.id, {}))}
            | {"also": also.get(f, False)}
            for f in followups
        ]
        rendered = render_parts(self.env, "collection_ruler.message_table", tables)
        return dict(zip(followups, rendered, strict=True))

    @api.model
    def _coming(self, followups):
        """What comes due next: {``collection.followup``: Markup}, for those with something."""
        tables, by_debtor = {}, self._coming_of_batch(followups)
        for followup in followups:
            if coming := self._coming_next(followup, by_debtor):
                group = self._group(followup, coming, *rows_shown([len(coming)]))
                tables[followup] = self._shown([group], coming=True)
        parts = list(tables.values())
        rendered = render_parts(self.env, "collection_ruler.message_table", parts)
        return dict(zip(tables, rendered, strict=True))

    @api.model
    def _coming_next(self, followup, by_debtor):
        """The instalments that come due soon and that it does not ask for; none with thanks.

        :param by_debtor: what `_coming_of_batch` says
        """
        coming = by_debtor.get(followup.debtor_id.id)
        if not coming or followup.purpose == "thanks":
            return self.env["collection.instalment"]
        return self._of_reader(followup, coming) - followup.instalment_ids

    @api.model
    def _coming_of_batch(self, followups):
        """What comes due soon: {debtor id: ``collection.instalment``}; the second table, never a second
        message. Read once for all customers of a batch, whatever their templates."""
        memo = memo_of(self.env)
        if "coming" not in memo:
            batch = followups.browse(memo.get("writing", followups.ids))
            found = self.env["collection.instalment"].sudo()
            for own in batch.debtor_id.grouped("company_id").values():
                today = own[:1]._local_today()
                until = today + timedelta(days=COMING_DAYS)
                coming = self.env["collection.snapshot"]._coming(own.ids, today, until)
                found += found.browse(coming)
            shown = found | batch.instalment_ids  # in one go
            shown.fetch(["debtor_id", *SHOWN])
            shown.move_id.fetch(SHOWN_OF_INVOICES)
            shown.move_id.partner_id.fetch(["country_id"])  # ways to pay go by it
            coming = {debtor.id: own for debtor, own in found.grouped("debtor_id").items()}
            if "writing" not in memo:
                return coming
            memo["coming"] = coming
        return memo["coming"]

    def _unused(self, followups):
        """What customers have in their favour that pays nothing of what is open, by its currency or its
        account: {debtor id: {``res.currency``: amount}}. Read once for all customers of a batch (D2)."""
        memo = memo_of(self.env)
        batch = followups.browse(memo.get("writing", ())) | followups
        if memo.get("unused", (None,))[0] != batch.ids:
            with_credit = batch.debtor_id.filtered("amount_credit")
            memo["unused"] = (batch.ids, unused_credits(with_credit) if with_credit else {})
        return memo["unused"][1]

    def _unused_texts(self, followup, unused):
        """Such credits as the reader writes them; thanks ask for nothing."""
        if followup.purpose == "thanks":
            return []
        return [self._amount(followup, a, currency) for currency, a in unused.items()]

    def _asked_groups(self, followup, credits):
        """What it asks for, by currency, its own first: no sum over currencies (D4).

        :param credits: what the customer has in its favour: {``res.currency``: amount}
        :return: list of {``rows``, ``credit`` and ``total`` (texts or False)}
        """
        asked = followup._asked()
        if followup.purpose == "thanks":
            return [{"rows": self._rows(followup, asked)}] if asked else []
        by_currency = asked.grouped("currency_id")
        currencies = followup.currency_id | asked.currency_id
        parts = [by_currency.get(currency, asked.browse()) for currency in currencies]
        sums = self._statement(followup, credits).sums
        owed = self._owed(followup)
        groups = []
        for currency, own, most in zip(
            currencies, parts, rows_shown([len(part) for part in parts]), strict=True
        ):
            total = sums.get(currency.name, NOTHING)
            # a single row is paid by the button above the table; rows do not know the credit
            linked = len(asked) > 1 and not total.credit
            groups.append(
                {
                    **self._group(followup, own, most, linked, owed),
                    "total": self._amount(followup, total.net, currency),
                    "credit": total.credit and self._amount(followup, -total.credit, currency),
                }
            )
        return groups

    def _group(self, followup, instalments, most, linked=False, owed=None):
        """Rows of one currency, the oldest first; of more than fit, how many and how much (C9)."""
        rest = instalments[most:]
        return {
            "rows": self._rows(followup, instalments[:most], linked, owed),
            "more": len(rest),
            "more_amount": rest
            and self._amount(followup, sum(rest.mapped("residual_currency")), rest[:1].currency_id),
        }

    def _shown(self, groups, coming=False):
        """A table, for a stored view that an administrator may change."""
        lacking = {"total": False, "credit": False, "more": 0, "more_amount": False}
        groups = [lacking | group for group in groups]
        return {"groups": groups, "coming": coming, "unused": [], "also": False}

    def _words_of_batch(self, followups):
        """What rows say beside the amounts, read once for all messages: {instalment id: RowWords}."""
        memo = memo_of(self.env)
        if "rows" in memo:
            return memo["rows"]
        batch = followups.browse(memo.get("writing", followups.ids))
        shown = batch.instalment_ids.union(*self._coming_of_batch(batch).values())
        for followup in batch.filtered(lambda f: f.purpose == "thanks"):
            shown |= followup._asked()
        words = row_words(self.env, shown)
        if "writing" in memo:
            memo["rows"] = words
        return words

    def _rows(self, followup, instalments, linked=False, owed=None):
        """The rows of a table.

        :param linked: whether each row leads to a payment of its own
        :param owed: what `_owed` says, where it is about these instalments
        """
        debtor, by_code = followup.debtor_id, followup.names_currencies
        if owed:
            today = owed[0]
            counts_from = {row.id: row.effective_due for row in owed[1]}
        else:
            today = debtor._local_today()
            counts_from = {i.id: self._counts_from(i, debtor, today) for i in instalments}
        button = self.env["collection.pay.button"]
        words = self._words_of_batch(followup)
        return [
            {
                "number": instalment.move_id.name,
                "nth": words[instalment.id].nth,
                "of": words[instalment.id].of,
                "subject": words[instalment.id].subject,
                "due": date_text(self.env, instalment.due_date, "medium"),
                "days": max(0, (today - counts_from[instalment.id]).days),
                "today": counts_from[instalment.id] == today,
                "moved": counts_from[instalment.id] != instalment.due_date,
                "amount": amount_text(
                    self.env, instalment.residual_currency, instalment.currency_id, by_code
                ),
                "link": linked and button._link_of_row(instalment),
            }
            for instalment in instalments
        ]
