from collections import Counter

from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..dunning.charge_facts import WhyNot
from ..models.counting import credit_text, why_not_labels

# of the instalments for which nothing can be charged so many are named
NAMED = 20


class CollectionChargeIssue(models.TransientModel):
    """What may be charged to a customer for late payment: looked at, chosen, and made a draft (D6)."""

    _name = "collection.charge.issue"
    _inherit = ["collection.checked"]
    _description = "Charge for late payment"

    debtor_id = fields.Many2one(
        "collection.debtor", required=True, readonly=True, ondelete="cascade"
    )
    line_ids = fields.One2many("collection.charge.issue.line", "issue_id")
    total_text = fields.Char(string="To charge", compute="_compute_total_text")
    basis = fields.Text(readonly=True)
    others = fields.Html(readonly=True, sanitize=False)
    notice = fields.Text(readonly=True, help="What to look at first.")

    @api.depends("line_ids.take")
    def _compute_total_text(self):
        Charge = self.env["collection.charge"]
        for issue in self:
            totals = {}
            for line in issue.line_ids.filtered("take"):
                key = line.kind, line.currency_id
                totals[key] = totals.get(key, 0) + line.amount
            issue.total_text = Charge._amounts_text(totals) or self.env._("nothing")

    @api.model
    def _open(self, debtor):
        """A dialog with the lines of today.

        What is open is selected; what was paid late, or is on hold, is offered.

        :param debtor: ``collection.debtor`` whose rights were checked
        """
        # by the rights of the person: a branch sees its own instalments
        instalments = self.env["collection.instalment"].search(
            [("debtor_id", "=", debtor.id), ("gone", "=", False)], order="due_date, id"
        )
        counted = self.env["collection.charge"]._count(instalments)
        held = debtor.env["collection.hold"]._covered(debtor)
        return self.create(
            {
                "debtor_id": debtor.id,
                "line_ids": [
                    fields.Command.create(self.line_ids._values(instalment, line, held))
                    for instalment in instalments.sudo()
                    for line in counted[instalment.id].lines
                ],
                "basis": self._basis(instalments, counted),
                "others": self._others(instalments, counted),
                "notice": self._notice(debtor, instalments, counted),
            }
        )

    @api.model
    def _basis(self, instalments, counted):
        charged = instalments.sudo().filtered(lambda i: counted[i.id].lines)
        return "\n".join(filter(None, charged.ruler_id.charge_rule_id.mapped("basis")))

    @api.model
    def _others(self, instalments, counted):
        """Why nothing can be charged for the others; what was paid in time goes without saying."""
        words = why_not_labels(self.env)
        # the twelve of a plan are named once
        named = Counter(
            (i.move_id.name or "", words[counted[i.id].why_not])
            for i in instalments.sudo()
            if not counted[i.id].lines
            and (i.is_open or counted[i.id].why_not in (WhyNot.CHANGED, WhyNot.NO_RATE))
        )
        items = Markup().join(
            Markup("<li><strong>%s</strong>: %s</li>")
            % (
                name
                if count == 1
                else self.env._("%(name)s, %(count)s instalments", name=name, count=count),
                why,
            )
            for (name, why), count in list(named.items())[:NAMED]
        )
        if len(named) > NAMED:
            items += Markup("<li>%s</li>") % self.env._("and %s more", len(named) - NAMED)
        return Markup("<ul>%s</ul>") % items if items else Markup()

    @api.model
    def _notice(self, debtor, instalments, counted):
        charged = instalments.sudo().filtered(lambda i: counted[i.id].lines)
        sentences = charged.ruler_id.charge_rule_id.mapped("stale")
        if debtor.amount_credit:
            sentences.append(credit_text(self.env))
        return "\n".join(filter(None, sentences))

    def action_issue(self):
        """Make the draft invoices and open them; nothing is booked before somebody posts them.

        :raise UserError: nothing is selected, or what can be charged has changed meanwhile
        """
        self.ensure_one()
        debtor = self.debtor_id._by_collector()
        chosen = self.line_ids.filtered("take")
        if not chosen:
            raise UserError(self.env._("Select at least one line to charge."))
        # whoever sees an instalment may charge for it
        chosen.instalment_id.check_access("read")
        Charge = self.env["collection.charge"]
        Charge._lock_instalments(chosen.instalment_id)
        counted = Charge._count(chosen.instalment_id)
        picked = [line._find(counted) for line in chosen]
        notes = Charge._issue(picked)
        debtor._say_charged(notes, self.total_text)
        return self._show(notes)

    def _show(self, notes):
        """The drafts, for who may see invoices; a word for who may not."""
        if not self.env["account.move"].has_access("read"):
            return {
                "type": "ir.actions.client",
                "tag": "display_notification",
                "params": {
                    "type": "success",
                    "message": self.env._(
                        "The draft is made. Bookkeeping looks at it and posts it."
                    ),
                    "next": {"type": "ir.actions.act_window_close"},
                },
            }
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Late charges"),
            "res_model": "account.move",
        }
        if len(notes) == 1:
            return {**action, "res_id": notes.id, "views": [(False, "form")]}
        return {
            **action,
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", notes.ids)],
        }


class CollectionChargeIssueLine(models.TransientModel):
    """One charge that a person may leave out."""

    _name = "collection.charge.issue.line"
    _inherit = ["collection.checked"]
    _description = "Charge for late payment: line"

    issue_id = fields.Many2one(
        "collection.charge.issue", required=True, ondelete="cascade", index=True
    )
    take = fields.Boolean(string="Charge", default=True)
    instalment_id = fields.Many2one(
        "collection.instalment", required=True, readonly=True, ondelete="cascade"
    )
    kind = fields.Selection(
        selection=lambda self: self.env["collection.charge"]._fields["kind"].selection,
        readonly=True,
    )
    date_from = fields.Date(readonly=True)
    date_to = fields.Date(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(readonly=True)
    words = fields.Char(string="What for", readonly=True)

    @api.model
    def _values(self, instalment, line, held):
        """A line as it is shown.

        :param line: `dunning.charge_facts.Line`
        :param held: the instalments on hold: a dispute or a promise is no time to charge
        """
        Charge = self.env["collection.charge"]
        rule = instalment.ruler_id.charge_rule_id
        words = Charge._line_text(instalment, line, rule)
        if not instalment.is_open:
            words = self.env._("%s (paid late)", words)
        elif instalment in held:
            words = self.env._("%s (on hold)", words)
        return {
            "take": instalment.is_open and instalment not in held,
            "instalment_id": instalment.id,
            "kind": line.kind,
            "date_from": line.first,
            "date_to": line.last,
            "currency_id": Charge._line_currency(instalment, line).id,
            "amount": float(line.amount),
            "words": words,
        }

    def _find(self, counted):
        """This line among what can be charged now: (``collection.instalment``, Line).

        :raise UserError: it is no longer so
        """
        self.ensure_one()
        shown = self.kind, self.date_from, self.date_to, self.amount
        for line in counted[self.instalment_id.id].lines:
            if (line.kind, line.first, line.last, float(line.amount)) == shown:
                return self.instalment_id.sudo(), line
        raise UserError(
            self.env._(
                "What can be charged for %s has changed. Close the dialog and open it again.",
                self.instalment_id.display_name,
            )
        )
