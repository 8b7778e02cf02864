{
    "name": "Collection Ruler: Late Charges",
    "summary": "A fee, a penalty or interest for late payment, by which law or contract, and to whom",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "Collection Ruler contributors",
    "license": "AGPL-3",
    "depends": ["collection_ruler"],
    "data": [
        "security/ir.model.access.csv",
        "security/collection_charge_rules.xml",
        "data/message_views.xml",
        "data/collection_charge_rule.xml",
        "views/collection_charge_views.xml",
        "views/collection_ruler_views.xml",
        "views/collection_debtor_views.xml",
        "views/res_config_settings_views.xml",
        "wizards/collection_charge_issue_views.xml",
        "views/collection_charge_menus.xml",
    ],
    "assets": {
        "web.assets_tests": ["collection_ruler_charges/static/tests/tours/*.js"],
    },
}
