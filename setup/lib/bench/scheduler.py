"""Odoo's scheduler, called for one job at a time, in this process."""

from datetime import timedelta

from odoo import sql_db
from odoo.modules.registry import Registry

JOB = "collection_ruler.ir_cron_follow_up"
HELP_JOB = "collection_ruler.ir_cron_help"
MAIL_JOB = "mail.ir_cron_mail_scheduler_action"
UNDER_WAY = "SELECT count(*) FROM collection_run WHERE state = 'running' AND NOT is_help"
CALLS = 500  # a run that is not through by then never will be


class Failed(Exception):
    """The benchmark did not do what it was to measure."""


class Scheduler:
    """Runs scheduled actions as the thread of Odoo does that waits for them."""

    def __init__(self, registry: Registry):
        self.registry = registry
        self._ids: dict[str, int] = {}

    def call(self, xmlid: str) -> None:
        """Let the scheduler run a job that is due."""
        with sql_db.db_connect(self.registry.db_name).cursor() as cr:
            job = self.job_id(cr, xmlid)
            cr.execute(
                "INSERT INTO ir_cron_trigger (cron_id, call_at) VALUES (%s, %s)",
                [job, cr.now() - timedelta(seconds=1)],
            )
            cr.commit()
            self.registry["ir.cron"]._process_jobs_loop(cr, job_ids=[job])
            cr.execute("SELECT failure_count FROM ir_cron WHERE id = %s", [job])
            if cr.fetchone()[0]:
                raise Failed(f"{xmlid} failed; see the log")

    def follow_up(self) -> tuple[int, int]:
        """Let the scheduler call our action until it has been through all verbs.

        :return: the number of calls, and after how many of them it would have paused for its interval
        """
        pauses = 0
        for calls in range(1, CALLS):
            self.call(JOB)
            if not self._count(UNDER_WAY):
                return calls, pauses
            pauses += not self.is_triggered(JOB)
        raise Failed(f"the run was not through after {CALLS} calls of the scheduler")

    def is_triggered(self, xmlid: str) -> bool:
        """Whether the scheduler would run a job at once."""
        with sql_db.db_connect(self.registry.db_name).cursor() as cr:
            job = self.job_id(cr, xmlid)
        return bool(self._count("SELECT count(*) FROM ir_cron_trigger WHERE cron_id = %s", job))

    def job_id(self, cr, xmlid: str) -> int:
        """The id of a scheduled action."""
        if xmlid not in self._ids:
            cr.execute(
                "SELECT res_id FROM ir_model_data WHERE module = %s AND name = %s",
                xmlid.split("."),
            )
            self._ids[xmlid] = cr.fetchone()[0]
        return self._ids[xmlid]

    def _count(self, statement: str, *values: object) -> int:
        with sql_db.db_connect(self.registry.db_name).cursor() as cr:
            cr.execute(statement, values or None)
            return cr.fetchone()[0]
