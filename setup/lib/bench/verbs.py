"""Three days of a company's follow-up, measured verb by verb.

- Monday: the ruler is activated, the backlog joins silently
- Tuesday: some invoices are new, nearly each customer is due a message: the run up to the outbox
  rows, with the day's look at all payer profiles apart, a second run that tracks, an empty one, the
  forecast of the coming 30 days, and the gateway beside Odoo's stock queue
- Wednesday: some customers are to be called

The scheduled actions are run by Odoo's scheduler, one by one, in this process.
"""

from collections import defaultdict
from datetime import timedelta

import psycopg2
from odoo import api, sql_db
from odoo.modules.registry import Registry
from psycopg2 import sql

from world.clock import Clock

from . import customers
from .floors import Floors
from .meter import Figures, Meter
from .profile import Profile
from .scheduler import JOB, MAIL_JOB, Failed, Scheduler

GATEWAY = 500  # messages at most that go to the mail server
WARM_UP = 5  # mails before those that are measured


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
        self.scheduler = Scheduler(registry)
        self.figures: dict[str, Figures] = defaultdict(Figures)
        self.is_watching = True
        self._watch()
        self.connection = psycopg2.connect(**sql_db.connection_info_for(registry.db_name)[1])
        self.floors = Floors(self.connection)

    def monday(self) -> None:
        """Switch the ruler on; then it is Tuesday, with new customers."""
        self._activate()
        self.clock.advance(timedelta(days=1))
        self._take_in_new_customers()

    def run(self) -> None:
        """Measure all days."""
        self.monday()
        self._due_run()
        self._track()
        self._empty_run()
        self._forecast()
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
        of_profiles = self.floors.profile()
        instalments = self._count("collection_instalment")
        calls, pauses = self._follow_up()
        units = {
            "enrol": self._count("collection_instalment") - instalments,
            "plan": self._count("collection_followup"),
            "send": self._count("collection_followup", "queued"),
        }
        if units["send"] != self._count("mail_mail", "outgoing") or not units["send"]:
            raise Failed(f"messages and outbox differ: {units}")
        for verb, floor in floors.items():
            self.report(verb, units[verb], self.figures[verb], floor)
        # once a day and whatever is due: it has a mark of its own
        profiles = self.figures.pop("profile", Figures())
        whole = sum(self.figures.values(), Figures())
        self.report("run", units["send"], whole, sum(floors.values()), calls=calls, pauses=pauses)
        self.report("profile", self._count("collection_debtor"), profiles, of_profiles)

    def _track(self) -> None:
        """Bring those up to date who were written to; the run has begun with it where it was long."""
        floor = self.floors.track()
        begun = self.figures["track"]
        self._follow_up()
        debtors = len(set(self._values("collection_followup", column="debtor_id")))
        self.report("track", debtors, begun + self.figures["track"], floor)

    def _empty_run(self) -> None:
        floor = self.floors.select()
        self.is_watching = False
        with self.meter.measure() as figures:
            self.scheduler.call(JOB)
        self.is_watching = True
        self.report("empty", 1, figures, floor)

    def _forecast(self) -> None:
        """Open the forecast: facts of all that is open, the days played, the rows written."""
        floor = self.floors.read_open()
        with self.registry.cursor() as cr:
            forecast = self._env(cr)["collection.forecast"]
            with self.meter.measure() as figures, self.profile.of("forecast"):
                forecast.action_open_forecast()
                forecast.env.flush_all()
            foreseen = sum(forecast.search([]).mapped("number"))
            cr.rollback()
        if foreseen < self.plan.customers:  # nearly all of them have several steps to come
            raise Failed(f"only {foreseen} contacts are foreseen")
        self.report("forecast", self._count("collection_instalment"), figures, floor)

    def _gateway(self) -> None:
        """Send our messages and as many plain mails by Odoo's queue, one after the other."""
        count = min(self.plan.customers, GATEWAY)
        plain = self._plain_mails(WARM_UP)
        self._send_mails(plain)
        ours = self._values("mail_mail", "outgoing")[:count]
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
            self.scheduler.call(MAIL_JOB)
        sent = len({*ids}.intersection(self._values("mail_mail", "sent")))
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
        all_of_them = self._count("collection_followup")
        if count := all_of_them - self._count("collection_followup", "queued", "sent"):
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
        self.figures.clear()
        return self.scheduler.follow_up()

    # ------------------------------------------------------------------ small things

    def _env(self, cr):
        return api.Environment(cr, api.SUPERUSER_ID, {})

    def _set_cutoffs(self) -> None:
        with self.registry.cursor() as cr:
            env = self._env(cr)
            rows = env["collection.plan"]._cutoffs(env.ref("base.main_company"))
        self.floors.set_cutoffs([(*row[:2], *row[3:]) for row in rows if not row[2]])

    def _count(self, table: str, *states: str) -> int:
        return len(self._values(table, *states))

    def _values(self, table: str, *states: str, column: str = "id") -> list[int]:
        """A column of a table's rows in these states (of all without any), in the order of ids."""
        statement = sql.SQL("SELECT {} FROM {} {} ORDER BY id").format(
            sql.Identifier(column),
            sql.Identifier(table),
            sql.SQL("WHERE state = ANY(%s)" if states else ""),
        )
        return [row[0] for row in self._execute(statement, [list(states)] if states else None)]

    def _execute(self, statement, values=None) -> list[tuple]:
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
