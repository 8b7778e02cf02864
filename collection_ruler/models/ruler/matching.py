from odoo import fields, models
from odoo.tools import SQL, format_amount, format_list


class CollectionRuler(models.Model):
    """Which invoices a ruler takes: those that meet all its conditions, if no ruler before it does (A6)."""

    _inherit = "collection.ruler"

    customer_kind = fields.Selection(
        [("company", "Companies"), ("person", "Persons")],
        string="Customers are",
        help="Empty: both.",
    )
    country_ids = fields.Many2many("res.country", string="Customers in")
    profiles = fields.Many2many(
        "collection.payer.class",
        string="Payers",
        help="Only customers who usually pay like that. Nothing ticked: all.",
    )
    amount_min = fields.Monetary(
        string="Invoices of at least",
        help="The total of the invoice, in the currency of the company. 0: all.",
    )
    payment_term_ids = fields.Many2many("account.payment.term", string="Payment terms")
    journal_ids = fields.Many2many(
        "account.journal",
        string="Journals",
        domain="[('type', 'in', ('sale', 'general')), ('company_id', 'child_of', company_id)]",
    )

    def _taking(self, company, today):
        """The rulers of a root company that take invoices on a local day, in the order of their turn.

        A paused one takes too: no other may speak in its place.
        """
        rulers = self.search([("company_id", "=", company.id), ("state", "!=", "draft")])
        return rulers.filtered(lambda ruler: ruler._is_valid_on(today))

    def _conditions(self):
        """What an invoice has to meet.

        :return: [(words, ``SQL`` over m, the entry, p, the customer, and d, the debtor)]
        """
        self.ensure_one()
        _ = self.env._
        found = []
        if self.customer_kind:
            kinds = dict(self._fields["customer_kind"]._description_selection(self.env))
            is_company = self.customer_kind == "company"
            found.append(
                (kinds[self.customer_kind].lower(), SQL("p.is_company IS %s", SQL(str(is_company))))
            )
        if countries := self.country_ids:
            words = _("customers in %s", ", ".join(countries.mapped("name")))
            found.append((words, SQL("p.country_id IN %s", tuple(countries.ids))))
        if profiles := self.profiles:
            who = format_list(self.env, profiles.mapped("who"), "or")
            found.append(
                (who, SQL("coalesce(d.profile, 'new') IN %s", tuple(profiles.mapped("code"))))
            )
        domain = self._partner_domain()
        if not domain.is_true():
            partners = (
                self.env["res.partner"].sudo().with_context(active_test=False)._search(domain)
            )
            found.append((_("customers of its filter"), SQL("p.id IN %s", partners.subselect())))
        if self.amount_min:
            words = _("invoices of at least %s", self._amount_words(self.amount_min))
            found.append((words, SQL("abs(m.amount_total_signed) >= %s", self.amount_min)))
        if terms := self.sudo().payment_term_ids:
            words = _("payment terms %s", ", ".join(terms.mapped("name")))
            found.append((words, SQL("m.invoice_payment_term_id IN %s", tuple(terms.ids))))
        if journals := self.sudo().journal_ids:
            words = _("journal %s", ", ".join(journals.mapped("name")))
            found.append((words, SQL("m.journal_id IN %s", tuple(journals.ids))))
        return found

    def _amount_words(self, amount):
        return format_amount(self.env, amount, self.currency_id)

    def _match(self):
        """Whether an invoice meets all conditions, as ``SQL`` over m, p and d."""
        conditions = [condition for _words, condition in self._conditions()]
        return SQL(" AND ").join(conditions) if conditions else SQL("TRUE")

    def _missed(self, instalments):
        """Which conditions of these rulers instalments do not meet.

        :return: {instalment id: {ruler id: [words]}}, an empty list where the ruler matches
        """
        if not self or not instalments:
            return {}
        conditions = [(ruler.id, *one) for ruler in self for one in ruler._conditions()]
        for model in ("account.move", "res.partner", "collection.debtor"):
            self.env[model].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT i.id %(met)s
                  FROM collection_instalment i
                  JOIN account_move m ON m.id = i.move_id
                  JOIN collection_debtor d ON d.id = i.debtor_id
                  JOIN res_partner p ON p.id = d.partner_id
                 WHERE i.id IN %(ids)s
                """,
                met=SQL("").join(SQL(", (%s) IS TRUE", sql) for _ruler, _words, sql in conditions),
                ids=tuple(instalments.ids),
            )
        )
        result = {}
        for instalment, *met in rows:
            missed = result[instalment] = {ruler.id: [] for ruler in self}
            for (ruler, words, _sql), is_met in zip(conditions, met, strict=True):
                if not is_met:
                    missed[ruler].append(words)
        return result
