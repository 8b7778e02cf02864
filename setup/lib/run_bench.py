"""Runs the benchmark; see setup/bench."""

import argparse
import json
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from provision import browser, everything, paths, progress, python_env

SIZES = (1000, 10000)
MONDAY = datetime(2026, 3, 9, 10, 0, tzinfo=UTC)  # an hour at which the company may write
PDFS = 20
# a copy of a database is silent, unless somebody says that it is the one that counts
NO_COPY = """
    UPDATE ir_config_parameter
       SET value = (SELECT system_identifier FROM pg_control_system()) || '/' ||
                   (SELECT oid FROM pg_database WHERE datname = current_database())
     WHERE key = 'collection_ruler.database_identity'
"""
START_LIMIT = 120  # seconds until a process has loaded Odoo


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="setup/bench", description="Measure the follow-up beside raw SQL."
    )
    parser.add_argument(
        "--size",
        type=int,
        action="append",
        metavar="N",
        help=f"open instalments, and as many paid; may be given several times (default: {SIZES})",
    )
    parser.add_argument("--report", type=Path, metavar="FILE", help="write JSON lines per verb")
    parser.add_argument(
        "--pdfs",
        type=int,
        default=PDFS,
        metavar="N",
        help=f"invoices that are rendered, over a second each (default: {PDFS}; 0: none)",
    )
    parser.add_argument(
        "--together",
        action="store_true",
        help="only compare one process with two, and with payments meanwhile (at --size)",
    )
    parser.add_argument(
        "--screens",
        action="store_true",
        help="only compare how fast screens open with Odoo's own (at --size)",
    )
    parser.add_argument(
        "--profile",
        type=Path,
        metavar="FOLDER",
        help="write where the time goes, per verb: cProfile statistics and the SQL statements",
    )
    parser.add_argument(
        "--world",
        default="bench",
        metavar="NAME",
        help="a folder of its own in .odoo/world, for a second benchmark beside the first",
    )
    options = parser.parse_args()
    with progress.plain_errors():
        odoo = everything.ensure()
        return run(odoo, options)


def run(odoo, options) -> int:
    # these need the project's Python environment, which `ensure` entered
    from bench import marks  # noqa: PLC0415
    from world import World  # noqa: PLC0415

    lines = []
    with World(options.world, odoo) as world:
        if options.together:
            print(Together(world, max(options.size or SIZES)).run())
            return 0
        if options.screens:
            browser.ensure()
            print(Screens(world, max(options.size or SIZES), pdfs=0).run())
            return 0
        for size in sorted(set(options.size or SIZES)):
            lines += Benchmark(world, size, options.pdfs, options.profile).run()
            world.mail.clear()
    if options.report:
        text = "".join(json.dumps(line) + "\n" for line in lines)
        options.report.write_text(text, encoding="utf-8")
    print(marks.table(lines))
    return 0


