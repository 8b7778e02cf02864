"""Which screens are looked at, as whom, and what is pressed before the picture."""

import json
from dataclasses import dataclass
from pathlib import Path

from provision import progress

WIDTHS = (1400, 390)


@dataclass(frozen=True)
class Screen:
    """A screen to look at.

    :param path: below the server's address
    :param until: a CSS selector that is there when it can be looked at
    :param press: CSS selectors of what is pressed then, one after the other
    :param finally_: a CSS selector to wait for after that
    """

    name: str
    path: str
    until: str
    press: tuple[str, ...] = ()
    finally_: str = ""
    login: str = "admin"


def screens(server) -> list[Screen]:
    """The screens, with the records of this database that are worth looking at."""
    debtor = server.query(
        "SELECT id FROM collection_debtor WHERE amount_overdue > 0 "
        "ORDER BY (SELECT count(*) FROM collection_followup f WHERE f.debtor_id = "
        "collection_debtor.id) DESC LIMIT 1"
    )[0][0]
    ruler = server.query("SELECT id FROM collection_ruler WHERE state = 'running' LIMIT 1")[0][0]
    invoice = server.query(
        "SELECT i.move_id FROM collection_instalment i WHERE is_open AND watermark > 0 LIMIT 1"
    )[0][0]
    form, cards = ".o_form_view", ".o_kanban_record:not(.o_kanban_ghost)"
    return [
        Screen("rulers", "/odoo/collection-rulers", ".o_content .o_data_row, " + cards),
        Screen(
            "proposal",
            "/odoo/action-collection_ruler.collection_ruler_proposal_action",
            ".modal table",
        ),
        Screen("ruler", f"/odoo/collection-rulers/{ruler}", form),
        Screen(
            "simulation",
            f"/odoo/collection-rulers/{ruler}/action-collection_ruler.collection_simulation_action",
            ".modal table",
        ),
        Screen(
            "ruler-limits",
            f"/odoo/collection-rulers/{ruler}",
            form,
            press=(".o_notebook a[name='limits']",),
            finally_=".o_notebook .tab-pane.active [name='owed_min']",
        ),
        Screen(
            "ruler-who",
            f"/odoo/collection-rulers/{ruler}",
            form,
            press=(".o_notebook a[name='who']",),
            finally_=".o_notebook .tab-pane.active [name='customer_kind']",
        ),
        Screen("today", "/odoo/collections-today", ".o_content", login="collector"),
        Screen("outgoing", "/odoo/todays-outgoing", ".o_content", login="collector"),
        Screen("debtors", "/odoo/debtors", cards, login="collector"),
        Screen("debtor", f"/odoo/debtors/{debtor}", form, login="collector"),
        Screen(
            "debtor-preferences",
            f"/odoo/debtors/{debtor}",
            form,
            press=(".o_notebook a[name='preferences']",),
            finally_=".o_notebook .tab-pane.active [name='best_hour']",
            login="collector",
        ),
        Screen("follow-ups", "/odoo/follow-ups", ".o_data_row, " + cards, login="collector"),
        Screen("invoices-by-stage", "/odoo/invoices-by-stage", ".o_content", login="collector"),
        Screen(
            "invoice",
            f"/odoo/action-account.action_move_out_invoice_type/{invoice}",
            form,
            press=(".o_notebook a[name='collection']",),
            finally_=".o_notebook .tab-pane.active .o_ruler_here, .o_notebook .tab-pane.active",
        ),
        Screen(
            "nobody",
            "/odoo/action-collection_ruler.collection_coverage_action",
            ".o_content",
            login="collector",
        ),
        Screen("runs", "/odoo/collection-runs", ".o_data_row, " + cards),
        Screen(
            "settings",
            "/odoo/settings#account",
            "#collection_pause",
        ),
    ]


def take(browser, server, folder: Path) -> list[Path]:
    """Take all pictures.

    :return: the files
    """
    files = []
    found = screens(server)
    companies = "-".join(
        str(row[0])
        for row in server.query("SELECT company_id FROM collection_ruler WHERE state = 'running'")
    )
    for login in dict.fromkeys(screen.login for screen in found):
        browser.log_in(server, login)
        browser.cookie(server.url, "cids", companies)
        for width in WIDTHS:
            browser.width(width)
            for screen in found:
                if screen.login == login:
                    with progress.step(f"{screen.name}, {width} pixels"):
                        file = folder / f"{screen.name}-{width}.png"
                        look(browser, server, screen, file)
                        files.append(file)
    return files


def look(browser, server, screen: Screen, file: Path) -> None:
    browser.show(server.url + screen.path, screen.until)
    # our settings stand below Odoo's own
    looked_for = f"document.querySelector({json.dumps(screen.until)})"
    browser.run(f"{looked_for}.scrollIntoView({{block: 'center'}})")
    for selector in screen.press:
        browser.wait(selector)
        browser.run(f"document.querySelector({json.dumps(selector)}).click()")
    if screen.finally_:
        browser.wait(screen.finally_)
    browser.picture(file)
