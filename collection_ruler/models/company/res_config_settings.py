from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    collection_calendar_id = fields.Many2one(
        related="company_id.root_id.collection_calendar_id", readonly=False
    )
    collection_tz = fields.Selection(related="company_id.root_id.partner_id.tz", readonly=False)
    collection_paused_until = fields.Date(
        related="company_id.root_id.collection_paused_until", readonly=False
    )
    collection_test_email = fields.Char(
        related="company_id.root_id.collection_test_email", readonly=False
    )
    collection_bank_days = fields.Boolean(
        related="company_id.root_id.collection_bank_days", readonly=False
    )
    collection_bank_stale_days = fields.Integer(
        related="company_id.root_id.collection_bank_stale_days", readonly=False
    )
    collection_settlement_days = fields.Integer(
        related="company_id.root_id.collection_settlement_days", readonly=False
    )
    collection_breaker_factor = fields.Integer(
        related="company_id.root_id.collection_breaker_factor", readonly=False
    )
    collection_capacity = fields.Integer(
        related="company_id.root_id.collection_capacity", readonly=False
    )
    collection_reply_days = fields.Integer(
        related="company_id.root_id.collection_reply_days", readonly=False
    )
    collection_thanks_days = fields.Integer(
        related="company_id.root_id.collection_thanks_days", readonly=False
    )
    collection_punctual_days = fields.Integer(
        related="company_id.root_id.collection_punctual_days", readonly=False
    )
    collection_forgetful_days = fields.Integer(
        related="company_id.root_id.collection_forgetful_days", readonly=False
    )
    collection_late_days = fields.Integer(
        related="company_id.root_id.collection_late_days", readonly=False
    )
    collection_profile_instalments = fields.Integer(
        related="company_id.root_id.collection_profile_instalments", readonly=False
    )
