"""Which screens are looked at, as whom, and what is pressed before the picture."""

import json
from dataclasses import dataclass
from pathlib import Path

from provision import progress

WIDTHS = (1400, 390)
# what Odoo's web client leaves for whoever looks into it
SERVICES = "odoo.__WOWL_DEBUG__.root.env.services"


@dataclass(frozen=True)
class Screen:
    """A screen to look at.

    :param path: below the server's address
    :param dialog: an action that is opened over it, and its context
    :param until: a CSS selector that is there when it can be looked at
    :param press: CSS selectors of what is pressed then, one after the other
    :param finally_: a CSS selector to wait for after that
    """

    name: str
    path: str
    until: str
    dialog: tuple[str, dict] | None = None
    press: tuple[str, ...] = ()
    finally_: str = ""
    login: str = "admin"


CHARGES = {
    "name": "By our contract",
    "debtor_kind": "both",
    "basis": "Clause 7 of our contract: EUR 5 once, and 9 % interest a year.",
    "fee": 5.0,
    "interest_period": "year_365",
    "rate_ids": [(0, 0, {"date_from": "2020-01-01", "percent": 9.0, "note": "our contract"})],
}


def prepare(server) -> None:
    """What the played weeks have not: late charges, another ruler, a lawyer, an invoice of nobody."""
    ruler, company = server.query(
        "SELECT id, company_id FROM collection_ruler WHERE state = 'running' LIMIT 1"
    )[0]
    server.rpc("collection.ruler", "copy", [ruler], {"name": "Another ruler"})
    euro = server.query("SELECT id FROM res_currency WHERE name = 'EUR'")[0][0]
    rule = server.rpc("collection.charge.rule", "create", {**CHARGES, "currency_id": euro})
    server.rpc("collection.ruler", "write", [ruler], {"charge_rule_id": rule, "amount_min": 50})
    server.rpc("res.partner", "create", {"name": "Lawyers & Example", "is_company": True})
    customer = server.rpc(
        "res.partner", "create", {"name": "Sam Small", "email": "sam.small@customers.example.com"}
    )
    day = str(server.query("SELECT (now() - interval '9 days')::date")[0][0])
    small = server.rpc(
        "account.move",
        "create",
        {
            "move_type": "out_invoice",
            "company_id": company,
            "partner_id": customer,
            "invoice_date": day,
            "invoice_date_due": day,
            "invoice_line_ids": [
                (0, 0, {"name": "Strings", "price_unit": 35, "tax_ids": [(5, 0, 0)]})
            ],
        },
    )
    server.rpc("account.move", "action_post", [small])
    # the customer has it since then: nothing is said about an invoice before, nor on the days after
    server.rpc("account.move", "action_collection_mark_sent", [small])
    server.rpc("account.move", "write", [small], {"collection_sent_on": day})


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
    other = server.query(
        "SELECT id FROM collection_ruler WHERE name->>'en_US' = 'Another ruler' ORDER BY id DESC LIMIT 1"
    )[0][0]
    rule = server.query("SELECT charge_rule_id FROM collection_ruler WHERE id = %s", [ruler])[0][0]
    said = server.query("SELECT id FROM collection_followup WHERE state = 'sent' LIMIT 1")[0][0]
    run = server.query("SELECT id FROM collection_run ORDER BY id LIMIT 1")[0][0]
    law = server.query("SELECT id FROM collection_contact_limit ORDER BY id LIMIT 1")[0][0]
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
            "two-rulers",
            f"/odoo/collection-rulers/{ruler}",
            form,
            dialog=(
                "collection_ruler.collection_simulation_action",
                {
                    "active_id": ruler,
                    "default_ruler_id": ruler,
                    "default_other_ruler_id": other,
                    "default_instalments": 2,
                },
            ),
            finally_=".modal table",
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
        Screen(
            "activation",
            f"/odoo/collection-rulers/{other}",
            form,
            press=("button[name='action_activate']", ".modal input[data-value='catch_up']"),
            finally_=".modal .o_collection_paper",
        ),
        Screen(
            "step",
            f"/odoo/collection-rulers/{ruler}",
            form,
            press=(".o_ruler_mark",),
            finally_=".modal .o_form_view",
        ),
        Screen("today", "/odoo/collections-today", ".o_content", login="collector"),
        Screen("outgoing", "/odoo/todays-outgoing", ".o_content", login="collector"),
        Screen(
            "outgoing-preview",
            "/odoo/todays-outgoing",
            "button[name='action_preview']",
            press=("button[name='action_preview']",),
            finally_=".modal iframe",
            login="collector",
        ),
        Screen("debtors", "/odoo/debtors", cards, login="collector"),
        Screen("debtor", f"/odoo/debtors/{debtor}", form, login="collector"),
        *(
            Screen(
                f"debtor-{name}",
                f"/odoo/debtors/{debtor}",
                form,
                dialog=(action, {"active_id": debtor, "active_ids": [debtor], **context}),
                finally_=".modal .o_form_view",
                login="collector",
            )
            for name, action, context in (
                ("new-due-date", "collection_ruler.collection_reschedule_action", {}),
                (
                    "hold",
                    "collection_ruler.collection_hold_action_new",
                    {"default_debtor_id": debtor},
                ),
                (
                    "hand-over",
                    "collection_ruler.collection_hold_action_handover",
                    {"default_debtor_id": debtor, "default_origin": "handover"},
                ),
            )
        ),
        Screen(
            "debtor-charge",
            f"/odoo/debtors/{debtor}",
            form,
            press=("button[name='action_charge']",),
            finally_=".modal .o_form_view",
            login="collector",
        ),
        Screen(
            "debtor-profile",
            f"/odoo/debtors/{debtor}",
            form,
            press=(".o_notebook a[name='profile']",),
            finally_=".o_notebook .tab-pane.active [name='profile_text']",
            login="collector",
        ),
        Screen(
            "debtor-preferences",
            f"/odoo/debtors/{debtor}",
            form,
            press=(".o_notebook a[name='preferences']",),
            finally_=".o_notebook .tab-pane.active [name='best_hour']",
            login="collector",
        ),
        Screen("follow-ups", "/odoo/follow-ups", ".o_data_row, " + cards, login="collector"),
        Screen("follow-up", f"/odoo/follow-ups/{said}", form, login="collector"),
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
        Screen(
            "forecast",
            "/odoo/collections-forecast",
            ".o_graph_renderer canvas",
            login="collector",
        ),
        Screen("late-charges", "/odoo/late-charges", ".o_data_row, " + cards),
        Screen("late-charge", f"/odoo/late-charges/{rule}", form),
        Screen("contact-limits", "/odoo/collection-contact-limits", ".o_data_row, " + cards),
        Screen("contact-limit", f"/odoo/collection-contact-limits/{law}", form),
        Screen("stages", "/odoo/collection-stages", ".o_data_row, " + cards),
        Screen("messages", "/odoo/collection-messages", ".o_data_row, " + cards),
        Screen("run-log", "/odoo/collection-runs", ".o_data_row, " + cards),
        Screen("run", f"/odoo/collection-runs/{run}", form),
        Screen(
            "settings",
            "/odoo/settings#account",
            "#collection_pause",
        ),
    ]


def take(browser, server, folder: Path, suffix: str = "") -> list[Path]:
    """Take all pictures.

    :param suffix: behind the names of the files
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
                    name = f"{screen.name}-{width}{suffix}"
                    with progress.step(name):
                        file = folder / f"{name}.png"
                        look(browser, server, screen, file)
                        files.append(file)
    return files


def look(browser, server, screen: Screen, file: Path) -> None:
    browser.show(server.url + screen.path, screen.until)
    # our settings stand below Odoo's own
    looked_for = f"document.querySelector({json.dumps(screen.until)})"
    browser.run(f"{looked_for}.scrollIntoView({{block: 'center'}})")
    if screen.dialog:
        action, context = screen.dialog
        browser.run(
            f"{SERVICES}.action.doAction({json.dumps(action)}, "
            f"{{additionalContext: {json.dumps(context)}}})"
        )
    for selector in screen.press:
        browser.wait(selector)
        browser.run(f"document.querySelector({json.dumps(selector)}).click()")
    if screen.finally_:
        browser.wait(screen.finally_)
    browser.picture(file)
