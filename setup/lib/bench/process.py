"""The processes of the benchmark that run Odoo: `python -m bench.process STAGE DATABASE SIZE …`."""

import argparse
import json
import logging
import os
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import odoo
from odoo import api
from odoo.modules.registry import Registry
from odoo.service.server import load_server_wide_modules

from world.clock import Clock

from . import customers, papers, scheduler, screens, together, verbs
from .meter import Meter
from .profile import Profile

STAGES = ("make", "check", "verbs", "papers", "monday", "together", "screens")

_logger = logging.getLogger("bench")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("stage", choices=STAGES)
    parser.add_argument("database")
    parser.add_argument("size", type=int)
    parser.add_argument("--lines", type=Path, help="the file that lines are added to")
    parser.add_argument("--profile", type=Path, help="a folder for profiles of the verbs")
    parser.add_argument("--pdfs", type=int, default=0)
    parser.add_argument("--role", choices=together.ROLES)
    parser.add_argument("--folder", type=Path, help="of files that processes wait for")
    parser.add_argument("--url", help="of the server that PDFs get their styles from")
    options = parser.parse_args()
    odoo.tools.config.parse_config(["-d", options.database, "--no-http"], setup_logging=True)
    threading.current_thread().dbname = options.database
    meter = Meter()
    with meter.measure() as loading:
        load_server_wide_modules()
        registry = Registry(options.database)
    if options.stage == "make":
        make(registry, options.size)
        return
    if options.stage == "check":
        with registry.cursor() as cr:
            env = api.Environment(cr, api.SUPERUSER_ID, {})
            customers.check(env, customers.Plan.of(options.size).customers)
        return
    if options.stage == "together":
        together.Stage(registry, options.role, options.folder).play()
        return
    if options.stage == "screens":
        with registry.cursor() as cr:
            made = screens.prepare(api.Environment(cr, api.SUPERUSER_ID, {}))
        scheduler.Scheduler(registry).follow_up()
        options.lines.write_text(json.dumps(made), encoding="utf-8")
        return
    clock = Clock(Path(os.environ["CLOCKSHIFT_FILE"]))
    if options.stage == "monday":
        nobody = Profile(None)
        verbs.Verbs(registry, options.size, clock, meter, lambda *_figures: None, nobody).monday()
        return
    with open(options.lines, "a", encoding="utf-8") as file:

        def report(verb: str, units: int, figures, floor_s: float | None = None, **more) -> None:
            line = {"size": options.size, "verb": verb, "units": units, **figures.rounded()}
            line["floor_s"] = floor_s if floor_s is None else round(floor_s, 4)
            file.write(json.dumps({**line, **more}) + "\n")
            file.flush()

        if options.stage == "verbs":
            report("registry", len(registry), loading)
            profile = Profile(options.profile)
            verbs.Verbs(registry, options.size, clock, meter, report, profile).run()
        else:
            papers.run(registry, meter, report, options.pdfs, options.url)


@contextmanager
def logged(what: str):
    """Write to the log how long something took."""
    started = time.perf_counter()
    yield
    _logger.info("%s took %.1f s", what, time.perf_counter() - started)


def make(registry: Registry, size: int) -> None:
    """Set the company up, make the customers that are there at the activation, and check them."""
    plan = customers.Plan.of(size)
    with registry.cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {})
        company = env.ref("base.main_company")
        ruler = env.ref("collection_ruler.collection_ruler_default")
        company.alias_domain_id = env["mail.alias.domain"].create({"name": "bench.example.com"})
        company.email = "office@bench.example.com"
        company.partner_id.tz = "Europe/London"
        company.partner_id.bank_ids = [
            (0, 0, {"acc_number": "12345678", "allow_out_payment": True})
        ]
        env["payment.provider"].create(
            {"name": "Cards", "state": "test", "is_published": True, "company_id": company.id}
        )
        ruler.step_ids.attach_invoice = False
        make_rulers_before(ruler)
        calendar = company._collection_calendar()
        now = datetime.now(UTC).replace(microsecond=0)
        if not calendar.is_open(now.astimezone(UTC)):
            raise SystemExit(f"nobody may be written to at {now}")
        with logged("the template"):
            customers.Template(env, calendar.local_day(now)).make(ruler, plan)
        with logged("the copies"):
            customers.copy(cr, plan, 1, plan.late - 1)
            cr.commit()
        with logged("the check"):
            customers.check(env, plan.late)
    with registry.cursor() as cr:
        cr.execute("ANALYZE")


def make_rulers_before(ruler) -> None:
    """Four rulers that every instalment is matched against first, in vain (A6)."""
    nobody_pays_so_much = 1e9
    for name, conditions in (
        ("country", {"country_ids": [(6, 0, ruler.env.ref("base.xk").ids)]}),
        ("amount", {"amount_min": nobody_pays_so_much}),
        ("kind", {"customer_kind": "company", "amount_min": nobody_pays_so_much}),
        ("filter", {"partner_domain": "[('ref', '=', 'nobody')]"}),
    ):
        before = ruler.copy({"name": f"By {name}", "sequence": 0, **conditions})
        before.write({"state": "running", "started_at": "2020-01-01"})


if __name__ == "__main__":
    main()
