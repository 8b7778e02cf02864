"""What the tests of payer profiles share: invoices that were paid some days late."""

from datetime import timedelta
from decimal import Decimal

from odoo import fields

from ..dunning.bank import bank_day
from ..dunning.profile import WINDOW_DAYS, Payment
from .common import CollectionCommon

TODAY = fields.Date.to_date("2026-06-01")


class ProfileCase(CollectionCommon):
    def look(self, day="2026-06-01", *verbs):
        """A run at noon, and the customer as a debtor."""
        with self.at(f"{day} 12:00"):
            self.run_ruler(*(verbs or ("enrol", "track", "profile")))
        return self.debtor()

    def paid(self, due, on, amount=100.0, partner=None, **values):
        """An invoice that was paid in full."""
        return self._paid([(due, on)], amount, partner, **values)

    def always(self, late, count=3, partner=None):
        """Somebody who pays so many days late, each month anew."""
        # no holiday, no weekend but in June
        dues = [fields.Date.to_date(f"2026-0{month}-06") for month in range(1, count + 1)]
        self._paid([(due, due + timedelta(days=late)) for due in dues], 100.0, partner)

    def _paid(self, days, amount, partner, **values):
        """Invoices that were paid in full, made together: one by one takes thrice as long.

        :param days: (due, paid on) of each
        """
        days = [tuple(map(fields.Date.to_date, pair)) for pair in days]
        moves = self.env["account.move"].create(
            [
                {
                    **self.invoice_values(due, amount, partner, due - timedelta(days=14)),
                    **values,
                }
                for due, _on in days
            ]
        )
        moves.action_post()
        moves.is_move_sent = True
        payments = self.env["account.payment"].create(
            [
                {
                    "partner_id": move.partner_id.id,
                    "amount": move.amount_total,
                    "currency_id": move.currency_id.id,
                    "date": on,
                    "journal_id": self.bank_journal.id,
                    "payment_type": "inbound",
                }
                for move, (_due, on) in zip(moves, days, strict=True)
            ]
        )
        payments.action_post()
        for move, payment in zip(moves, payments, strict=True):
            lines = (move + payment.move_id).line_ids
            lines.filtered(lambda line: line.account_type == "asset_receivable").reconcile()
        self.env.flush_all()
        return moves

    def facts(self, partner=None):
        """What the books say of a customer, read naively by the ORM: [dunning Payment]."""
        calendar = self.company._collection_calendar(key=self.debtor(partner).calendar_key)
        moves = self.env["account.move"].search(
            [
                ("commercial_partner_id", "=", (partner or self.customer).commercial_partner_id.id),
                ("move_type", "in", ("out_invoice", "out_receipt")),
                ("state", "=", "posted"),
            ]
        )
        payments = []
        for line in moves.line_ids.filtered(lambda x: x.account_type == "asset_receivable"):
            if line.balance <= 0:
                continue
            residual = 0 if line.no_followup else line.amount_residual
            due = bank_day(calendar, line.date_maturity, self.company.collection_bank_days)
            ago = (TODAY - due).days
            too_old = line.date_maturity < TODAY - timedelta(days=WINDOW_DAYS)
            if (residual and ago <= 0) or (too_old and not residual):
                continue
            key = line.move_id.id, line.date_maturity
            for partial in line.matched_credit_ids:
                counterpart = partial.credit_move_id
                if counterpart.journal_id.type in ("bank", "cash", "credit"):
                    late = (counterpart.date - due).days
                    payments.append(Payment(key, ago, late, Decimal(str(partial.amount))))
            if residual:
                payments.append(Payment(key, ago, ago, Decimal(str(residual))))
        return payments

    def sums(self, partner=None):
        """What the SQL adds up."""
        debtor = self.debtor(partner)
        found = self.env["collection.profile"]._sums(self.company, debtor, TODAY)
        return tuple(sorted(found[debtor.id], key=lambda one: one.age))
