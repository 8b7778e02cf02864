from datetime import UTC
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.tools import format_date

from ..common import clock


class MailComposeMessage(models.TransientModel):
    """Odoo's composer, opened on a debtor outside contact hours: its button says when the message leaves."""

    _inherit = "mail.compose.message"

    collection_send_label = fields.Char(
        compute="_compute_collection_send_label",
        help="When it leaves, by the customer's clock.",
    )

    @api.depends("model", "res_ids", "scheduled_date")
    @api.depends_context("lang")
    def _compute_collection_send_label(self):
        self.collection_send_label = False
        for composer in self.filtered(
            lambda c: c.scheduled_date and c.model == "collection.debtor"
        ):
            debtor = self.env["collection.debtor"].browse(composer._evaluate_res_ids())[:1]
            if not debtor._filtered_access("read"):
                continue
            calendar = debtor.sudo()._calendar()
            zone = ZoneInfo(calendar.timezone)
            at = fields.Datetime.to_datetime(composer.scheduled_date)
            local = at.replace(tzinfo=UTC).astimezone(zone)
            hour = f"{local.hour}:{local:%M}"
            if local.date() == calendar.local_day(clock.now(self.env)):
                composer.collection_send_label = self.env._("Send at %s", hour)
            else:
                day = format_date(self.env, local.date(), date_format="EEE d MMM")
                composer.collection_send_label = self.env._(
                    "Send on %(day)s at %(hour)s", day=day, hour=hour
                )

    def action_schedule_message(self):
        """Send it then; what was written until after that hour leaves at once."""
        now = clock.naive_now(self.env)
        late = self.filtered(
            lambda c: (
                c.collection_send_label and fields.Datetime.to_datetime(c.scheduled_date) <= now
            )
        )
        if not late:
            return super().action_schedule_message()
        late.scheduled_date = False
        return late.action_send_mail()
