from odoo import models
from odoo.tools import SQL, format_date

from ..dunning.sending import a_person_sends
from ..models.common.instalment_key import is_unsent


class CollectionRulerActivation(models.TransientModel):
    """What the dialog says before a ruler is switched on: what would happen, what to see to first (A8)."""

    _inherit = "collection.ruler.activation"

    def _sentences(self):
        """What would happen, and what to see to before, or to know: [sentence]."""
        self.ensure_one()
        if not self.instalment_count:
            return [self.env._("No open invoice is waiting for this ruler.")]
        return [
            self._say_count(),
            self._say_overdue(),
            *self._say_bank_days(),
            self._first_step(),
            *self._warnings(),
        ]

    def _say_count(self):
        """How many instalments it takes, of how many customers."""
        _ = self.env._
        customers = (
            _("1 customer") if self.customer_count == 1 else _("%s customers", self.customer_count)
        )
        if self.instalment_count == 1:
            return _("1 open instalment of %s.", customers)
        return _(
            "%(count)s open instalments of %(customers)s.",
            count=self.instalment_count,
            customers=customers,
        )

    def _say_overdue(self):
        """What becomes of those that are overdue, by the policy."""
        _, count = self.env._, self.overdue_count
        if not count:
            return _("None is overdue.")
        one, many = {
            "join": (
                _(
                    "1 is overdue: it joins silently at its step, and nobody is written to about it now. "
                    "Whoever never heard from us then gets the words of the first reminder."
                ),
                _(
                    "%s are overdue: they join silently at their steps, and nobody is written to now. "
                    "Whoever never heard from us then gets the words of the first reminder.",
                    count,
                ),
            ),
            "catch_up": (
                _("1 is overdue: its customer gets one message about it."),
                _("%s are overdue: each customer gets one message about all.", count),
            ),
            "restart": (
                _("1 is overdue: it is taken as if it were due today."),
                _("%s are overdue: they are taken as if they were due today.", count),
            ),
        }[self.backlog_policy]
        return one if count == 1 else many

    def _say_bank_days(self):
        """That some are not overdue yet, as banks are closed on the day that is written (A3)."""
        if not self.bank_day_count:
            return []
        return [
            self.env._(
                "Due on a day when banks are closed, so they count from the next one and are not overdue "
                "yet: %s.",
                self.bank_day_count,
            )
        ]

    def _first_step(self):
        """When something happens first, in a sentence."""
        self.ensure_one()
        _ = self.env._
        if self.next_date:
            day = format_date(self.env, self.next_date, date_format="EEEE, d MMMM y")
            if self.next_count == 1:
                return _("The first step comes on %(day)s, for 1 customer.", day=day)
            return _(
                "The first step comes on %(day)s, for %(count)s customers.",
                day=day,
                count=self.next_count,
            )
        return _("No further step comes for any of them.")

    # ------------------------------------------------------------------
    # warnings
    # ------------------------------------------------------------------

    def _warnings(self):
        """What to see to before, or to know."""
        return [
            *self._warn_of_unsent(),
            *self._warn_of_customers(),
            *self._warn_of_looks(),
            *self._no_way_to_pay(),
            *self._warn_of_mail_server(),
        ]

    def _warn_of_unsent(self):
        """What becomes of invoices that were not sent from Odoo yet."""
        if not self.unsent_count:
            return []
        words = {"count": self.unsent_count, "names": self.unsent_names}
        left = self.left_unsent_count
        said = [
            self.env._(
                "Invoices that were not sent from Odoo yet: %(count)s (%(names)s). Nothing is said about an "
                "invoice before its customer has it.",
                **words,
            )
        ]
        if left < self.unsent_count:
            said.append(
                self.env._(
                    "The ruler sends %s of them itself, each when its day comes.",
                    self.unsent_count - left,
                )
            )
        if left:
            said.append(
                self.env._(
                    "Left to you to send: %s. Where customers have them already, say so below, or they are "
                    "not reminded of them.",
                    left,
                )
            )
        return said

    def _mark_sent(self, ruler):
        """The customers have them already: no days of silence begin, as they had them all the time (A3)."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE account_move m SET is_move_sent = TRUE FROM collection_instalment i "
                "WHERE i.move_id = m.id AND i.is_open AND i.ruler_id = %s AND %s",
                ruler.id,
                is_unsent("i", "m"),
            )
        )
        self.env["account.move"].invalidate_model(["is_move_sent", "move_sent_values"])

    def _left_unsent(self, taken):
        """Ids of the invoices that are not sent yet, and of those among them that only a person will send."""
        ladder = self.ruler_id._to_ladder()
        unsent = [one for one in taken if one.unsent]
        left = {one.move_id for one in unsent if a_person_sends(ladder, one.watermark, one.by_hand)}
        return {one.move_id for one in unsent}, left

    def _warn_of_customers(self):
        """Whose holidays nobody knows, and who cannot be written to."""
        sentences = []
        if self.no_holidays:
            sentences.append(
                self.env._(
                    "Nobody knows the public holidays of %s: enter them as days off of your contact "
                    "hours, or customers are written to on them.",
                    self.no_holidays,
                )
            )
        if self.mute_count:
            sentences.append(
                self.env._(
                    "Customers without an e-mail address: %(count)s (%(names)s). Their messages fail until "
                    "one is added to them, or to a contact for invoices.",
                    count=self.mute_count,
                    names=self.mute_names,
                )
            )
        return sentences

    def _warn_of_looks(self):
        """What messages begin with where the company has no logo."""
        company = self.ruler_id.company_id
        if not company.uses_default_logo:
            return []
        return [
            self.env._(
                "%s has no logo yet: messages begin with its name. Add one to the company.",
                company.name,
            )
        ]

    def _no_way_to_pay(self):
        """What messages lack where nobody takes payments online."""
        company = self.ruler_id.company_id
        if self.env["collection.pay.button"]._providers_of(company):
            return []
        if company.partner_id.sudo().bank_ids:
            return [
                self.env._(
                    "No online payment is set up and published: messages show the bank details only."
                )
            ]
        return [
            self.env._(
                "Messages show no way to pay: add a bank account to the company, or set up and publish a "
                "payment provider."
            )
        ]

    def _warn_of_mail_server(self):
        """That nobody said by which server messages leave."""
        if self.env["ir.mail_server"].sudo().search_count([], limit=1):
            return []
        return [
            self.env._(
                "No outgoing mail server is set up in the settings: messages leave through this "
                "machine's own, if it has one."
            )
        ]
