from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tools import format_amount, format_date


class CollectionCharge(models.Model):
    """What was charged for late payment: one row per instalment, kind and stretch of days (D6).

    A row counts while its debit note is a draft or posted. Deleting the note, or its line, deletes the row;
    cancelling or reversing the note frees it.
    """

    _name = "collection.charge"
    _description = "Late charge"
    _order = "due_date, move_id, date_from, id"

    debtor_id = fields.Many2one("collection.debtor", ondelete="set null", index=True)
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", index=True)
    # the instalment it is for, by what the ledger knows it by (decision 3)
    move_id = fields.Many2one(
        "account.move", string="Invoice", required=True, ondelete="cascade", index=True
    )
    account_id = fields.Many2one("account.account", required=True, ondelete="restrict")
    partner_id = fields.Many2one("res.partner", string="Customer", ondelete="set null", index=True)
    due_date = fields.Date(required=True)
    kind = fields.Selection(
        [("fee", "Fixed fee"), ("penalty", "Penalty"), ("interest", "Interest")], required=True
    )
    date_from = fields.Date(string="From", required=True)
    date_to = fields.Date(string="Until", required=True)
    days = fields.Integer()
    percent = fields.Float(digits=(16, 4))
    base_amount = fields.Monetary(string="On", currency_field="base_currency_id")
    base_currency_id = fields.Many2one("res.currency", required=True)
    currency_id = fields.Many2one("res.currency", required=True)
    amount = fields.Monetary(required=True)
    rule_id = fields.Many2one("collection.charge.rule", ondelete="set null", index="btree_not_null")
    basis = fields.Text(string="Legal basis", help="As it was when it was charged.")
    debit_move_id = fields.Many2one(
        "account.move", string="Charged by", required=True, ondelete="cascade", index=True
    )
    debit_line_id = fields.Many2one("account.move.line", ondelete="cascade", index=True)
    is_live = fields.Boolean(string="Counts", compute="_compute_is_live", compute_sudo=True)
    is_taken = fields.Boolean(
        default=True, help="What `is_live` said when the note, or a new charge, was last made."
    )

    # nobody is charged twice, whoever charges at the same moment: what overlaps begins on the same day
    _once = models.UniqueIndex(
        "(move_id, account_id, partner_id, due_date, kind, date_from) WHERE is_taken",
        "This was charged already. Close the dialog and open it again to see what is left.",
    )

    # not stored: all invoices would pay for it with a query per line, whoever makes them
    def _compute_is_live(self):
        for one in self:
            one.is_live = one._counts()

    def _counts(self):
        """Whether its debit note stands: a draft, or posted and not reversed."""
        note = self.debit_move_id
        return note.state in ("draft", "posted") and note.payment_state != "reversed"

    @api.depends("move_id", "kind")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for one in self:
            one.display_name = f"{one.sudo().move_id.name or ''} · {kinds.get(one.kind, '')}"

    def action_open_debit_note(self):
        """The debit note of this charge."""
        self.ensure_one()
        return self.debit_move_id.get_formview_action()

    def _follow_notes(self):
        """Take, or set free, the days of these charges as their debit notes say now.

        The unique index refuses days that were charged again meanwhile.
        """
        for one in self:
            if one.is_taken != one._counts():
                one.is_taken = not one.is_taken

    # ------------------------------------------------------------------
    # debit notes
    # ------------------------------------------------------------------

    @api.model
    def _lock_instalments(self, instalments):
        """First of all when somebody charges: payments, and others who charge, write these rows too.

        Whoever comes after one of them starts again with fresh figures, or meets the unique index.

        :raise UserError: somebody else holds one of them at this moment
        """
        if len(instalments._lock(instalments.ids)) < len(instalments):
            raise UserError(
                self.env._(
                    "Somebody books or charges something of this customer right now. Try again in a moment."
                )
            )
        self.sudo().search([("move_id", "in", instalments.sudo().move_id.ids)])._follow_notes()

    @api.model
    def _issue(self, picked):
        """Make draft debit notes: one per company, customer and currency, with a line per charge.

        They are plain invoices of ours; Odoo's own debit notes are an add-on that we do not depend on, copy
        one invoice each, and know no instalments.

        :param picked: [(``collection.instalment``, `dunning.charge_facts.Line`)], locked, counted and chosen
        :return: the drafts, ``account.move`` as superuser
        """
        groups = defaultdict(list)
        for instalment, line in picked:
            key = instalment.company_id, self._invoiced_to(instalment), line.currency
            groups[key].append((instalment, line))
        notes = self.env["account.move"].sudo()
        for (company, partner, currency), lines in groups.items():
            notes += self._debit_note(company, partner, currency, lines)
        return notes

    @api.model
    def _invoiced_to(self, instalment):
        """Who gets the debit note: who got the invoice."""
        move = instalment.move_id
        return move.partner_id if move.is_sale_document() else instalment.partner_id

    @api.model
    def _debit_note(self, company, partner, currency_name, lines):
        """One draft, in the customer's language; its due date follows their payment terms."""
        lang = partner.lang or company.partner_id.lang or self.env.lang
        own = self.with_context(lang=lang).with_company(company).sudo()
        currency = self.env["res.currency"].with_context(active_test=False)
        currency = currency.search([("name", "=", currency_name)], limit=1)
        values, bases = [], {}
        for instalment, line in lines:
            rule = instalment.ruler_id.charge_rule_id.with_env(own.env)
            bases[rule] = rule.basis
            values.append(own._invoice_line(instalment.with_env(own.env), line, rule))
        values += [
            {"display_type": "line_note", "name": own.env._("Legal basis: %s", basis)}
            for basis in bases.values()
        ]
        names = dict.fromkeys(instalment.move_id.name for instalment, _line in lines)
        note = own.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "company_id": company.id,
                "currency_id": currency.id,
                "invoice_origin": ", ".join(names),
                "invoice_line_ids": [Command.create(one) for one in values],
            }
        )
        booked = note.invoice_line_ids.filtered(lambda ln: ln.display_type == "product")
        rows = zip(lines, booked.sorted(lambda ln: (ln.sequence, ln.id)), strict=True)
        own.create([own._row(note, i, line, move_line) for (i, line), move_line in rows])
        return note

    def _invoice_line(self, instalment, line, rule):
        values = {
            "name": self._line_text(instalment, line, rule),
            "quantity": 1,
            "price_unit": float(line.amount),
            "display_type": "product",
        }
        if rule.product_id:
            values["product_id"] = rule.product_id.id
        else:
            values["tax_ids"] = [Command.clear()]
        if rule.account_id:
            values["account_id"] = rule.account_id.id
        return values

    def _row(self, note, instalment, line, move_line):
        rule = instalment.ruler_id.charge_rule_id
        return {
            "debtor_id": instalment.debtor_id.id,
            "company_id": instalment.company_id.id,
            "move_id": instalment.move_id.id,
            "account_id": instalment.account_id.id,
            "partner_id": instalment.partner_id.id,
            "due_date": instalment.due_date,
            "kind": line.kind,
            "date_from": line.first,
            "date_to": line.last,
            "days": line.days,
            "percent": float(line.percent or 0),
            "base_amount": float(line.base),
            "base_currency_id": instalment.currency_id.id,
            "currency_id": note.currency_id.id,
            "amount": float(line.amount),
            "rule_id": rule.id,
            "basis": rule.with_env(self.env).basis,
            "debit_move_id": note.id,
            "debit_line_id": move_line.id,
        }

    @api.model
    def _line_text(self, instalment, line, rule):
        """One charge in a sentence that names the invoice, in the language of the context."""
        _ = self.env._
        words = {
            "invoice": instalment.move_id.name or "",
            "due": format_date(self.env, instalment._charged_from()),
            "base": format_amount(self.env, float(line.base), instalment.currency_id),
            "percent": line.percent is not None and rule._percent_text(line.percent),
        }
        if line.kind == "fee":
            return _("%(invoice)s, due %(due)s: fixed fee for late payment", **words)
        if line.kind == "penalty":
            return _("%(invoice)s, due %(due)s: penalty, %(percent)s %% of %(base)s", **words)
        words["rate"] = rule._rate_text(words["percent"])
        words["days"] = _("1 day") if line.days == 1 else _("%s days", line.days)
        words["first"] = format_date(self.env, line.first)
        words["last"] = format_date(self.env, line.last)
        return _(
            "%(invoice)s, due %(due)s: interest, %(rate)s on %(base)s for %(days)s, %(first)s to %(last)s",
            **words,
        )

    @api.constrains("date_from", "date_to", "amount")
    def _check_row(self):
        for one in self:
            if one.date_to < one.date_from or one.amount <= 0:
                raise ValidationError(
                    self.env._("A charge has an amount, and ends after it begins.")
                )
