from contextlib import suppress

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import email_normalize, format_date

from ...dunning.calendar import CalendarError
from ...dunning.creditor import is_same_number, registry_label, tax_label
from ...dunning.replies import LONGEST_WAIT, MOST_WAIT, QUIET_DAYS
from ..common.formatting import one_line
from .account_payment_method_line import MOST_DAYS
from .bank_data import old_bank_data


class ResCompany(models.Model):
    _inherit = "res.company"

    collection_bank_stale_days = fields.Integer(
        string="Bank data is old after",
        default=2,
        help="Working days. While the newest bank statement is older, nobody is asked for what is "
        "overdue, since a payment may have come; notices before the due date go on. 0: never. "
        "Where no bank statements are kept, this changes nothing.",
    )
    collection_settlement_days = fields.Integer(
        string="Money takes",
        help="Bank days until a payment stands in your books. Who paid on the due date is not asked before "
        "they have passed. 0: none. A method of payment may have days of its own, in its journal.",
    )
    collection_reply_days = fields.Integer(
        string="A reply waits for",
        default=LONGEST_WAIT,
        help="Working days. Who replied hears nothing from the ruler until somebody has answered. After so "
        "many days without an answer a manager is asked, and the next message wants approval.",
    )
    collection_thanks_days = fields.Integer(
        string="Thank for payments of the last days",
        default=5,
        help="Older payments, entered late, are not thanked for.",
    )

    collection_capacity = fields.Integer(
        string="Calls and tasks that your team can do a day",
        help="The forecast names the days on which there is more to do. 0: unknown.",
    )
    collection_paused_until = fields.Date(
        string="Pause all sending until",
        help="Nothing leaves before this day, whatever the ruler; then what came meanwhile is caught up "
        "with one message per customer.",
    )
    collection_test_email = fields.Char(
        string="Test mode: send everything to",
        help="All messages go to this address instead of to customers. They count as said: what was "
        "sent in test mode is not sent again to the customer.",
    )
    collection_notice = fields.Char(compute="_compute_collection_notice")
    collection_address = fields.Char(compute="_compute_collection_address")
    collection_creditor = fields.Char(compute="_compute_collection_creditor", compute_sudo=True)

    @api.depends("partner_id")
    @api.depends_context("lang")
    def _compute_collection_address(self):
        """The creditor's address in one line, which stands under each message (C7)."""
        for company in self:
            company.collection_address = one_line(company.sudo().partner_id)

    @api.depends("collection_address", "vat", "company_registry", "phone", "email")
    @api.depends_context("lang")
    def _compute_collection_creditor(self):
        """Who is owed, complete, in the reader's language, as it stands under each message (C7)."""
        for company in self:
            vat, number, country = company.vat, company.company_registry, company.country_id
            parts = [company.name, company.collection_address]
            if vat:
                label = tax_label(country.code, country.vat_label)
                parts.append(f"{label or self.env._('Tax ID')} {vat}")
            if number and not is_same_number(number, vat):
                label = registry_label(country.code, number)
                label = self.env._("Company no.") if label == "" else label
                parts.append(f"{label} {number}" if label else number)
            parts += [company.phone, company.email]
            company.collection_creditor = " · ".join(filter(None, parts))

    @api.depends(
        "collection_paused_until",
        "collection_test_email",
        "collection_bank_stale_days",
        "collection_breaker_on",
        "collection_breaker_allowed_on",
    )
    def _compute_collection_notice(self):
        """What everybody who looks at collections has to know at this moment, in a sentence."""
        for company in self:
            notices = []
            if company._collection_is_paused():
                until = format_date(self.env, company.collection_paused_until)
                notices.append(self.env._("All sending is paused until %s.", until))
            if company.collection_test_email:
                notices.append(
                    self.env._(
                        "Test mode: every message goes to %s instead of to customers.",
                        company.collection_test_email,
                    )
                )
            if company._collection_is_stopped_by_breaker():
                notices.append(company._collection_breaker_text())
            old = None
            with suppress(CalendarError):  # the page on which hours are mended has to open
                old = old_bank_data(company)
            if old:
                notices.append(
                    self.env._(
                        "The newest bank data is of %(day)s (%(journal)s): nobody is asked for what is "
                        "overdue until newer data is there.",
                        day=format_date(self.env, old[0]),
                        journal=old[1].sudo().name,
                    )
                )
            company.collection_notice = " ".join(notices)

    _collection_capacity = models.Constraint(
        "CHECK (collection_capacity >= 0)",
        "A team cannot do less than no calls and tasks a day. Enter 0 if you do not know.",
    )

    def _collection_is_paused(self):
        """Whether nothing leaves today, by the company's calendar (A13)."""
        self.ensure_one()
        until = self.collection_paused_until
        return bool(until) and self._collection_today() < until

    @api.constrains("collection_settlement_days")
    def _check_collection_settlement_days(self):
        for company in self:
            if not 0 <= company.collection_settlement_days <= MOST_DAYS:
                raise ValidationError(
                    self.env._("Money takes from 0 to %s bank days to arrive.", MOST_DAYS)
                )

    @api.constrains("collection_reply_days")
    def _check_collection_reply_days(self):
        for company in self:
            if not QUIET_DAYS <= company.collection_reply_days <= MOST_WAIT:
                raise ValidationError(
                    self.env._(
                        "A reply waits for an answer for %(least)s to %(most)s working days.",
                        least=QUIET_DAYS,
                        most=MOST_WAIT,
                    )
                )

    @api.constrains("collection_test_email")
    def _check_collection_test_email(self):
        for company in self:
            address = company.collection_test_email
            if address and not email_normalize(address):
                raise ValidationError(
                    self.env._("“%s” is no e-mail address to send test messages to.", address)
                )
