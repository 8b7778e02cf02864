"""Three days of a company's follow-up, measured verb by verb.

- Monday: the ruler is activated, the backlog joins silently
- Tuesday: some invoices are new, nearly each customer is due a message: the run up to the outbox
  rows, a second run that tracks, an empty one, and the gateway beside Odoo's stock queue
- Wednesday: some customers are to be called

The scheduled actions are run by Odoo's scheduler, one by one, in this process.
"""

from collections import defaultdict
from datetime import timedelta

import psycopg2
from odoo import api, sql_db
from odoo.modules.registry import Registry

from world.clock import Clock

from . import customers
from .floors import Floors
from .meter import Figures, Meter
from .profile import Profile

JOB = "collection_ruler.ir_cron_follow_up"
MAIL_JOB = "mail.ir_cron_mail_scheduler_action"
GATEWAY = 500  # messages at most that go to the mail server
WARM_UP = 5  # mails before those that are measured
SCHEDULER_CALLS = 500  # a run that is not through by then never will be


class Failed(Exception):
    """The benchmark did not do what it was to measure."""


class Verbs:
    """Plays the days and reports a line per verb.

    :param size: open instalments in all
    :param report: called with verb, units, figures, seconds of raw SQL
    :param profile: collects where the time goes
    """

    def __init__(
        self, registry: Registry, size: int, clock: Clock, meter: Meter, report, profile: Profile
    ):
        self.registry = registry
        self.plan = customers.Plan.of(size)
        self.clock = clock
        self.meter = meter
        self.report = report
        self.profile = profile
        self.figures: dict[str, Figures] = defaultdict(Figures)
        self.is_watching = True
        self._watch()
        self.connection = psycopg2.connect(**sql_db.connection_info_for(registry.db_name)[1])
        self.floors = Floors(self.connection)

    def run(self) -> None:
        self._activate()
        self.clock.advance(timedelta(days=1))
        self._take_in_new_customers()
        self._due_run()
        self._track()
        self._empty_run()
        self._gateway()
        self.clock.advance(timedelta(days=1))
        self._tasks()
        self._check()
        self.profile.write()

    # ------------------------------------------------------------------ Monday

    def _activate(self) -> None:
        floor = self.floors.enrol()
        with self.registry.cursor() as cr:
            ruler = self._env(cr).ref("collection_ruler.collection_ruler_default")
            with self.meter.measure() as figures:
                ruler._activate()
                ruler.env.flush_all()
                cr.commit()
        self.report("activate", self._count("collection_instalment"), figures, floor)
        self._follow_up()  # what the activation leaves to the next run: totals and stages
        self._vacuum()

    # ------------------------------------------------------------------ Tuesday

    def _take_in_new_customers(self) -> None:
        plan = self.plan
        with self.connection.cursor() as cursor:
            customers.copy(cursor, plan, plan.late, plan.customers - 1)
        self.connection.commit()
        with self.registry.cursor() as cr:
            customers.check(self._env(cr), plan.customers)
        self._vacuum()

    def _due_run(self) -> None:
        self._set_cutoffs()
        floors = {verb: getattr(self.floors, verb)() for verb in ("enrol", "plan", "send")}
        instalments = self._count("collection_instalment")
        calls, pauses = self._follow_up()
        units = {
            "enrol": self._count("collection_instalment") - instalments,
            "plan": self._count("collection_followup"),
            "send": self._count("collection_followup WHERE state = 'queued'"),
        }
        if units["send"] != self._count("mail_mail WHERE state = 'outgoing'") or not units["send"]:
            raise Failed(f"messages and outbox differ: {units}")
        for verb, floor in floors.items():
            self.report(verb, units[verb], self.figures[verb], floor)
        whole = sum(self.figures.values(), Figures())
        self.report("run", units["send"], whole, sum(floors.values()), calls=calls, pauses=pauses)

    def _track(self) -> None:
        """Bring those up to date who were written to; the run has begun with it where it was long."""
        floor = self.floors.track()
        begun = self.figures["track"]
        self._follow_up()
        debtors = len(set(self._ids("collection_followup", "debtor_id")))
        self.report("track", debtors, begun + self.figures["track"], floor)

    def _empty_run(self) -> None:
        floor = self.floors.select()
        self.is_watching = False
        with self.meter.measure() as figures:
            self._call(JOB)
        self.is_watching = True
        self.report("empty", 1, figures, floor)

    def _gateway(self) -> None:
        """Send our messages and as many plain mails by Odoo's queue, one after the other."""
        count = min(self.plan.customers, GATEWAY)
        plain = self._plain_mails(WARM_UP)
        self._send_mails(plain)
        ours = self._ids(f"mail_mail WHERE state = 'outgoing' ORDER BY id LIMIT {count}")
        plain = self._plain_mails(len(ours))
        stock = self._send_mails(plain)
        with self.profile.of("gateway"):
            own = self._send_mails(ours)
        self.report("gateway", len(ours), own, stock.wall_s)
        self.report("stock", len(plain), stock, stock.wall_s)

    def _plain_mails(self, count: int) -> list[int]:
        """Write mails like ours that nobody follows up."""
        with self.registry.cursor() as cr:
            env = self._env(cr)
            model = env["mail.mail"].search([("state", "=", "outgoing")], limit=1)
            values = {
                "subject": model.subject,
                "body": model.body,
                "body_html": model.body_html,
                "email_from": model.email_from,
                "email_to": "somebody@bench.example.com",
                "reply_to": model.reply_to,
                "auto_delete": False,
            }
            return env["mail.mail"].create([values] * count).ids

    def _send_mails(self, ids: list[int]) -> Figures:
        """Let the queue send these, and keep all others."""
        self._execute(
            "UPDATE mail_mail SET scheduled_date = CASE WHEN id = ANY(%s) THEN NULL "
            "ELSE now() AT TIME ZONE 'UTC' + interval '9 days' END WHERE state = 'outgoing'",
            [ids],
        )
        with self.meter.measure() as figures:
            self._call(MAIL_JOB)
        sent = len({*ids}.intersection(self._ids("mail_mail WHERE state = 'sent'")))
        if sent != len(ids):
            raise Failed(f"{sent} of {len(ids)} mails were sent")
        return figures

    # ------------------------------------------------------------------ Wednesday

    def _tasks(self) -> None:
        self._set_cutoffs()
        floor = self.floors.tasks()
        before = self._count("mail_activity"), self._count("collection_followup")
        self._follow_up()
        made = self._count("mail_activity") - before[0]
        if made != self._count("collection_followup") - before[1]:
            raise Failed(f"{made} activities were made, and other follow-ups")
        self.report("activity", made, self.figures["plan"] + self.figures["send"], floor)

    def _check(self) -> None:
        """What was measured has to have worked."""
        if count := self._count("collection_followup WHERE state NOT IN ('queued', 'sent')"):
            raise Failed(f"{count} follow-ups were not sent")

    # ------------------------------------------------------------------ the scheduler

    def _watch(self) -> None:
        """Measure each verb from outside."""
        model = self.registry["collection.run"]
        original = model._run_verb

        def measured(run, verb, *arguments):
            if not self.is_watching:
                return original(run, verb, *arguments)
            with self.meter.measure() as figures, self.profile.of(verb):
                done = original(run, verb, *arguments)
            self.figures[verb] += figures
            return done

        model._run_verb = measured

    def _follow_up(self) -> tuple[int, int]:
        """Let the scheduler call our action until it has been through all verbs.

        :return: the number of calls, and after how many of them it would have paused for its interval
        """
        self.figures.clear()
        pauses = 0
        for calls in range(1, SCHEDULER_CALLS):
            self._call(JOB)
            if not self._count("collection_run WHERE state = 'running'"):
                return calls, pauses
            pauses += not self._count(f"ir_cron_trigger WHERE cron_id = {self._job_id(JOB)}")
        raise Failed(f"the run was not through after {SCHEDULER_CALLS} calls of the scheduler")

    def _call(self, xmlid: str) -> None:
        """Let the scheduler run a job that is due, as its thread does."""
        jobs = self.registry["ir.cron"]
        with sql_db.db_connect(self.registry.db_name).cursor() as cr:
            job = self._job_id(xmlid)
            cr.execute(
                "INSERT INTO ir_cron_trigger (cron_id, call_at) VALUES (%s, %s)",
                [job, cr.now() - timedelta(seconds=1)],
            )
            cr.commit()
            jobs._process_jobs_loop(cr, job_ids=[job])
            cr.execute("SELECT failure_count FROM ir_cron WHERE id = %s", [job])
            if cr.fetchone()[0]:
                raise Failed(f"{xmlid} failed; see the log")

    # ------------------------------------------------------------------ small things

    def _env(self, cr):
        return api.Environment(cr, api.SUPERUSER_ID, {})

    def _set_cutoffs(self) -> None:
        with self.registry.cursor() as cr:
            env = self._env(cr)
            rows = env["collection.plan"]._cutoffs(env.ref("base.main_company"))
        self.floors.set_cutoffs(rows)

    def _job_id(self, xmlid: str) -> int:
        module, name = xmlid.split(".")
        return self._ids(f"ir_model_data WHERE module = '{module}' AND name = '{name}'", "res_id")[
            0
        ]

    def _count(self, source: str) -> int:
        return self._execute(f"SELECT count(*) FROM {source}")[0][0]

    def _ids(self, source: str, column: str = "id") -> list[int]:
        return [row[0] for row in self._execute(f"SELECT {column} FROM {source}")]

    def _execute(self, statement: str, values=None) -> list[tuple]:
        with self.connection.cursor() as cursor:
            cursor.execute(statement, values)
            rows = cursor.fetchall() if cursor.description else []
        self.connection.commit()
        return rows

    def _vacuum(self) -> None:
        """What autovacuum does in time: the figures are not to depend on when it comes."""
        self.connection.autocommit = True
        with self.connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        self.connection.autocommit = False
