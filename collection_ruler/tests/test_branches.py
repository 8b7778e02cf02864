"""Branches work with the rulers and settings of their company."""

from odoo.tests import tagged

from .common import CollectionCommon


@tagged("post_install", "-at_install")
class TestBranches(CollectionCommon):
    def setUp(self):
        super().setUp()
        self.branch = self.env["res.company"].create(
            {
                "name": "Cork",
                "parent_id": self.company.id,
                "country_id": self.company.country_id.id,
            }
        )
        self.env.cr.precommit.run()
        companies = (self.company + self.branch).ids
        self.env = self.env(context={**self.env.context, "allowed_company_ids": companies})
        self.clerk = self.new_user(
            "clerk",
            "account.group_account_invoice",
            "collection_ruler.collection_ruler_group_collector",
            company=self.branch,
        )
        self.activate("2026-03-02")
        self.invoice("2026-03-09", 50.0, date="2026-03-02", company_id=self.branch.id)
        self.day("2026-03-02")
        self.env.invalidate_all()
        theirs = self.env(
            user=self.clerk, su=False, context={"allowed_company_ids": self.branch.ids}
        )
        self.theirs = theirs["collection.debtor"].search([])

    def test_a_pause_that_is_set_in_a_branch_pauses(self):
        settings = self.env["res.config.settings"].with_company(self.branch)
        with self.at("2026-03-03 10:00"):
            settings.create({"collection_paused_until": "2026-06-01"}).execute()
            self.assertTrue(self.company._collection_is_paused())
            shown = settings.create({}).collection_paused_until
        self.assertEqual(str(shown), "2026-06-01")

    def test_who_has_only_the_branch_writes_and_agrees(self):
        with self.at("2026-03-12 10:00"):
            self.assertEqual(
                self.theirs.action_write_now()["context"]["default_partner_ids"], self.customer.ids
            )
            self.env.invalidate_all()
            wizard = self.theirs.env["collection.reschedule"].create(
                {"debtor_id": self.theirs.id, "due_date": "2026-03-26", "why": "a holiday"}
            )
            self.env.flush_all()
            self.env.invalidate_all()
            wizard.action_agree()
        self.assertEqual(str(self.debtor().instalment_ids.due_date), "2026-03-26")

    def test_who_has_only_the_branch_holds(self):
        self.assertEqual(len(self.day("2026-03-09")), 1)
        with self.at("2026-03-10 10:00"):
            self.theirs.env["collection.hold"].create({"debtor_id": self.theirs.id})
        self.assertFalse(self.day("2026-03-11"))
