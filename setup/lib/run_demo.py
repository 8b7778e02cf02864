"""Runs the demonstration; see setup/demo."""

import argparse
import sys
from collections import Counter
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from time import sleep
from zoneinfo import ZoneInfo

from provision import everything, paths, postgres, progress

DAYS = 45
ZONE = ZoneInfo("Europe/Dublin")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="setup/demo", description="Follow up a guitar school's receivables for 45 days."
    )
    parser.add_argument("--no-serve", action="store_true", help="end after the simulation")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write JSON lines per message")
    parser.add_argument(
        "--until",
        type=date.fromisoformat,
        metavar="DATE",
        help="the last simulated day (default: today)",
    )
    parser.add_argument(
        "--days", type=int, default=DAYS, metavar="N", help=f"how many days (default: {DAYS})"
    )
    parser.add_argument(
        "--world",
        default="demo",
        metavar="NAME",
        help="a folder of its own in .odoo/world, for a second demonstration beside the first",
    )
    options = parser.parse_args()
    with progress.plain_errors():
        own = postgres.Cluster(paths.HOME / "pg")
        was_running = own.is_running()
        odoo = everything.ensure()
        try:
            return run(odoo, options)
        finally:
            if not was_running and not in_use(own):
                own.stop()  # it was started to make templates, and nothing is to be left running


def in_use(cluster: postgres.Cluster) -> bool:
    """Whether another command, started meanwhile, works on the cluster."""
    import psycopg2  # noqa: PLC0415 - needs the project's Python environment

    server = cluster.server
    try:
        with (
            closing(
                psycopg2.connect(dbname="postgres", host=server.host, user=server.user)
            ) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity "
                "WHERE backend_type = 'client backend' AND pid != pg_backend_pid()"
            )
            return cursor.fetchone()[0] > 0
    except psycopg2.OperationalError:
        return False


def run(odoo, options) -> int:
    # these need the project's Python environment, which `ensure` entered
    from demo import checks, report  # noqa: PLC0415
    from demo.simulation import Simulation  # noqa: PLC0415
    from world import World  # noqa: PLC0415

    until = options.until or datetime.now(ZONE).date()
    start = until - timedelta(days=options.days)
    with World(options.world, odoo) as world:
        simulation = Simulation(world, start)
        print(f"Odoo is at {simulation.server.url}/odoo while the days pass.", flush=True)
        simulation.activate()
        for number in range(options.days):
            simulation.play(start + timedelta(days=number + 1))
        lines = simulation.lines
        wrong = checks.problems(lines, simulation.school, until)
        wrong += simulation.banners.differences
        summary(lines, simulation.server, options.days)
        if options.report:
            report.write(lines, options.report)
            print(f"{len(lines)} messages are described in {options.report}")
        for problem in wrong:
            print(f"WRONG: {problem}")
        if not wrong:
            print("Checked: hours, holidays, doubles, one message a day, amounts in the text.")
        compared = simulation.banners
        print(
            f"Banners: {compared.compared} said in the evening what then left or did not, "
            f"{len(compared.differences)} did not; {compared.excused} are left out, since money, a reply "
            "or a person came between."
        )
        if not options.no_serve:
            serve(world, simulation.server, in_the_present=not options.until)
        return 1 if wrong else 0


def summary(lines, server, days: int) -> None:
    print(f"\n{len(lines)} messages in {days} days:")
    for step, count in Counter(entry.step for entry in lines).most_common():
        print(f"  {count:4}  {step}")
    print("What was planned and not sent:")
    rows = server.query(
        "SELECT state, reason, count(*) FROM collection_followup "
        "WHERE state NOT IN ('sent', 'queued') GROUP BY 1, 2 ORDER BY 3 DESC"
    )
    for state, reason, count in rows:
        print(f"  {count:4}  {state}: {reason}")
    print(flush=True)


def serve(world, server, in_the_present: bool) -> None:
    """Leave Odoo serving until Ctrl-C.

    :param in_the_present: set the clock to the machine's; else it goes on from the last simulated day
    """
    if in_the_present:
        server.stop()
        world.clock.reset()
        # the last simulated evening may lie ahead of the present; nothing is to wait for it
        server.query("UPDATE ir_cron SET nextcall = least(nextcall, now() AT TIME ZONE 'UTC')")
        server.start(http_port=server.http_port)
        server.wait_ready()
    print(
        f"Odoo is at {server.url}/odoo  (log in: admin / admin, or as the school's collector: "
        "collector / collector).  Ctrl-C ends it.",
        flush=True,
    )
    try:
        while server.is_running:
            sleep(1)
    except KeyboardInterrupt:
        print("\nEnding.")


if __name__ == "__main__":
    sys.exit(main())
