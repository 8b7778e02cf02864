"""How long a screen takes to open, beside Odoo's own screen with as much on it."""

import re
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

TIMES = 2  # a screen of ours may take that much of the time of Odoo's own
MANY = 200  # open instalments of one debtor, and lines of one invoice
ROUNDS = 7  # after one that is not counted

# as Odoo's log ends the line of a request: queries, seconds in SQL, seconds elsewhere
REQUEST = re.compile(r'"(?:POST|GET) (\S+) HTTP[^"]*" 200 - (\d+) ([\d.]+) ([\d.]+)')
# within the client that is open already, until the next frame after what is waited for is there
OPEN = """
(async () => {{
    const {{ action }} = odoo.__WOWL_DEBUG__.root.env.services;
    document.querySelectorAll(".o_action").forEach((old) => old.classList.add("o_bench_old"));
    const start = performance.now();
    await action.doAction({action}, {{ clearBreadcrumbs: true, viewType: "{view}" }});
    const shown = () => document.querySelectorAll(".o_action:not(.o_bench_old) {until}").length;
    const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    do {{
        await frame();
    }} while (!shown() && performance.now() < start + {limit});
    return [performance.now() - start, shown()];
}})()
"""
LIMIT = 20000  # milliseconds
REST = 0.5  # seconds in which the screen before gets what it asks for last


@dataclass
class Screen:
    """A screen that is opened again and again.

    :param action: JavaScript of what the client's action service is asked for
    :param until: a CSS selector of what has to be there when it is open
    """

    name: str
    action: str
    view: str
    until: str
    milliseconds: list[float] = field(default_factory=list)
    server_milliseconds: list[float] = field(default_factory=list)
    queries: list[int] = field(default_factory=list)
    shown: int = 0

    def open(self, browser, server) -> None:
        """Open it once and note what it took."""
        time.sleep(REST)
        before = server.log.stat().st_size
        script = OPEN.format(action=self.action, view=self.view, until=self.until, limit=LIMIT)
        milliseconds, self.shown = browser.run(script)
        if not self.shown:
            browser.picture(server.log.with_name("nothing.png"))
            raise RuntimeError(f"{self.name} shows nothing")
        with open(server.log, errors="replace") as log:
            log.seek(before)
            requests = [found.groups() for found in REQUEST.finditer(log.read())]
        self.milliseconds.append(milliseconds)
        self.queries.append(sum(int(queries) for _path, queries, *_rest in requests))
        seconds = sum(float(sql) + float(other) for _path, _queries, sql, other in requests)
        self.server_milliseconds.append(seconds * 1000)

    def __str__(self) -> str:
        return (
            f"{self.name:52} {median(self.milliseconds):6.0f} ms, "
            f"{median(self.server_milliseconds):5.0f} ms of them in the server, "
            f"{median(self.queries):3.0f} queries, {self.shown} rows or cards"
        )


def median(values: list) -> float:
    """The middle one, without the first, which loads what is kept afterwards."""
    return statistics.median(values[1:])


def prepare(env) -> dict[str, int]:
    """Make a customer with many open instalments, and an invoice with as many lines.

    :param env: of the superuser, in a database of the benchmark
    :return: ids, by name
    """
    pattern = env["account.move"].search([("move_type", "=", "out_invoice")], limit=1)
    partner, long_customer = env["res.partner"].create(
        [
            {"name": f"{name} of the benchmark", "email": f"{name}@bench.example.com"}
            for name in ("many", "long")
        ]
    )
    line = pattern.invoice_line_ids[0]
    values = {
        "move_type": "out_invoice",
        "invoice_date": pattern.invoice_date,
        "invoice_date_due": pattern.invoice_date,
        "invoice_payment_term_id": False,
    }

    def lines(count: int) -> list:
        return [
            (0, 0, {"name": f"Line {number}", "price_unit": 10, "account_id": line.account_id.id})
            for number in range(count)
        ]

    moves = env["account.move"].create(
        [values | {"partner_id": partner.id, "invoice_line_ids": lines(1)} for _n in range(MANY)]
    )
    long_one = env["account.move"].create(
        values | {"partner_id": long_customer.id, "invoice_line_ids": lines(MANY)}
    )
    (moves + long_one).action_post()
    return {"partner": partner.id, "long": long_one.id, "short": moves[0].id}


def pairs(debtor: int, long_invoice: int, short_invoice: int) -> Iterator[tuple[Screen, Screen]]:
    """Our screens, each with Odoo's own that it is compared with."""
    card = ".o_kanban_record:not(.o_kanban_ghost)"
    ours, stock = (
        "collection_ruler.collection_debtor_action",
        "account.action_move_out_invoice_type",
    )
    invoice = Screen(
        f"Odoo's form of an invoice with {MANY} lines",
        _form("account.move", long_invoice),
        "form",
        ".o_data_row",
    )
    yield (
        Screen("Debtors", f"{ours!r}", "kanban", card),
        Screen("Odoo's invoices as cards", f"{stock!r}", "kanban", card),
    )
    yield (
        Screen(
            f"A debtor with {MANY} open instalments",
            _form("collection.debtor", debtor),
            "form",
            ".o_data_row",
        ),
        invoice,
    )
    yield (
        Screen(
            "The same debtor",
            _form("collection.debtor", debtor),
            "form",
            ".o_data_row",
        ),
        Screen(
            "Odoo's form of an invoice with one line",
            _form("account.move", short_invoice),
            "form",
            ".o_data_row",
        ),
    )


def compare(browser, server, found: list[tuple[Screen, Screen]]) -> str:
    """Open all screens in turns, and say what they take.

    :param browser: logged in, anywhere
    :param server: an ``OdooServer``
    """
    browser.show(f"{server.url}/odoo", ".o_web_client .o_main_navbar")
    for _round in range(1 + ROUNDS):
        for pair in found:
            for screen in pair:
                screen.open(browser, server)
    texts = []
    for own, stock in found:
        times = median(own.milliseconds) / median(stock.milliseconds)
        word = "met" if times <= TIMES else "MISSED"
        texts += [str(own), str(stock), f"  {word}: {times:.2f} times (at most {TIMES})"]
    return "\n".join(texts)


def _form(model: str, number: int) -> str:
    return (
        f"{{type: 'ir.actions.act_window', res_model: '{model}', res_id: {number}, "
        f"views: [[false, 'form']]}}"
    )
