from contextlib import suppress
from datetime import UTC

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from ...dunning.calendar import NeverOpen
from ..common import clock


class CollectionConversation(models.AbstractModel):
    """Odoo's composer, opened to whoever hears of bills, at an hour that suits them (B1, B6)."""

    _inherit = "collection.conversation"

    @api.model
    def _compose(self, debtor):
        """Open Odoo's composer to whoever hears of bills there (B6); it counts as a conversation (B4).

        :param debtor: ``collection.debtor``
        :return: an action
        :raise UserError: the user has no address to write from
        """
        debtor.ensure_one()
        debtor.check_access("write")
        if not self.env.user.email:
            raise UserError(
                self.env._(
                    "Your user has no e-mail address to write from. Add one in your preferences, or ask "
                    "an administrator to."
                )
            )
        mail = self.env["collection.channel.email"]
        recipients = self.env["collection.recipients"].sudo()._of(debtor, mail)
        recipient = recipients[debtor.id, "billing"]
        there = self.with_context(lang=recipient.lang or self.env.lang)
        company = debtor.company_id.sudo()
        opens = self._opens_at(debtor, mail)
        return {
            "type": "ir.actions.act_window",
            "name": self._title(debtor, recipient, opens),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "views": [(self.env.ref("collection_ruler.mail_compose_message_view_form").id, "form")],
            "target": "new",
            "context": {
                "default_model": debtor._name,
                "default_res_ids": debtor.ids,
                "default_composition_mode": "comment",
                "default_partner_ids": recipient.ids,
                "default_subject": there.env._("Your account with %s", company.name),
                # who writes may take it out, and send at once
                **({"default_scheduled_date": fields.Datetime.to_string(opens)} if opens else {}),
            },
        }

    def _title(self, debtor, recipient, opens):
        """To whom, and why it does not leave at once.

        :param opens: naive UTC, None where the hours are open
        """
        if not opens:
            return self.env._("Write to %s", recipient.display_name)
        zone = debtor._calendar().timezone
        return self.env._(
            "Write to %(who)s: closed until %(when)s where they are, it leaves then",
            who=recipient.display_name,
            when=format_datetime(self.env, opens, tz=zone, dt_format="EEE d MMM HH:mm"),
        )

    def _opens_at(self, debtor, channel):
        """When the contact hours open again, naive UTC; None where they are open, or never open (B1).

        :param channel: a model that inherits ``collection.channel``
        """
        one = debtor.sudo()
        calendar = one._without_blackouts(one._within_limits(one._calendar(), channel._code))
        now = clock.now(self.env)
        with suppress(NeverOpen):
            if not calendar.is_open(now):
                return calendar.first_instant(now).astimezone(UTC).replace(tzinfo=None)
        return None
