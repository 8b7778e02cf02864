from odoo import api, models


class CollectionManagerTask(models.AbstractModel):
    """What only whoever answers for the rulers can put right: one task, at the company's first ruler."""

    _name = "collection.manager.task"
    _description = "Collection: tasks for whoever answers for the rulers"

    @api.model
    def _ask(self, company, summary, note):
        """Leave a task, unless the same one is open already; nothing where no ruler runs.

        :param company: root ``res.company``
        """
        ruler = self.env["collection.ruler"].search(
            [("company_id", "=", company.id), ("state", "=", "running")], limit=1
        )
        if not ruler or ruler.activity_ids.filtered(lambda a: a.summary == summary):
            return
        ruler.with_context(mail_activity_quick_update=True).activity_schedule(
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
        managers = self.env.ref("collection_ruler.collection_ruler_group_manager").sudo()
        for users in (*named, self.env.ref("base.user_admin")):
            if users and users.active and not users.share:
                return users
        there = managers.all_user_ids.filtered(lambda user: user.active and not user.share)
        return there.with_env(self.env).sorted("id")[:1] or self.env.user

    @api.model
    def _open(self, company, summary):
        """The open tasks with a summary, as ``mail.activity``."""
        rulers = self.env["collection.ruler"].search([("company_id", "=", company.id)])
        return rulers.activity_ids.filtered(lambda a: a.summary == summary)
