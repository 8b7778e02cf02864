from datetime import timedelta

from markupsafe import Markup
from odoo import api, fields, models

from ...dunning.ladder import effective_due
from ..debtor.credits import credits_of
from .placeholders import SHOWN

# what is coming due is announced so many days ahead in the second table (B5)
COMING_DAYS = 31


class CollectionFollowup(models.Model):
    """The tables of a message: what it asks for, and what comes due next (B5, D1, D4)."""

    _inherit = "collection.followup"

    names_currencies = fields.Boolean(compute="_compute_names_currencies", compute_sudo=True)
    due_table = fields.Html(compute="_compute_due_table", compute_sudo=True, sanitize=False)
    coming_table = fields.Html(compute="_compute_coming_table", compute_sudo=True, sanitize=False)

    @api.depends("currency_id", "instalment_ids")
    def _compute_names_currencies(self):
        """Whether it speaks of several currencies: one sign, as "$", stands for many of them."""
        coming = self._coming()
        for followup in self:
            spoken = followup._spoken_currencies() | followup._coming_next(coming).currency_id
            followup.names_currencies = len(spoken) > 1

    def _spoken_currencies(self):
        """The ``res.currency`` of what the message is about, without what comes next."""
        self.ensure_one()
        return self._asked().currency_id | self.currency_id

    @api.depends("amount_due", "instalment_ids", "names_currencies")
    @api.depends_context("lang")
    def _compute_due_table(self):
        credits = self._credits_of_others()
        tables = [f._shown_table(f._asked_groups(credits.get(f.debtor_id.id, {}))) for f in self]
        rendered = self._render_parts("collection_ruler.message_tables", tables)
        for followup, table in zip(self, rendered, strict=True):
            followup.due_table = table

    @api.depends("instalment_ids", "names_currencies")
    @api.depends_context("lang")
    def _compute_coming_table(self):
        self.coming_table = Markup()
        tables, by_debtor = {}, self._coming()
        for followup in self:
            if coming := followup._coming_next(by_debtor):
                rows = followup._rows(coming)
                tables[followup] = followup._shown_table([{"rows": rows}], coming=True)
        rendered = self._render_parts("collection_ruler.message_tables", list(tables.values()))
        for followup, table in zip(tables, rendered, strict=True):
            followup.coming_table = table

    def _coming_next(self, by_debtor):
        """The instalments that come due soon and that it does not ask for; none with thanks.

        :param by_debtor: what `_coming` says
        """
        self.ensure_one()
        nothing = self.env["collection.instalment"]
        if self.purpose == "thanks":
            return nothing
        return by_debtor.get(self.debtor_id.id, nothing) - self.instalment_ids

    def _coming(self):
        """What comes due soon: {debtor id: ``collection.instalment``}; the second table, never a second
        message. Read once for all customers of a batch, whatever their templates."""
        memo = self.env.context.get("collection_memo", {})
        if "coming" not in memo:
            batch = self.browse(memo.get("writing", self.ids))
            found = self.env["collection.instalment"].sudo()
            for own in batch.debtor_id.grouped("company_id").values():
                today = own[:1]._local_today()
                until = today + timedelta(days=COMING_DAYS)
                found += found.browse(
                    self.env["collection.snapshot"]._coming(own.ids, today, until)
                )
            found.fetch(["debtor_id", *SHOWN])
            found.move_id.fetch(["name"])
            grouped = found.grouped("debtor_id")
            coming = {debtor.id: own for debtor, own in grouped.items()}
            if "writing" not in memo:
                return coming
            memo["coming"] = coming
        return memo["coming"]

    def _credits_of_others(self):
        """What customers have in their favour, for messages that ask in several currencies: {debtor id:
        {``res.currency``: amount}}. Read once for all customers of a batch (D2)."""
        memo = self.env.context.get("collection_memo", {})
        batch = self.browse(memo.get("writing", ())) | self
        if memo.get("credits", (None,))[0] != batch.ids:
            several = batch.filtered(lambda f: f.instalment_ids.currency_id - f.currency_id)
            memo["credits"] = (batch.ids, credits_of(several.debtor_id) if several else {})
        return memo["credits"][1]

    def _asked_groups(self, credits):
        """What it asks for, by currency, its own first: no sum over currencies (D4).

        :param credits: what the customer has in its favour: {``res.currency``: amount}
        :return: list of {``rows``, ``credit`` and ``total`` (texts or False)}
        """
        self.ensure_one()
        asked = self._asked()
        if self.purpose == "thanks":
            return [{"rows": self._rows(asked)}] if asked else []
        groups = []
        by_currency = asked.grouped("currency_id")
        for currency in self.currency_id | asked.currency_id:
            own = by_currency.get(currency, asked.browse())
            total = sum(own.mapped("residual_currency"))
            owed = self.amount_due
            if currency != self.currency_id:  # the door counted only what is owed in its own
                owed = max(0.0, currency.round(total - credits.get(currency, 0.0)))
            credit = currency.round(total - owed)
            # a single row is paid by the button below the table; rows do not know the credit
            linked = len(asked) > 1 and not credit
            groups.append(
                {
                    "rows": self._rows(own, linked),
                    "total": self._amount_text(owed, currency, self.names_currencies),
                    "credit": currency.compare_amounts(credit, 0) > 0
                    and self._amount_text(-credit, currency, self.names_currencies),
                }
            )
        return groups

    def _shown_table(self, groups, coming=False):
        """A table, for a stored view that an administrator may change."""
        return {"groups": [{"total": False, "credit": False} | g for g in groups], "coming": coming}

    def _rows(self, instalments, linked=False):
        """The rows of a table.

        :param linked: whether each row leads to a payment of its own
        """
        self.ensure_one()
        today = self.debtor_id._local_today()
        counts_from = {i: self._counts_from(i, today) for i in instalments}
        return [
            {
                "number": instalment.move_id.name,
                "due": self._date_text(instalment.due_date),
                "days": max(0, (today - counts_from[instalment]).days),
                "today": counts_from[instalment] == today,
                "amount": self._amount_text(
                    instalment.residual_currency, instalment.currency_id, self.names_currencies
                ),
                "link": linked
                and self._takes_payment(instalment.move_id, instalment.currency_id)
                and self._move_payment_link(instalment),
            }
            for instalment in instalments
        ]

    def _counts_from(self, instalment, today):
        """The day from which an instalment's days overdue count (A3)."""
        ruler, due = instalment.ruler_id, instalment.due_date
        if ruler and due < today:
            return effective_due(ruler._to_ladder(), self.debtor_id._place_calendar(), due)
        return due
