import { registry } from "@web/core/registry";

const ROW = ".o_data_row:contains(Ana Example)";

registry.category("web_tour.tours").add("collection_ruler_collector", {
    steps: () => [
        {
            content: "Today counts the message that leaves",
            trigger: "[data-tile=outgoing]:contains(1)",
            run: "click",
        },
        { content: "Read it", trigger: `${ROW} button[name=action_preview]`, run: "click" },
        {
            content: "It is shown as the customer will see it",
            trigger: ".modal .o_collection_preview iframe.o_readonly:not(.d-none)",
        },
        { content: "Skip it", trigger: ".modal button[name=action_skip_today]", run: "click" },
        {
            content: "It stays in sight",
            trigger: `body:not(:has(.modal)) ${ROW} [name=waits_because]:contains(Skipped until)`,
        },
        {
            content: "Think again",
            trigger: `${ROW} button[name=action_plan_again]`,
            run: "click",
        },
        {
            content: "It is planned again, on a weekend for another day",
            trigger: "body:not(:has(.o_data_row button[name=action_plan_again]))",
        },
        { content: "Back to Today", trigger: ".breadcrumb-item a:contains(Today)", run: "click" },
        { content: "The tiles are there", trigger: "[data-tile=outgoing]" },
    ],
});

registry.category("web_tour.tours").add("collection_ruler_reader", {
    steps: () => [
        { content: "Readers see the counts", trigger: "[data-tile=outgoing]:contains(1)", run: "click" },
        {
            content: "They change nothing",
            trigger: `${ROW}:not(:has(button[name=action_skip_today]))`,
        },
        { content: "They may read", trigger: `${ROW} button[name=action_preview]`, run: "click" },
        {
            content: "What will leave, without buttons that would fail",
            trigger:
                ".modal:not(:has(button[name=action_skip_today])) .o_collection_preview iframe:not(.d-none)",
        },
        { content: "Close", trigger: ".modal footer button:contains(Close)", run: "click" },
        { content: "The list is back", trigger: `body:not(:has(.modal)) ${ROW}` },
    ],
});

registry.category("web_tour.tours").add("collection_ruler_drop", {
    steps: () => [
        {
            content: "Drag the card onto the hold column",
            trigger: ".o_kanban_record:contains(Ana Example)",
            run: "drag_and_drop (.o_kanban_group:has(.o_kanban_header:contains(On hold)))",
        },
        {
            content: "The dialog asks why and until when",
            trigger: ".modal .o_field_widget[name=note] input",
            run: "edit waits for a corrected invoice",
        },
        { content: "Hold", trigger: ".modal footer button:contains(Hold)", run: "click" },
        {
            content: "The card stands there at once, and says why",
            trigger:
                ".o_kanban_group:has(.o_kanban_header:contains(On hold)) .o_kanban_record:contains(Silent: waits for a corrected invoice)",
        },
    ],
});
