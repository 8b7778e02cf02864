from odoo import models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ...dunning.ladder import LadderError


class CollectionRuler(models.Model):
    """Switching a ruler on and off, and what has to be there first (A8)."""

    _inherit = "collection.ruler"

    def action_activate(self):
        """Open the dialog that says what is missing, or else names the counts, before anything happens
        (A8)."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Activate “%s”", self.name),
            "res_model": "collection.ruler.activation",
            "view_mode": "form",
            "target": "new",
            "context": {"default_ruler_id": self.id},
        }

    def _check_ready(self):
        """:raise UserError: what is missing before the ruler can run, all of it"""
        for ruler in self:
            if missing := ruler._missing():
                raise UserError("\n".join(sentence for sentence, _path in missing))

    def _missing(self):
        """What is missing before the ruler can run.

        :return: [(sentence that says what to do, path of the page where it is done or None)]
        """
        self.ensure_one()
        sentences = [*self._missing_in_ruler(), *self._missing_in_messages()]
        missing = [(sentence, None) for sentence in sentences] + self._missing_in_company()
        try:
            self._to_ladder()
            self._contact_calendar()
        except (LadderError, ValueError) as error:
            missing.append((str(error), None))
        return missing

    def _missing_in_ruler(self):
        if not self.step_ids:
            yield self.env._("“%s” has no steps yet. Add the first one, then activate.", self.name)
        if self.date_to and self.date_to < self.company_id._collection_today():
            yield self.env._(
                "“%(ruler)s” ended on %(day)s. Give it a later end, or none.",
                ruler=self.name,
                day=format_date(self.env, self.date_to),
            )

    def _missing_in_messages(self):
        for step in self.step_ids:
            try:
                step._check_message()
            except ValidationError as error:
                yield str(error)

    def _missing_in_company(self):
        """What is missing at the company, as `_missing` says it."""
        company, missing = self.company_id, []
        if not (company.email or company.partner_id.email):
            missing.append(
                (
                    self.env._(
                        "%s has no e-mail address to send from. Add one to the company first.",
                        company.name,
                    ),
                    f"/odoo/action-base.action_res_company_form/{company.id}",
                )
            )
        hours = self.resource_calendar_id or company.collection_calendar_id
        if not hours and not company._collection_zone():
            missing.append(
                (
                    self.env._(
                        "Nobody knows when it is day at %s: it has no country, or one with several time "
                        "zones. Choose a time zone in the settings, under “Collections: hours and days”.",
                        company.name,
                    ),
                    "/odoo/settings#account",
                )
            )
        return missing

    def _activate(self):
        """Switch on: the backlog joins silently at its current step (policy ``join``)."""
        self._check_ready()
        database = self.env["collection.database"].sudo()
        database._pause_in_copy()  # the others of a copy stay silent until somebody resumes them too
        database._remember()
        for ruler in self:
            ruler.state = "running"
            self.env["collection.enrol"].sudo()._enrol(ruler.company_id)
        self.env.ref("collection_ruler.ir_cron_follow_up").sudo()._trigger()

    def action_pause(self):
        """Nothing leaves until the ruler is resumed; what is planned stays planned."""
        self.state = "paused"

    def action_resume(self):
        """Go on: what came meanwhile is caught up with one message per customer (A9)."""
        self._activate()

    def action_send_samples(self):
        """Mail every message of the ruler to oneself, about an invoice that does not exist."""
        self.ensure_one()
        self.check_access("write")  # whoever may write the words may try them
        count, address = self.env["collection.sample"]._send(self)
        message = self.env._(
            "%(count)s messages are on their way to %(address)s.", count=count, address=address
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "success", "message": message},
        }
