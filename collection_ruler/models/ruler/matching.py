import logging

import psycopg2
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, format_amount, format_list

from .customer_filter import customers_by

_logger = logging.getLogger(__name__)


class CollectionRuler(models.Model):
    """Which invoices a ruler takes: those that meet all its conditions, if no ruler before it does (A6)."""

    _inherit = "collection.ruler"

    partner_domain = fields.Char(
        string="Customers", default="[]", help="Only customers who match are taken by this ruler."
    )
    customer_kind = fields.Selection(
        [("company", "Companies"), ("person", "Persons")],
        string="Customers are",
        help="Empty: both.",
    )
    country_ids = fields.Many2many("res.country", string="Customers in")
    profiles = fields.Many2many(
        "collection.payer.class",
        string="Payers",
        help="Only customers who usually pay like that. Nothing selected: all.",
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
    matching_text = fields.Char(compute="_compute_matching_text")

    @api.constrains("partner_domain")
    def _check_partner_domain(self):
        for ruler in self:
            try:
                self.env["res.partner"].search(ruler._partner_domain(), limit=1)
            except psycopg2.OperationalError:  # nobody's filter: Odoo tries again
                raise
            except Exception as error:
                raise ValidationError(
                    self.env._(
                        "The customers of the ruler “%(ruler)s” cannot be found with this filter: "
                        "%(error)s",
                        ruler=ruler.name,
                        error=error,
                    )
                ) from error

    def _partner_domain(self):
        """The customers' filter as a domain.

        :raise UserError: it is none, or asks for what a filter may not
        """
        self.ensure_one()
        return customers_by(self.env, self.partner_domain)

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
        found += self._filter_condition()
        if self.amount_min:
            words = _("invoices of at least %s", self._amount_label(self.amount_min))
            found.append((words, SQL("abs(m.amount_total_signed) >= %s", self.amount_min)))
        if terms := self.sudo().payment_term_ids:
            words = _("payment terms %s", ", ".join(terms.mapped("name")))
            found.append((words, SQL("m.invoice_payment_term_id IN %s", tuple(terms.ids))))
        if journals := self.sudo().journal_ids:
            words = _("journal %s", ", ".join(journals.mapped("name")))
            found.append((words, SQL("m.journal_id IN %s", tuple(journals.ids))))
        return found

    def _filter_condition(self):
        """What the customers' filter asks for; where it can be read no more, as its field is gone, the ruler
        takes nobody, and the others go on."""
        if self._why_no_filter():
            return [(self.env._("a filter of customers that cannot be read"), SQL("FALSE"))]
        domain = self._partner_domain()
        if domain.is_true():
            return []
        partners = self.env["res.partner"].sudo().with_context(active_test=False)._search(domain)
        return [(self.env._("customers of its filter"), SQL("p.id IN %s", partners.subselect()))]

    def _why_no_filter(self):
        """Why the customers' filter cannot be read, in a sentence; None where it can."""
        try:
            self._partner_domain()
        except UserError as error:
            return str(error)
        return None

    def _amount_label(self, amount):
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

    # ------------------------------------------------------------------
    # how many customers all conditions leave, while they are written (A6)
    # ------------------------------------------------------------------

    @api.depends(
        "company_id",
        "customer_kind",
        "country_ids",
        "profiles",
        "partner_domain",
        "amount_min",
        "payment_term_ids",
        "journal_ids",
    )
    @api.depends_context("lang")
    def _compute_matching_text(self):
        """Nothing is counted before a ruler of the company ran: until then no instalment is known."""
        self.matching_text = False
        rulers = [ruler for ruler in self if ruler._can_be_counted()]
        counts = self._count_matching(rulers) if rulers else ()
        for ruler, (company_is_known, customers, invoices) in zip(rulers, counts, strict=True):
            if company_is_known:
                ruler.matching_text = self.env._(
                    "All of this together: %(customers)s, %(invoices)s.",
                    customers=ruler._number_label(customers, "customers"),
                    invoices=ruler._number_label(invoices, "invoices"),
                )

    def _can_be_counted(self):
        """Whether the filter, which may be half written, can be asked."""
        try:
            self._partner_domain()
            self._conditions()
        except psycopg2.Error:  # nobody's filter, and the transaction is gone: Odoo deals with it
            raise
        except Exception as error:  # a person is still at it; saving says what is wrong
            _logger.info("The filter of the ruler “%s” cannot be counted: %s", self.name, error)
            return False
        return bool(self.company_id)

    def _number_label(self, number, what):
        if what == "customers":
            return (
                self.env._("1 customer who owes now")
                if number == 1
                else self.env._("%s customers who owe now", number)
            )
        return (
            self.env._("with 1 open invoice")
            if number == 1
            else self.env._("with %s open invoices", number)
        )

    def _count_matching(self, rulers):
        """Count for all of them in one query.

        :return: [(whether the company has open instalments, customers, invoices)]
        """
        for model in ("account.move", "res.partner", "collection.debtor", "collection.instalment"):
            self.env[model].flush_model()
        columns = []
        for ruler in rulers:
            own = SQL("d.company_id = %s", ruler.company_id.id)
            match = SQL("%s AND %s", own, ruler._match())
            columns += [
                SQL("count(*) FILTER (WHERE %s)", own),
                SQL("count(DISTINCT d.id) FILTER (WHERE %s)", match),
                SQL("count(DISTINCT m.id) FILTER (WHERE %s)", match),
            ]
        (row,) = self.env.execute_query(
            SQL(
                "SELECT %s FROM collection_instalment i JOIN account_move m ON m.id = i.move_id "
                "JOIN collection_debtor d ON d.id = i.debtor_id JOIN res_partner p ON p.id = d.partner_id "
                "WHERE i.is_open AND d.company_id IN %s",
                SQL(", ").join(columns),
                tuple({ruler.company_id.id for ruler in rulers}),
            )
        )
        return [row[number : number + 3] for number in range(0, len(row), 3)]
