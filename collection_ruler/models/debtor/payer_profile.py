from odoo import api, fields, models
from odoo.tools import formatLang

from ...dunning.profile import PayerClass, Trend
from ..ruler.collection_payer_class import PAYER_CLASSES

# what a profile is, and rests on; written here alone
FIGURES = [
    "profile",
    "profile_instalments",
    "profile_delay",
    "profile_on_time",
    "profile_trend",
    "profile_on",
]


class CollectionDebtor(models.Model):
    """How a customer usually pays, and the sentences that explain it; a person's own view is Odoo's
    `trust` on the contact, which nothing here writes (F6).

    The figures are written by `collection.profile` alone.
    """

    _inherit = "collection.debtor"

    profile = fields.Selection(
        PAYER_CLASSES,
        readonly=True,
        copy=False,
        help="How this customer usually pays, from what they paid in the last two years.",
    )
    profile_instalments = fields.Integer(
        string="Instalments known",
        readonly=True,
        help="Of the last two years: those that were paid, and those that are overdue.",
    )
    profile_delay = fields.Float(
        string="Average days late",
        digits=(16, 1),
        readonly=True,
        help="By amount; what fell due half a year earlier counts half. Early counts as on time.",
    )
    profile_on_time = fields.Float(
        string="Paid on time",
        digits=(16, 2),
        readonly=True,
        help="Share of the instalments of which nothing came after the due date.",
    )
    profile_trend = fields.Selection(
        [("better", "Getting better"), ("steady", "Steady"), ("worse", "Getting worse")],
        string="Trend",
        readonly=True,
        help="The last half-year beside the time before.",
    )
    profile_on = fields.Date(readonly=True, help="The day that the profile is of.")
    profile_text = fields.Char(string="How they pay", compute="_compute_profile_text")
    profile_rule = fields.Char(string="What the classes mean", compute="_compute_profile_text")
    trust_text = fields.Char(
        string="Degree of trust",
        compute="_compute_trust_text",
        help="It is set by a person, on the contact: nothing changes it by itself.",
    )

    @api.depends(*FIGURES)
    @api.depends_context("lang")
    def _compute_profile_text(self):
        for debtor in self:
            thresholds = debtor.sudo().company_id._collection_thresholds()
            debtor.profile_text = debtor._say_profile(thresholds)
            debtor.profile_rule = self.env._(
                "Up to %(punctual)s days late on average is punctual, up to %(forgetful)s forgetful, up to "
                "%(late)s late, more is chronic; with fewer than %(instalments)s instalments known, new.",
                punctual=thresholds.punctual,
                forgetful=thresholds.forgetful,
                late=thresholds.late,
                instalments=thresholds.instalments,
            )

    def _say_profile(self, thresholds):
        """The class and what it rests on, in a sentence."""
        self.ensure_one()
        _ = self.env._
        known = self.profile_instalments
        if not self.profile:
            return _("Not known yet: the next run looks at what this customer paid.")
        if self.profile == PayerClass.NEW:
            if not known:
                return _(
                    "New: nothing of the last two years was paid or is overdue yet. From %s instalments on, "
                    "it stands here how this customer usually pays.",
                    thresholds.instalments,
                )
            return _(
                "New: seen so far: %(known)s of the %(wanted)s instalments that it takes to tell.",
                known=known,
                wanted=thresholds.instalments,
            )
        label = dict(self._fields["profile"]._description_selection(self.env))[self.profile]
        figures = [
            _(
                "%(delay)s over %(known)s instalments of the last two years",
                delay=self._say_delay(),
                known=known,
            ),
            _("%s %% on time", round(self.profile_on_time * 100)),
        ]
        if self.profile_trend in (Trend.BETTER, Trend.WORSE):
            trends = dict(self._fields["profile_trend"]._description_selection(self.env))
            figures.append(trends[self.profile_trend].lower())
        return _("%(label)s: %(figures)s.", label=label, figures=", ".join(figures))

    def _say_delay(self):
        self.ensure_one()
        days = self.profile_delay
        if not days:
            return self.env._("on average on time")
        if days == 1:
            return self.env._("on average 1 day late")
        digits = 0 if days == int(days) else 1
        return self.env._("on average %s days late", formatLang(self.env, days, digits=digits))

    @api.depends("partner_id")
    @api.depends_context("lang")
    def _compute_trust_text(self):
        for company, own in self.sudo().grouped("company_id").items():
            partners = self.env["res.partner"].sudo().with_company(company)
            labels = dict(partners._fields["trust"]._description_selection(self.env))
            for debtor in own:
                trust = partners.browse(debtor.partner_id.id).trust
                self.browse(debtor.id).trust_text = labels.get(trust) or self.env._(
                    "Nobody has said anything"
                )
