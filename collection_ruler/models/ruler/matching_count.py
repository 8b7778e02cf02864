import logging

import psycopg2
from odoo import api, fields, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)


class CollectionRuler(models.Model):
    """How many customers all conditions of a ruler leave, while they are written (A6)."""

    _inherit = "collection.ruler"

    who_words = fields.Char(compute="_compute_who_words")

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
    def _compute_who_words(self):
        """Nothing is counted before a ruler of the company ran: until then no instalment is known."""
        self.who_words = False
        rulers = [ruler for ruler in self if ruler._who_can_be_counted()]
        counts = self._count_who(rulers) if rulers else ()
        for ruler, (company_is_known, customers, invoices) in zip(rulers, counts, strict=True):
            if company_is_known:
                ruler.who_words = self.env._(
                    "All of this together: %(customers)s, %(invoices)s.",
                    customers=ruler._who_number(customers, "customers"),
                    invoices=ruler._who_number(invoices, "invoices"),
                )

    def _who_can_be_counted(self):
        """Whether the filter, which may be half written, can be asked."""
        try:
            self._conditions()
        except psycopg2.Error:  # nobody's filter, and the transaction is gone: Odoo deals with it
            raise
        except Exception as error:  # a person is still at it; saving says what is wrong
            _logger.info("The filter of the ruler “%s” cannot be counted: %s", self.name, error)
            return False
        return bool(self.company_id)

    def _who_number(self, number, what):
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

    def _count_who(self, rulers):
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
