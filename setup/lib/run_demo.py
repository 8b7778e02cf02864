"""Runs the demonstration; see setup/demo."""

import argparse
import socket
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from time import sleep
from zoneinfo import ZoneInfo

from provision import everything, progress

DATABASE = "demo"
DAYS = 45
PORT = 8069
ZONE = ZoneInfo("Europe/Dublin")
BOOKKEEPING = time(8, 30)
# when the scheduler is looked at: through the working day, and once when nobody may be written to
WORKING_DAY = (time(9, 5), time(13, 0), time(17, 30))
NIGHT = time(22, 0)
NOON = time(12, 0)

LOAD = """
from odoo.tools import convert_file
convert_file(env, 'collection_ruler', 'demo/guitar_school.xml', {}, 'init', noupdate=True)
school = env.ref('collection_ruler.school')
env.ref('base.user_admin').company_id = school
# nothing of the demo is to call home
for name in ('mail.ir_cron_module_update_notification',):
    if cron := env.ref(name, raise_if_not_found=False):
        cron.active = False
env['mail.mail'].search([('state', '=', 'outgoing')]).write({'state': 'cancel'})
env.cr.commit()
"""


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="setup/demo", description="Follow up a guitar school's receivables for 45 days."
    )
    parser.add_argument("--no-serve", action="store_true", help="end after the simulation")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write JSON lines per message")
    options = parser.parse_args()
    with progress.plain_errors():
        odoo = everything.ensure()
        return simulate(odoo, options)


def simulate(odoo, options) -> int:
    # these need the project's Python environment, which `ensure` entered
    from demo import checks, report  # noqa: PLC0415
    from demo.school import School  # noqa: PLC0415
    from world import World  # noqa: PLC0415

    today = datetime.now(ZONE).date()
    start = today - timedelta(days=DAYS)
    with World("demo", odoo) as world:
        world.clock.set(moment(start, time(7, 0)))
        database = world.create_database(DATABASE)
        with progress.step("The school's customers and invoices"):
            load(world, database)
        server = start_server(world, database)
        school = School(server, start)
        counts = school.activate()
        print(
            f"Activated on {start}: {counts['instalment_count']} open instalments of "
            f"{counts['customer_count']} customers; {counts['joining_count']} join silently, "
            f"nobody is written to at once.\n"
        )
        lines = []
        for number in range(DAYS):
            lines += play(world, server, school, start + timedelta(days=number + 1), report)
        wrong = checks.problems(lines, school, today)
        summary(lines, server)
        if options.report:
            report.write(lines, options.report)
            print(f"{len(lines)} messages are described in {options.report}")
        for problem in wrong:
            print(f"WRONG: {problem}")
        if not wrong:
            print("Checked: hours, holidays, doubles, one message a day, amounts in the text.")
        if not options.no_serve:
            serve(world, server)
        return 1 if wrong else 0


def load(world, database: str) -> None:
    """Load the add-on's demo data as of the first simulated day."""
    command = world.odoo.command("shell", "-d", database, "--no-http", "--log-level=error")
    environment = {**world.odoo.environment(), **world.clock.env()}
    result = subprocess.run(
        command, input=LOAD, text=True, capture_output=True, env=environment, check=False
    )
    if result.returncode or "Traceback" in result.stderr:
        raise progress.SetupError(f"the demo data was not loaded: {result.stderr[-2000:]}")


def play(world, server, school, day: date, report) -> list:
    """Live through a day: the bookkeeper, the scheduler, the customers' answers."""
    said = []
    server.clock.set(moment(day, BOOKKEEPING))
    for words in school.book(day):
        print(f"{day}            {words}")
    hours = WORKING_DAY if day.weekday() < 5 else (NOON,)
    if day.day % 7 == 0:
        hours = (*hours, NIGHT)
    for hour in hours:
        known = len(world.mail.received)
        tasks = done_tasks(server)
        server.tick(moment(day, hour))
        for received in world.mail.received[known:]:
            entry = report.line(server, received)
            said.append(entry)
            tell(entry)
            if words := school.answer(received, day):
                print(f"{day}            {words}")
        for customer, step in done_tasks(server)[len(tasks) :]:
            print(f"{day} {hour:%H:%M}      {customer:24} {step:26} task")
    return said


def done_tasks(server) -> list[tuple[str, str]]:
    return server.query(
        "SELECT p.name, f.step_name FROM collection_followup f "
        "JOIN collection_debtor d ON d.id = f.debtor_id JOIN res_partner p ON p.id = d.partner_id "
        "WHERE f.channel = 'activity' AND f.state = 'sent' ORDER BY f.handed_at, f.id"
    )


def tell(entry) -> None:
    at = datetime.fromisoformat(entry.received_at).astimezone(ZONE)
    amount = f"{entry.amount:10.2f} {entry.currency}" if entry.amount is not None else ""
    print(
        f"{at:%Y-%m-%d %H:%M}      {entry.customer or entry.to:24} {entry.step or '?':26} "
        f"{entry.channel:8} {amount}",
        flush=True,
    )


def summary(lines, server) -> None:
    print(f"\n{len(lines)} messages in {DAYS} days:")
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


def start_server(world, database: str):
    """Serve on Odoo's usual port if it is free: links in messages and PDFs point there."""
    server = world.server(database)
    server.log.unlink(missing_ok=True)
    server.start(http_port=PORT if is_free(PORT) else 0)
    server.wait_ready()
    for key, value in (("web.base.url", server.url), ("web.base.url.freeze", "True")):
        server.rpc("ir.config_parameter", "set_param", key, value)
    return server


def serve(world, server) -> None:
    """Leave Odoo serving in the present until Ctrl-C."""
    server.stop()
    world.clock.shift = 0
    server.start(http_port=server.http_port)
    server.wait_ready()
    print(f"Odoo is at {server.url}/odoo  (log in: admin / admin).  Ctrl-C ends it.", flush=True)
    try:
        while server.is_running:
            sleep(1)
    except KeyboardInterrupt:
        print("\nEnding.")


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def moment(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, ZONE).astimezone(UTC)


if __name__ == "__main__":
    sys.exit(main())
