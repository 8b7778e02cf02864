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
        before = fields.Date.to_date(due) - timedelta(days=14)
        move = self.invoice(due, amount, partner, date=str(before), **values)
        self.pay(move, date=on)
        return move

    def always(self, late, count=3, partner=None):
        """Somebody who pays so many days late, each month anew."""
        for month in range(1, count + 1):
            due = fields.Date.to_date(f"2026-0{month}-06")  # no holiday, no weekend but in June
            self.paid(str(due), str(due + timedelta(days=late)), partner=partner)

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
