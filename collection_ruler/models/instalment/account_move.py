from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, sql


class AccountMove(models.Model):
    _inherit = "account.move"

    # nullable, without compute or default: adding it to a large table costs nothing (decision 11)
    collection_ruler_id = fields.Many2one(
        "collection.ruler",
        string="Ruler",
        copy=False,
        check_company=True,
        help="Overrides the ruler that would be chosen for this invoice.",
    )
    collection_sent_on = fields.Date(
        copy=False, help="The day on which the invoice last went to its customer."
    )
    collection_instalment_ids = fields.One2many("collection.instalment", "move_id")
    collection_stage_id = fields.Many2one(
        "collection.stage",
        string="Collection stage",
        compute="_compute_collection",
        search="_search_collection_stage_id",
    )
    collection_next_date = fields.Date(
        string="Next contact",
        compute="_compute_collection_next_date",
        search="_search_collection_next_date",
    )
    collection_followup_ids = fields.Many2many(
        "collection.followup", string="Follow-ups", compute="_compute_collection_followup_ids"
    )

    @api.depends("collection_instalment_ids.stage_id")
    def _compute_collection(self):
        for move in self:
            open_ones = move.sudo().collection_instalment_ids.filtered("is_open")
            move.collection_stage_id = open_ones.sorted("due_date")[:1].stage_id

    def _compute_collection_next_date(self):
        """The first day on which one of its instalments is spoken about."""
        for move in self:
            open_ones = move.sudo().collection_instalment_ids.filtered("is_open")
            days = [day for day in open_ones.mapped("next_contact") if day]
            move.collection_next_date = min(days, default=False)

    def _compute_collection_followup_ids(self):
        followups = dict(
            self.env["collection.followup.item"]._read_group(
                [("move_id", "in", self.ids)], ["move_id"], ["followup_id:recordset"]
            )
        )
        for move in self:
            move.collection_followup_ids = followups.get(move, False)

    def _search_collection_stage_id(self, operator, value):
        if operator not in ("in", "any"):
            return NotImplemented
        return Domain(
            "collection_instalment_ids",
            "any",
            Domain("is_open", "=", True) & Domain("stage_id", operator, value),
        )

    def _search_collection_next_date(self, operator, value):
        if operator not in ("in", "<", "<=", ">", ">="):
            return NotImplemented
        return Domain(
            "collection_instalment_ids",
            "any",
            Domain("is_open", "=", True) & Domain("next_date", operator, value),
        )

    def init(self):
        """Reference rulers without a scan of a large table: the new column is empty (decision 11)."""
        self.pool.post_init(self._collection_reference_rulers)
        return super().init()

    def _collection_reference_rulers(self):
        arguments = ("account_move", "collection_ruler_id", "collection_ruler", "id", "set null")
        if not sql.get_foreign_keys(self.env.cr, *arguments):
            self.env.cr.execute(
                SQL(
                    "ALTER TABLE account_move ADD CONSTRAINT account_move_collection_ruler_id_fkey "
                    "FOREIGN KEY (collection_ruler_id) REFERENCES collection_ruler (id) "
                    "ON DELETE SET NULL NOT VALID"
                )
            )

    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._collection_refresh_credits()
        return posted

    def button_draft(self):
        result = super().button_draft()
        # what is corrected begins anew: no other date was agreed before (F7)
        moved = self.line_ids.filtered("collection_original_due_date")
        moved.collection_original_due_date = False
        self._collection_refresh_credits()
        return result

    def _collection_refresh_credits(self):
        """A credit note or payment that came or went changes what its debtor shows as open credit, also
        where it settles no instalment (D2)."""
        lines = self.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and line.balance < 0
        )
        if partners := lines.partner_id.commercial_partner_id:
            self.env["collection.debtor"].sudo().search(
                [
                    ("partner_id", "in", partners.ids),
                    ("company_id", "in", lines.company_id.sudo().root_id.ids),
                ]
            )._queue_refresh()

    def write(self, vals):
        going = (
            self.filtered(lambda move: not move.is_move_sent) if vals.get("is_move_sent") else ()
        )
        result = super().write(vals)
        if going:
            going._collection_went()
        if vals.get("peppol_move_state") == "error":  # of Odoo's Peppol, where it is installed
            self.filtered("is_move_sent").sudo().is_move_sent = False
        if vals.get("collection_ruler_id"):
            # an explicit word of a person: the only thing that moves an enrolled instalment (sticky)
            self.sudo().collection_instalment_ids.write(
                {"ruler_id": vals["collection_ruler_id"], "ruler_source": "invoice"}
            )
        return result

    def _collection_went(self):
        """They went to their customers, by whichever way: days of silence begin, and the task to send them is
        done (A3)."""
        for company, own in self.grouped(lambda move: move.company_id.root_id).items():
            own.sudo().collection_sent_on = company.sudo()._collection_today()
        self.sudo().collection_instalment_ids.debtor_id._queue_refresh()

    def action_collection_mark_sent(self):
        """Their customers have them, by post or from another system: the ruler may speak about them."""
        self.check_access("write")
        self.filtered(
            lambda move: move.state == "posted" and not move.is_move_sent
        ).is_move_sent = True
