from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ..common.memo import Memo
from ..common.reason_labels import reason_selection

# a watermark below every offset: nothing was consumed yet (NULL would read as 0, the due date)
NOTHING_SAID = -32768


class CollectionInstalment(models.Model):
    """An open receivable with its own due date: the hot state, kept off account.move (A7).

    Identity is (entry, receivable account, partner, due date), written by enrol and never computed: an
    invoice that goes back to draft gets new journal items, and an id would come to stand for another
    instalment (decision 3).
    """

    _name = "collection.instalment"
    _description = "Collection Instalment"
    _order = "due_date, id"

    move_id = fields.Many2one("account.move", string="Invoice", required=True, ondelete="cascade")
    account_id = fields.Many2one("account.account", required=True, ondelete="restrict")
    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, ondelete="restrict", index=True
    )
    due_date = fields.Date(required=True)
    original_due_date = fields.Date(
        string="Originally due",
        help="The due date before another one was agreed. Empty: it never changed.",
    )
    company_id = fields.Many2one("res.company", required=True, ondelete="restrict", index=True)
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_facts",
        store=True,
        compute_sudo=True,
        ondelete="restrict",
        help="The common one of its journal items, else the company's.",
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company currency"
    )
    debtor_id = fields.Many2one("collection.debtor", required=True, ondelete="restrict", index=True)

    ruler_id = fields.Many2one("collection.ruler", ondelete="restrict", index=True)
    ruler_source = fields.Selection(
        [
            ("invoice", "Chosen on the invoice"),
            ("customer", "Chosen for the customer"),
            ("match", "The first that matched"),
        ],
        help="How it came by its ruler.",
    )
    calendar_key = fields.Char(
        related="debtor_id.calendar_key", store=True, help="The debtor's, for the planner's index."
    )
    days_overdue = fields.Integer(compute="_compute_days_overdue", search="_search_days_overdue")
    anchor_date = fields.Date(help="Offsets count from here instead of the due date.")
    watermark = fields.Integer(
        default=NOTHING_SAID,
        required=True,
        help="The highest offset consumed; only steps above fire.",
    )
    occurrence = fields.Integer(help="Rises when a payment comes back.")
    settled_on = fields.Date(help="The day on which nothing was owed any more.")
    settled_by_money = fields.Boolean(help="Not by a credit note or a write-off.")
    delivered_on = fields.Date(help="The day on which the ruler delivered the invoice.")
    stage_id = fields.Many2one(
        "collection.stage",
        ondelete="restrict",
        index=True,
        # without columns Odoo shows no help either
        group_expand="_group_expand_stage_id",
    )
    next_date = fields.Date(string="Next contact")
    waiting_reason = fields.Selection(
        selection=lambda self: reason_selection(self.env), help="Why its due step waits."
    )

    residual = fields.Monetary(
        string="Open (company currency)",
        currency_field="company_currency_id",
        compute="_compute_facts",
        store=True,
        compute_sudo=True,
    )
    residual_currency = fields.Monetary(
        string="Open", compute="_compute_facts", store=True, compute_sudo=True
    )
    is_open = fields.Boolean(compute="_compute_facts", store=True, compute_sudo=True)
    gone = fields.Boolean(compute="_compute_facts", store=True, compute_sudo=True)

    _identity = models.UniqueIndex("(move_id, account_id, partner_id, due_date)")
    _gone = models.Index("(move_id) WHERE gone")  # each run looks for those that changed hands
    # the planner's index: joined by equality on the watermark, a range on the date (decision 1)
    _due = models.Index(
        "(ruler_id, calendar_key, watermark, (coalesce(anchor_date, due_date))) WHERE is_open"
    )

    @api.depends(
        "move_id.state",
        "move_id.line_ids.amount_residual",
        "move_id.line_ids.amount_residual_currency",
        "move_id.line_ids.currency_id",
        "move_id.line_ids.date_maturity",
        "move_id.line_ids.no_followup",
        "move_id.line_ids.partner_id",
        "move_id.line_ids.account_id",
    )
    def _compute_facts(self):
        """Follow payments, reversals, resets and changed terms in their own transaction (decision 6)."""
        lines_of = defaultdict(list)
        for line in self.move_id.line_ids:
            if line.account_id.account_type == "asset_receivable":
                due_date = line.date_maturity or line.date
                lines_of[line.move_id, line.account_id, line.partner_id, due_date].append(line)
        for instalment in self:
            key = (
                instalment.move_id,
                instalment.account_id,
                instalment.partner_id,
                instalment.due_date,
            )
            lines = lines_of.get(key, [])
            currencies = {line.currency_id for line in lines}
            if lines:  # what is gone keeps the currency it was known in
                instalment.currency_id = (
                    currencies.pop() if len(currencies) == 1 else instalment.company_currency_id
                )
            else:
                instalment.currency_id = instalment.currency_id or instalment.company_currency_id
            own = instalment.currency_id
            instalment.gone = not lines
            instalment.residual = sum(line.amount_residual for line in lines)
            instalment.residual_currency = sum(
                line.amount_residual_currency if line.currency_id == own else line.amount_residual
                for line in lines
            )
            instalment.is_open = (
                instalment.move_id.state == "posted"
                and not instalment._is_nothing()
                and not all(line.no_followup for line in lines)
            )
        self.debtor_id._queue_refresh(money=True)

    @api.depends("due_date", "is_open", "calendar_key", "company_id")
    def _compute_days_overdue(self):
        """From the bank day that the due date moves to, where the customer lives (A3)."""
        for company, own in self.grouped(lambda i: i.company_id.sudo().root_id).items():
            company = company.with_context(collection_memo=Memo())
            today = company and company._collection_today()
            for instalment in own:
                due = instalment.due_date if instalment.is_open else None
                instalment.days_overdue = company._collection_days_overdue(
                    due, instalment.calendar_key, today
                )

    @api.model
    def _search_days_overdue(self, operator, value):
        """What is overdue by the bank days of where each customer lives (A3); only "more than 0"."""
        if (operator, value) != (">", 0):
            return NotImplemented
        keys = defaultdict(list)
        for company, key in self._read_group(
            [("is_open", "=", True)], ["company_id", "calendar_key"]
        ):
            root = company.sudo().root_id
            until = root._collection_overdue_until(key, root._collection_today())
            keys[company.id, until].append(key)
        return Domain("is_open", "=", True) & Domain.OR(
            Domain("company_id", "=", company)
            & Domain("calendar_key", "in", own)
            & Domain("due_date", "<=", until)
            for (company, until), own in keys.items()
        )

    @api.depends("move_id", "due_date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for instalment in self:
            due_date = format_date(self.env, instalment.due_date)
            # a collector need not be a bookkeeper
            instalment.display_name = f"{instalment.sudo().move_id.name or ''} · {due_date}"

    @api.model
    def _group_expand_stage_id(self, stages, domain):
        return stages.search(Domain.TRUE)  # empty columns are shown too

    def _look_again(self):
        """Sum up the lines anew, where they changed without the ORM's knowledge."""
        for name in ("currency_id", "residual", "residual_currency", "is_open", "gone"):
            self.env.add_to_compute(self._fields[name], self)

    def _key(self):
        """What the ledger knows this instalment by."""
        self.ensure_one()
        return self.move_id.id, self.account_id.id, self.partner_id.id, self.due_date

    def _key_domain(self):
        """Which rows of a ledger are about this instalment."""
        names = ("move_id", "account_id", "partner_id", "due_date")
        return [(name, "=", value) for name, value in zip(names, self._key(), strict=True)]

    @api.model
    def _ledger_models(self):
        """Names of the models whose rows know an instalment by its key, and its debtor by `debtor_id`.

        When an instalment gets another due date, or two debtors become one, their rows come along. An
        add-on that keeps such a ledger adds its own; who merges partners: `collection.merge._merge_ledger`.
        """
        return ("collection.followup.item",)

    def _is_paid(self):
        """Nothing is owed on a posted entry."""
        self.ensure_one()
        return not self.gone and self.move_id.state == "posted" and self._is_nothing()

    def _is_nothing(self):
        """Whether nothing is left in the customer's currency, or in ours: a rate's rest is ours (D4)."""
        own, ours = self.currency_id, self.company_currency_id
        residuals = (own, self.residual_currency), (ours, self.residual)
        return any(currency.compare_amounts(rest, 0) <= 0 for currency, rest in residuals)

    @api.model
    def _lock(self, ids, skip=True):
        """Lock instalment rows first thing in a transaction (door 1, decision 4).

        Payments write these rows as well, so from here to the commit nothing is paid behind our back.
        The rows are locked and not written: a payment then waits a moment and passes.

        :param skip: leave out what others hold, instead of waiting for it
        :return: ids of the rows that are ours now
        """
        query = SQL(
            "SELECT id FROM collection_instalment WHERE id IN %s ORDER BY id FOR UPDATE %s",
            tuple(ids) or (0,),
            SQL("SKIP LOCKED") if skip else SQL(),
        )
        self.env.cr.execute(query)
        return {row[0] for row in self.env.cr.fetchall()}

    def action_open_move(self):
        self.ensure_one()
        return self.move_id.get_formview_action()
