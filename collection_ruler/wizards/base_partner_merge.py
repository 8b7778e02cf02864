from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Fold debtors first: the wizard rewrites references row by row and would die on our index."""
        partners = self.env["res.partner"].browse(partner_ids).exists()
        if len(partners) > 1:
            if not dst_partner or dst_partner not in partners:
                dst_partner = self._get_ordered_partner(partners.ids)[-1]
            for source in partners - dst_partner:
                self.env["collection.merge"]._merge(source, dst_partner)
        result = super()._merge(partner_ids, dst_partner=dst_partner, extra_checks=extra_checks)
        if len(partners) > 1:
            # the wizard moves journal items by SQL, and two instalments may have become one
            self.env.invalidate_all()
            instalments = self.env["collection.instalment"].sudo()
            instalments.search([("partner_id", "=", dst_partner.id)])._look_again()
        return result
