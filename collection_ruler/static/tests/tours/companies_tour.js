import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";

const card = (name) => `.o_kanban_record:contains(${name})`;
const company = (name) => `.o_switch_company_item:contains(${name})`;
const companies = {
    content: "Open the list of companies",
    trigger: ".o_switch_company_menu button",
    run: "click",
};
const offered = (name) => `.o-autocomplete--dropdown-menu .dropdown-item:contains(${name})`;

registry.category("web_tour.tours").add("collection_ruler_two_companies", {
    steps: () => [
        {
            content: "In one company there are its debtors only",
            trigger: `.o_kanban_view:not(:has(${card("Ben Elsewhere")})) ${card("Ana Example")}`,
        },
        companies,
        {
            content: "Switch to the other",
            trigger: `${company("Elsewhere Ltd")} .log_into`,
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "There are the other's only",
            trigger: `.o_kanban_view:not(:has(${card("Ana Example")})) ${card("Ben Elsewhere")}`,
        },
        companies,
        {
            content: "Look at both",
            trigger: `${company("Example Guitar School")} [role=menuitemcheckbox]`,
            run: "click",
        },
        {
            trigger: ".o_switch_company_menu_buttons button:contains(Confirm)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Both are there",
            trigger: `.o_kanban_view:has(${card("Ana Example")}) ${card("Ben Elsewhere")}`,
            run: "click",
        },
        {
            content: "The customer",
            trigger: ".o_form_view .o_field_widget[name=partner_id] a",
            run: "click",
        },
        { trigger: ".o_notebook a[name=accounting]", run: "click" },
        {
            content: "Choose a ruler, of the company that one works in",
            trigger: ".o_field_widget[name=collection_ruler_id] input",
            run: "click",
        },
        {
            content: "Its own is offered, not that of the other company",
            trigger: `body:not(:has(${offered("Ruler of the school")})) ${offered("Ruler of Elsewhere")}`,
        },
    ],
});

const reach = (section, menu, proof) => [
    { trigger: `button[data-menu-xmlid="account.menu_finance_${section}"]`, run: "click" },
    {
        content: `${section}: ${menu}`,
        trigger: `.dropdown-item[data-menu-xmlid="collection_ruler.collection_${menu}_menu"]`,
        run: "click",
    },
    { content: "it is shown", trigger: proof },
];
const titled = (title) => `.o_last_breadcrumb_item:contains(${title})`;

registry.category("web_tour.tours").add("collection_ruler_all_menus", {
    steps: () => [
        {
            content: "With all of accounting in sight",
            trigger: 'button[data-menu-xmlid="account.menu_finance_entries"]',
        },
        ...reach("receivables", "today", "[data-tile=outgoing]"),
        ...reach("receivables", "debtor", `.o_kanban_view ${card("Ana Example")}`),
        ...reach("receivables", "outgoing", titled("Today's outgoing")),
        ...reach("reports", "forecast", ".o_graph_renderer canvas"),
        ...reach("reports", "coverage", titled("Followed up by nobody")),
        ...reach("configuration", "ruler_rulers", `${titled("Rulers")}, .o_list_view .o_data_row`),
        ...reach("configuration", "contact_limit", titled("Limits on contact hours")),
        ...reach("configuration", "run", titled("Run log")),
    ],
});

registry.category("web_tour.tours").add("collection_ruler_left_dialog", {
    steps: () => [
        {
            content: "Begin a hold",
            trigger: ".o_statusbar_buttons button:contains(Hold)",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=note] input",
            run: "edit not meant yet",
        },
        {
            content: "and leave the page instead",
            trigger: ".modal footer button:contains(Hold)",
            run: () => browser.location.reload(),
            expectUnloadPage: true,
        },
        {
            content: "nothing is on hold",
            trigger: "body:not(:has(.modal)) .o_form_view .o_statusbar_buttons button:contains(Hold)",
        },
    ],
});
