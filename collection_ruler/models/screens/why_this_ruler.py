from markupsafe import Markup
from odoo import api, fields, models
from odoo.tools import format_date


class AccountMove(models.Model):
    """What collections show on an invoice: why this ruler looks after it, or why none does (A6), from
    which days it counts, and its ruler drawn."""

    _name = "account.move"
    _inherit = ["account.move", "collection.ruler.line.owner"]
    _ruler_line_owner = "move_id"

    collection_why = fields.Html(
        compute="_compute_collection_why",
        string="Why this ruler",
        groups="collection_ruler.collection_ruler_group_reader",
    )
    collection_bank_days = fields.Char(
        compute="_compute_collection_bank_days",
        groups="collection_ruler.collection_ruler_group_reader",
    )

    @api.depends("state", "collection_instalment_ids.ruler_id", "collection_instalment_ids.is_open")
    @api.depends_context("lang")
    def _compute_collection_why(self):
        said = self.env["collection.why.ruler"]._say(self)
        for move in self:
            move.collection_why = move in said and Markup("<br/>").join(said[move])

    @api.depends("collection_instalment_ids.due_date", "collection_instalment_ids.is_open")
    @api.depends_context("lang")
    def _compute_collection_bank_days(self):
        """Which of its due dates count from a later day, as banks are closed on them (A3): those that
        passed and the next one."""
        for move in self:
            moved = move.sudo().collection_instalment_ids.filtered("bank_day_text")
            words = move._say_bank_days(moved.sorted("due_date")) if moved else []
            move.collection_bank_days = (
                self.env._("Days overdue count from bank days: %s.", "; ".join(words))
                if words
                else False
            )

    def _say_bank_days(self, moved):
        """From which day these count, in words.

        :param moved: its instalments that count from another day than is written, the oldest first
        :return: [words], of those that passed and the next one
        """
        today = moved.debtor_id[:1]._local_today()
        past = moved.filtered(lambda instalment: instalment.due_date < today)
        return [
            self.env._(
                "%(date)s %(counts)s",
                date=format_date(self.env, instalment.due_date, date_format="EEE d MMM y"),
                counts=instalment.bank_day_text,
            )
            for instalment in past + (moved - past)[:1]
        ]
