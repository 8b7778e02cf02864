import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("collection_ruler_charges_menu", {
    steps: () => [
        {
            content: "With all of accounting in sight",
            trigger: 'button[data-menu-xmlid="account.menu_finance_entries"]',
        },
        {
            trigger: 'button[data-menu-xmlid="account.menu_finance_configuration"]',
            run: "click",
        },
        {
            content: "What a late payment costs",
            trigger:
                '.dropdown-item[data-menu-xmlid="collection_ruler_charges.collection_charge_rule_menu"]',
            run: "click",
        },
        {
            content: "it is shown",
            trigger: ".o_last_breadcrumb_item:contains(Late charges)",
        },
    ],
});