class Benchmark:
    """One size, on a database of its own.

    :param world: entered already
    :param size: open instalments
    :param pdfs: how many to render
    :param profile: a folder for profiles of the verbs
    """

    def __init__(self, world, size: int, pdfs: int, profile: Path | None = None):
        self.world = world
        self.size = size
        self.pdfs = pdfs
        self.profile = profile
        self.log = world.home / "bench.log"
        self.lines = world.home / "bench.jsonl"

    def run(self) -> list[dict]:
        """Make the customers, measure, and return the lines of the report."""
        self._make_customers()
        with progress.step("The verbs"):
            profile = ("--profile", self.profile.resolve()) if self.profile else ()
            self._process("verbs", "--lines", self.lines, *profile)
        if self.pdfs:
            with progress.step(f"{self.pdfs} PDFs, twice"):
                # wkhtmltopdf fetches the styles of a page from Odoo
                server = self.world.serve(self.database, "--max-cron-threads", "0", name="styles")
                self._process(
                    *("papers", "--lines", self.lines),
                    *("--pdfs", self.pdfs, "--url", server.url),
                )
                server.stop()
        found = [json.loads(line) for line in self.lines.read_text().splitlines()]
        self._check_mail(found)
        return found

    def _make_customers(self) -> None:
        for file in (self.log, self.lines):
            file.unlink(missing_ok=True)
        self.world.clock.set(MONDAY)
        self.database = self.world.create_database("bench")
        with progress.step(f"{self.size} open and {self.size} paid instalments"):
            self._process("make")

    def check(self) -> None:
        """Compare the customers once more with what the ORM makes of them.

        :raises SetupError: naming the first difference
        """
        self._process("check")

    def _check_mail(self, found: list[dict]) -> None:
        """Every mail that was measured really arrived, once."""
        sent = sum(line["units"] for line in found if line["verb"] in ("gateway", "stock"))
        arrived = len(self.world.mail.received)
        if not sent <= arrived <= sent + 10:
            raise progress.SetupError(f"{sent} mails were sent, {arrived} arrived")

    def _process(self, stage: str, *arguments: object) -> None:
        self._wait(self._start(stage, *arguments))

    def _start(self, stage: str, *arguments: object) -> subprocess.Popen:
        odoo = self.world.odoo
        command = [python_env.PYTHON, "-m", "bench.process", stage, self.database, self.size]
        with open(self.log, "a") as log:
            return subprocess.Popen(
                [str(part) for part in (*command, *arguments)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={
                    **odoo.environment(),
                    **self.world.clock.env(),
                    "PYTHONPATH": str(paths.LIB),
                },
            )

    def _wait(self, *processes: subprocess.Popen) -> None:
        try:
            codes = [process.wait() for process in processes]
        finally:
            for process in processes:
                if process.poll() is None:
                    process.kill()
        if any(codes):
            words = progress.last_words(self.log.read_text(errors="replace"))
            raise progress.SetupError(f"{words} (all of it: {progress.shown(self.log)})")


class Screens(Benchmark):
    """Screens in a browser, with many debtors, and one of them with many instalments."""

    def run(self) -> str:
        """Make the customers, activate the ruler, open the screens; say what they took."""
        # these need the project's Python environment
        from bench import screens  # noqa: PLC0415
        from world.browser import Browser  # noqa: PLC0415

        self._make_customers()
        with progress.step("A day on which nearly each customer is due a message"):
            self._process("monday")
            self._process("screens", "--lines", self.lines)
        made = json.loads(self.lines.read_text())
        with progress.step("Screens"), Browser(self.world.home / "browser") as chromium:
            server = self.world.serve(self.database, "--max-cron-threads", "0", name="screens")
            (debtor,) = server.query(
                "SELECT id FROM collection_debtor WHERE partner_id = %s", [made["partner"]]
            )[0]
            chromium.width(1400)
            chromium.log_in(server, "admin")
            pairs = list(screens.pairs(debtor, made["long"], made["short"]))
            return screens.compare(chromium, server, pairs)


class Together(Benchmark):
    """The same run by one process, by two, and by two while payments are booked and undone."""

    CASTS = {
        "one process": ("main",),
        "two processes": ("main", "helper"),
        "two, with payments": ("main", "helper", "cashier"),
    }

    def __init__(self, world, size: int):
        super().__init__(world, size, pdfs=0)
        self.folder = world.home / "together"

    def run(self) -> str:
        """Play all casts, each on a copy of the same database, and say what it took."""
        self._make_customers()
        with progress.step("The activation"):
            self._process("monday")
        origin = self.database
        tuesday = self.world.clock.now()
        texts = []
        for name, roles in self.CASTS.items():
            self.database = self.world.databases.copy(origin, "together")
            self.world.databases.query(NO_COPY, database=self.database)
            self.world.clock.set(tuesday)
            with progress.step(name.capitalize()):
                found = self._play(roles)
            texts.append(f"{name}: " + self._words(found))
        return "\n".join(texts)

    def _play(self, roles) -> dict:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        processes = [
            self._start("together", "--role", role, "--folder", self.folder) for role in roles
        ]
        deadline = time.monotonic() + START_LIMIT
        while not all((self.folder / f"{role}.ready").exists() for role in roles):
            if time.monotonic() > deadline or any(process.poll() for process in processes):
                break
            time.sleep(0.05)
        (self.folder / "go").touch()
        self._wait(*processes)
        return {
            role: json.loads((self.folder / f"{role}.json").read_text(encoding="utf-8"))
            for role in roles
        }

    def _words(self, found: dict) -> str:
        query = self.world.databases.query
        states = query(
            "SELECT state, count(*) FROM collection_followup GROUP BY 1 ORDER BY 1",
            database=self.database,
        )
        seconds = max(found[role]["wall_s"] for role in found if role != "cashier")
        text = f"{seconds:.1f} s; follow-ups: " + ", ".join(f"{n} {s}" for s, n in states)
        if cashier := found.get("cashier"):
            text += (
                f"; {cashier['payments']} payments, half within {cashier['median_s']:.2f} s, "
                f"the longest {cashier['longest_s']:.2f} s"
            )
        return text


if __name__ == "__main__":
    sys.exit(main())
