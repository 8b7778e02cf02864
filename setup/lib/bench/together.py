"""Two processes at one run, and a third that books payments meanwhile."""

import json
import random
import time
from pathlib import Path

from odoo import SUPERUSER_ID, api, fields
from odoo.modules.registry import Registry
from odoo.service.model import retrying

from .scheduler import HELP_JOB, Scheduler

PAYMENTS = 50  # a second at most: a busy company
POLL = 0.02
LIMIT = 600  # seconds after which a process gives up

MAIN, HELPER, CASHIER = ROLES = ("main", "helper", "cashier")


class Stage:
    """One process of several: they begin at the same moment, and stop when the first is through.

    :param folder: of files that the processes wait for
    """

    def __init__(self, registry: Registry, role: str, folder: Path):
        self.registry = registry
        self.role = role
        self.folder = folder
        self.scheduler = Scheduler(registry)

    def play(self) -> None:
        """Be ready, wait for the others, do the work, and write down what it took."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["collection.ruler"].search([])  # what is loaded at first use is no part of the time
            if self.role == HELPER:
                env.ref(HELP_JOB).active = True
        (self.folder / f"{self.role}.ready").touch()
        self._wait_for("go")
        started = time.perf_counter()
        result = getattr(self, f"_{self.role}")()
        result["wall_s"] = time.perf_counter() - started
        (self.folder / f"{self.role}.json").write_text(json.dumps(result), encoding="utf-8")

    def _main(self) -> dict:
        calls, pauses = self.scheduler.follow_up()
        (self.folder / "done").touch()
        return {"calls": calls, "pauses": pauses}

    def _helper(self) -> dict:
        calls = 0
        while not (self.folder / "done").exists():
            if self.scheduler.is_triggered(HELP_JOB):
                self.scheduler.call(HELP_JOB)
                calls += 1
            time.sleep(POLL)
        return {"calls": calls}

    def _cashier(self) -> dict:
        """Book payments and undo every third, one after the other, as people would."""
        waits = []
        for move_id in self._open_invoices():
            if (self.folder / "done").exists():
                break
            begun = time.perf_counter()
            self._book(move_id, undo=len(waits) % 3 == 2)
            waits.append(time.perf_counter() - begun)
            time.sleep(max(0, 1 / PAYMENTS - waits[-1]))
        waits.sort()
        return {
            "payments": len(waits),
            "median_s": waits[len(waits) // 2],
            "longest_s": waits[-1],
        }

    def _book(self, move_id: int, undo: bool) -> None:
        """Pay an invoice, with the retries of Odoo's own requests; what still fails then is an error."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            retrying(lambda: self._pay(env, move_id, undo), env)

    def _pay(self, env, move_id: int, undo: bool) -> None:
        move = env["account.move"].browse(move_id)
        wizard = env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        payment = wizard.create({"payment_date": fields.Date.today()})._create_payments()
        if undo:
            payment.action_draft()
            payment.action_cancel()

    def _open_invoices(self) -> list[int]:
        with self.registry.cursor() as cr:
            cr.execute(
                "SELECT DISTINCT move_id FROM collection_instalment WHERE is_open ORDER BY move_id"
            )
            found = [row[0] for row in cr.fetchall()]
        random.Random(1).shuffle(found)
        return found

    def _wait_for(self, name: str) -> None:
        deadline = time.monotonic() + LIMIT
        while not (self.folder / name).exists():
            if time.monotonic() > deadline:
                raise TimeoutError(f"nobody said {name}")
            time.sleep(POLL)
