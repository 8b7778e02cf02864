"""Late charges: by whom they may be asked for, from when, once, and apart from the principal (D6, A3)."""

from odoo.addons.collection_ruler.tests.common import CollectionCommon


class ChargeCase(CollectionCommon):
    """Acme, a company in Germany, owes; its ruler may charge 36.5 % a year: a thousandth a day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.acme = cls.env["res.partner"].create(
            {
                "name": "Acme",
                "is_company": True,
                "email": "accounts@acme.example.com",
                "country_id": cls.env.ref("base.de").id,
                "lang": "en_US",
            }
        )
        cls.rule = cls.charge_rule(interest_period="year_365")
        cls.add_rate(36.5)
        cls.ruler.charge_rule_id = cls.rule
        cls.collector = cls.new_user(
            "charging", "collection_ruler.collection_ruler_group_collector"
        )

    @classmethod
    def charge_rule(cls, **values):
        return cls.env["collection.charge.rule"].create(
            {
                "name": "Contract",
                "basis": "Clause 7 of our contract.",
                "currency_id": cls.company.currency_id.id,
                **values,
            }
        )

    @classmethod
    def add_rate(cls, percent, day="2020-01-01", rule=None):
        return cls.env["collection.charge.rate"].create(
            {"rule_id": (rule or cls.rule).id, "date_from": day, "percent": percent}
        )

    def owe(self, due="2026-03-09", amount=1000.0, partner=None, **values):
        """An invoice that the running ruler has taken."""
        if self.ruler.state == "draft":
            self.activate("2026-03-02")
        move = self.invoice(due, amount, partner or self.acme, date="2026-03-02", **values)
        with self.at("2026-03-02 10:00"):
            self.run_ruler("enrol")
        return move

    def counted(self, move, day="2026-03-19"):
        """(kind, days, base, amount) of what may be charged that day, or why nothing."""
        self.env.flush_all()
        with self.at(f"{day} 12:00"):
            (one,) = self.env["collection.charge"]._count(self.instalments(move)).values()
        if one.why_not:
            return str(one.why_not)
        return [(ln.kind, ln.days, float(ln.base), float(ln.amount)) for ln in one.lines]

    def charges(self):
        """All that was charged by this company, in the order of charging."""
        own = [("company_id", "=", self.company.id)]
        return self.env["collection.charge"].search(own, order="id")

    def dialog(self, partner=None, user=None):
        debtor = self.debtor(partner or self.acme).with_user(user or self.collector)
        action = debtor.action_charge()
        return debtor.env[action["res_model"]].browse(action["res_id"])

    def paid_aside(self, amount, day="2026-03-09", **values):
        """Money of Acme that nobody has reconciled."""
        with self.at(f"{day} 12:00"):
            self.env["account.payment"].create(
                {
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": self.acme.id,
                    "amount": amount,
                    "journal_id": self.bank_journal.id,
                    "date": day,
                    **values,
                }
            ).action_post()
            self.env.flush_all()

    def issue(self, day="2026-03-19", partner=None, take=None):
        """A collector makes the draft; returns it."""
        with self.at(f"{day} 12:00"):
            dialog = self.dialog(partner)
            if take is not None:
                dialog.line_ids.take = take
            dialog.action_issue()
            self.env.flush_all()
        charges = self.charges()
        return charges[-1:].debit_move_id
