from odoo import api, models


class CollectionTask(models.AbstractModel):
    """The task, as an activity of the debtor, of a step that a person does."""

    _name = "collection.task"
    _description = "Collection: tasks of steps"

    @api.model
    def _make(self, followups):
        """Make a task for each debtor and step; a second instalment at the same step adds nothing to a
        task that is still open.

        :param followups: ``collection.followup``; each gets its ``activity_id``
        """
        todo = self.env.ref("mail.mail_activity_data_todo")
        for step, own in followups.grouped("step_id").items():
            tasks = {task.res_id: task for task in own.debtor_id._open_tasks(step.name)}
            lacking = own.filtered(lambda f, tasks=tasks: f.debtor_id.id not in tasks)
            by_user = lacking.grouped(lambda f: f.debtor_id._responsible(f.ruler_id))
            for user, theirs in by_user.items():
                theirs.debtor_id.mapped("display_name")  # for all at once: each task asks for it
                made = theirs.debtor_id.with_context(
                    mail_activity_quick_update=True
                ).activity_schedule(
                    activity_type_id=(step.activity_type_id or todo).id,
                    summary=step.name,
                    note=step.activity_note,
                    user_id=user.id,
                )
                tasks |= {activity.res_id: activity for activity in made}
            for followup in own:
                followup.activity_id = tasks[followup.debtor_id.id]
