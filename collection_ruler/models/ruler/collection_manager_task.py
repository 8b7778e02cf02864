from markupsafe import escape
from odoo import api, models


class CollectionManagerTask(models.AbstractModel):
    """What only whoever answers for the rulers can put right: one task, at the company's first ruler."""

    _name = "collection.manager.task"
    _description = "Collection: tasks for whoever answers for the rulers"

    @api.model
    def _ask(self, company, summary, note):
        """Leave a task, unless the same one is open already; nothing where no ruler runs.

        :param company: root ``res.company``
        :param note: Markup, or text, in which nothing is taken for HTML
        :return: the open ``mail.activity``, none where there is no task
        """
        ruler = self.env["collection.ruler"].search(
            [("company_id", "=", company.id), ("state", "=", "running")], limit=1
        )
        told = ruler.activity_ids.filtered(lambda a: a.summary == summary)
        if not ruler or told:
            return told[:1]
        return ruler.with_context(mail_activity_quick_update=True).activity_schedule(
            "mail.mail_activity_data_todo",
            summary=summary,
            note=escape(note or ""),
            user_id=(ruler.user_id or self.env.ref("base.user_admin")).id,
        )

    @api.model
    def _ask_about(self, record, summary, note):
        """Leave a task at a record, for whoever answers for the company's rulers.

        :param record: with ``activity_ids`` and ``company_id``, a root company
        :return: ``mail.activity``
        """
        ruler = self.env["collection.ruler"].search(
            [("company_id", "=", record.company_id.id), ("state", "=", "running")], limit=1
        )
        return record.with_context(mail_activity_quick_update=True).activity_schedule(
            "mail.mail_activity_data_todo",
            summary=summary,
            note=note,
            user_id=self._first_there(ruler.user_id).id,
        )

    @api.model
    def _first_there(self, *named):
        """The first of these users who is there, else the administrator, else a manager of collections: a
        task of somebody who left is read by nobody (B9).

        :param named: ``res.users``, the best first; also empty or None
        """
        # by its cached id: whoever asks for many customers would look for it each time
        admin = self.env["ir.model.data"]._xmlid_to_res_id("base.user_admin")
        for users in (*named, self.env["res.users"].browse(admin or ())):
            if users and users.active and not users.share:
                return users
        managers = self.env.ref("collection_ruler.collection_ruler_group_manager").sudo()
        there = managers.all_user_ids.filtered(lambda user: user.active and not user.share)
        return there.with_env(self.env).sorted("id")[:1] or self.env.user

    @api.model
    def _open(self, company, summary):
        """The open tasks with a summary, as ``mail.activity``."""
        rulers = self.env["collection.ruler"].search([("company_id", "=", company.id)])
        return rulers.activity_ids.filtered(lambda a: a.summary == summary)
