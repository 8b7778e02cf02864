{
    "name": "Collection Ruler",
    "summary": "Says when, how and where the company speaks to a customer about an invoice",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "Collection Ruler contributors",
    "license": "AGPL-3",
    "depends": ["account", "account_payment", "resource", "mail"],
    "external_dependencies": {"python": ["holidays"]},
    "data": [],
    "application": True,
    "installable": True,
}
