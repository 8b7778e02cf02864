from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_duration, ormcache

from ...dunning.contact_limits import Limit
from ...dunning.places import is_told_apart, known_as


class CollectionContactLimit(models.Model):
    """Hours outside which customers are not asked for money, by law or by one's own rule (B1)."""

    _name = "collection.contact.limit"
    _inherit = ["collection.checked"]
    _description = "Limit on contact hours"
    _order = "is_law desc, country_id, state_id, channel, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    is_law = fields.Boolean(string="Law", readonly=True)
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company.root_id,
        index=True,
        help="Empty: all companies.",
    )
    country_id = fields.Many2one("res.country", string="Customers in", help="Empty: everywhere.")
    state_id = fields.Many2one("res.country.state", domain="[('country_id', '=', country_id)]")
    channel = fields.Selection(selection="_select_channel", help="Empty: all.")
    customer_kind = fields.Selection(
        [("company", "Companies"), ("person", "Persons")],
        string="Customers are",
        help="Empty: both.",
    )
    week_from = fields.Float(string="Monday to Friday, from", default=9.0)
    week_to = fields.Float(string="to", default=18.0)
    saturday_from = fields.Float(string="Saturday, from")
    saturday_to = fields.Float(string="to (Saturday)")
    sunday_from = fields.Float(string="Sunday, from")
    sunday_to = fields.Float(string="to (Sunday)")
    source = fields.Char(required=True, help="Where it is written, so that anybody can look it up.")
    source_url = fields.Char(string="Link")

    place = fields.Char(string="In", compute="_compute_labels")
    whom = fields.Char(string="For", compute="_compute_labels")
    hours_text = fields.Char(string="Hours, by the customer's clock", compute="_compute_labels")

    @api.model
    def _select_channel(self):
        """The channels that laws speak of, and whatever else customers hear by here."""
        _ = self.env._
        named = {
            "email": _("E-mail"),
            "sms": _("SMS"),
            "whatsapp": _("WhatsApp"),
            "phone": _("Phone"),
            "letter": _("Letter"),
        }
        Channel = self.env["collection.channel"]
        others = {code: Channel._named(code)._label() for code in Channel._hearing()}
        return list((others | named).items())

    @api.depends(
        *("country_id", "state_id", "channel", "customer_kind", "week_from", "week_to"),
        *("saturday_from", "saturday_to", "sunday_from", "sunday_to"),
    )
    @api.depends_context("lang")
    def _compute_labels(self):
        """Where, for whom and when, for lists: what is empty means all."""
        _ = self.env._
        kinds = dict(self._fields["customer_kind"]._description_selection(self.env))
        channels = dict(self._fields["channel"]._description_selection(self.env))
        for limit in self:
            limit.place = (limit.state_id or limit.country_id).display_name or _("everywhere")
            limit.whom = _(
                "%(who)s, %(channel)s",
                who=kinds.get(limit.customer_kind) or _("Companies and persons"),
                channel=channels.get(limit.channel) or _("all channels"),
            )
            names = (_("Mon–Fri"), _("Sat"), _("Sun"))
            week, saturday, sunday = limit._days()[0], limit._days()[5], limit._days()[6]
            limit.hours_text = " · ".join(
                f"{name} {format_duration(begin)}–{format_duration(end)}"
                if begin < end
                else _("%s never", name)
                for name, (begin, end) in zip(names, (week, saturday, sunday), strict=True)
            )

    @api.constrains(
        "week_from", "week_to", "saturday_from", "saturday_to", "sunday_from", "sunday_to"
    )
    def _check_hours(self):
        for limit in self:
            days = limit._days()
            for begin, end in days:
                if not (0 <= begin <= end <= 24):
                    raise ValidationError(
                        self.env._(
                            "“%s”: hours go from 0:00 to 24:00, and each day ends after it begins. Leave "
                            "both at 0:00 for a day on which nothing may be said.",
                            limit.name,
                        )
                    )
            if not any(begin < end for begin, end in days):
                raise ValidationError(
                    self.env._(
                        "“%s” leaves no hour of the week. Pause the ruler instead.", limit.name
                    )
                )

    @api.constrains("state_id", "country_id")
    def _check_state(self):
        for limit in self:
            if limit.state_id and limit.state_id.country_id != limit.country_id:
                raise ValidationError(
                    self.env._("%s is in another country.", limit.state_id.display_name)
                )
            # the place of a customer keeps no other states: nothing would ever be narrowed
            if limit.state_id and not is_told_apart(limit.country_id.code, limit.state_id.code):
                raise ValidationError(
                    self.env._(
                        "Customers in %s cannot be told apart from others in their country: make the limit "
                        "for the whole country.",
                        limit.state_id.display_name,
                    )
                )

    @api.constrains("company_id")
    def _check_root_company(self):
        for limit in self:
            if limit.company_id.parent_id:
                raise ValidationError(
                    self.env._(
                        "Branches share the limits of their main company: choose %s.",
                        limit.company_id.root_id.name,
                    )
                )

    def write(self, vals):
        """Nobody widens what a law says; a stricter rule of one's own stands beside it (B1).

        :raise UserError: it is law
        """
        self._keep_laws()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _keep_laws(self):
        self.env.registry.clear_cache()
        if not self.env.su and (laws := self.filtered("is_law")):
            raise UserError(
                self.env._(
                    "“%s” is law and cannot be changed here. If you want to be stricter, add a limit of "
                    "your own: the narrower one counts.",
                    laws[0].name,
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        """What people add is their own rule, never law."""
        if not self.env.su:
            vals_list = [{**vals, "is_law": False} for vals in vals_list]
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def _days(self):
        """From and to in hours, Monday first."""
        self.ensure_one()
        week = (self.week_from, self.week_to)
        return (
            *[week] * 5,
            (self.saturday_from, self.saturday_to),
            (self.sunday_from, self.sunday_to),
        )

    @api.model
    @ormcache("company_id")
    def _of_company(self, company_id):
        """The limits that count for a root company, as plain Python."""
        # what is kept for everybody is asked for by whoever comes first, perhaps from a list of archived ones
        limits = self.sudo().with_context(active_test=True)
        limits = limits.search(Domain("company_id", "in", [False, company_id]))
        return tuple(limit._to_limit() for limit in limits)

    def _to_limit(self):
        self.ensure_one()
        country, state = known_as(self.country_id.code, self.state_id.code)
        kinds = {"company": True, "person": False}
        return Limit(
            tuple(
                ((round(begin * 60), round(end * 60)),) if begin < end else ()
                for begin, end in self._days()
            ),
            country,
            (state or "").removeprefix(f"{country}-") or None,
            self.channel or None,
            kinds.get(self.customer_kind),
        )
