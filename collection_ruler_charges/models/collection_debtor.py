from collections import defaultdict

from markupsafe import Markup
from odoo import api, fields, models
from odoo.tools import SQL


class CollectionDebtor(models.Model):
    """Charges beside the principal, which stays what it is; what was charged stands on the timeline (D6)."""

    _inherit = "collection.debtor"

    # without dependencies: payments do not pay for it
    charge_text = fields.Char(string="Late charges so far", compute="_compute_charge_text")
    can_charge = fields.Boolean(compute="_compute_charge_text")
    charge_ids = fields.One2many("collection.charge", "debtor_id", string="Late charges")

    def _compute_charge_text(self):
        self.charge_text = False
        self.can_charge = False
        found = self.env["collection.instalment"].search(
            [
                ("debtor_id", "in", self.ids),
                ("is_open", "=", True),
                ("ruler_id.charge_rule_id", "!=", False),
            ]
        )
        Charge = self.env["collection.charge"]
        counted = Charge._count(found) if found else {}
        found = found.sudo().grouped("debtor_id")
        drafts = self._charges_in_drafts()
        for debtor in self:
            totals = Charge._totals(found.get(debtor.sudo(), ()), counted)
            debtor.can_charge = bool(totals)
            words = [Charge._amounts_text(totals)] if totals else []
            if draft := drafts.get(debtor.id):
                words.append(self.env._("%s in drafts, not posted", Charge._amounts_text(draft)))
            debtor.charge_text = ", ".join(words) or False

    def _charges_in_drafts(self):
        """What was charged and nobody posted yet: {debtor id: {(kind, ``res.currency``): amount}}."""
        result = defaultdict(dict)
        rows = (
            self.env["collection.charge"]
            .sudo()  # collectors need not see invoices
            ._read_group(
                [
                    ("debtor_id", "in", self.ids),
                    ("company_id", "in", self.env.companies.ids),
                    ("debit_move_id.state", "=", "draft"),
                ],
                ["debtor_id", "kind", "currency_id"],
                ["amount:sum"],
            )
        )
        for debtor, kind, currency, amount in rows:
            result[debtor.id][kind, currency] = amount
        return result

    def action_charge(self):
        """Open the dialog that shows what may be charged, before anything is.

        :raise AccessError: no collector, or not of this company
        """
        self.ensure_one()
        issue = self._by_collector().env["collection.charge.issue"]._open(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("%s: charge for late payment", self.display_name),
            "res_model": issue._name,
            "res_id": issue.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def _say_charged(self, notes, amount):
        """Note that drafts were made.

        :param notes: ``account.move``
        :param amount: in words
        :return: the sentence, as HTML
        """
        self.ensure_one()
        words = Markup("%s") % self.env._(
            "Late charges of %(amount)s made as a draft: %(names)s",
            amount=amount,
            names=Markup(", ").join(note._get_html_link(title=note.display_name) for note in notes),
        )
        self.sudo()._message_log(body=words)
        return words


class CollectionMerge(models.AbstractModel):
    """What was charged comes along when two customers become one."""

    _inherit = "collection.merge"

    @api.model
    def _merge_ledger(self, source, target, only):
        """What was charged follows its instalment; where both were charged, one of them tells it (D6)."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE collection_charge s SET partner_id = %(target)s
                 WHERE s.partner_id = %(source)s %(only)s
                   AND NOT EXISTS (
                       SELECT FROM collection_charge t
                        WHERE t.partner_id = %(target)s AND t.is_taken AND s.is_taken
                          AND (t.move_id, t.account_id, t.due_date, t.kind, t.date_from)
                            = (s.move_id, s.account_id, s.due_date, s.kind, s.date_from))
                """,
                source=source.id,
                target=target.id,
                only=only,
            )
        )
        return super()._merge_ledger(source, target, only)
