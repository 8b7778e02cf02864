"""What the shell of Odoo runs once, to make the database that each fault is tried on.

A company in Dublin, on Tuesday 20 October 2026: its customers' invoices are posted and sent, the
ruler is switched on, and on Wednesday morning one of its steps comes for each of them.
"""

from datetime import date

from office import CUSTOMERS, DUE, FOLLOW_UP, MAIL_QUEUE


def prepare(env) -> None:
    """Make the customers of the office and switch the ruler on.

    :param env: of the superuser, in a shell of Odoo
    """
    company = env.ref("base.main_company")
    company.country_id = company.partner_id.country_id = env.ref("base.ie")
    company.partner_id.tz = "Europe/Dublin"
    company.email = "office@office.example.com"
    company.alias_domain_id = env["mail.alias.domain"].create({"name": "office.example.com"})
    ruler = env.ref("collection_ruler.collection_ruler_default")
    ruler.step_ids.attach_invoice = False  # a second for each PDF; one test asks for them
    _book_payments_at_once(env)
    _invoices(env)
    # only what is looked at here
    jobs = env.ref(FOLLOW_UP) + env.ref(MAIL_QUEUE)
    (env["ir.cron"].search([]) - jobs).active = False
    env["mail.mail"].search([("state", "=", "outgoing")]).state = "cancel"
    ruler._activate()
    env.cr.commit()
    env["collection.run"]._cron_follow_up()
    env["ir.cron.trigger"].search([]).unlink()
    env.cr.commit()


def _book_payments_at_once(env) -> None:
    """Let payments have an entry, so that what is paid is no longer open."""
    account = env["account.account"].search(
        [("account_type", "=", "asset_current"), ("reconcile", "=", True)], limit=1
    )
    journal = env["account.journal"].search([("type", "=", "bank")], limit=1)
    journal.inbound_payment_method_line_ids.payment_account_id = account


def _invoices(env) -> None:
    partners = env["res.partner"].create(
        [
            {
                "name": customer.name,
                "email": customer.address,
                "lang": "en_US",
                "country_id": env.ref("base.ie").id,
            }
            for customer in CUSTOMERS
        ]
    )
    moves = env["account.move"].create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "ref": f"{customer.name}, {step}",
                "invoice_date": date(2026, 10, 1),
                "invoice_date_due": DUE[step],
                "invoice_line_ids": [
                    (0, 0, {"name": "Lessons", "price_unit": 100 + number, "tax_ids": [(5, 0, 0)]})
                ],
            }
            for number, (customer, partner) in enumerate(zip(CUSTOMERS, partners, strict=True))
            for step in customer.steps
        ]
    )
    moves.action_post()
    moves.is_move_sent = True
    moves.collection_sent_on = date(2026, 10, 1)  # not today, or the ruler would be silent for days
