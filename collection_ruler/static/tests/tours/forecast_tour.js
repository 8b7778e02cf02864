import { registry } from "@web/core/registry";

const WORDS = ".o_collection_forecast_words";

registry.category("web_tour.tours").add("collection_ruler_forecast", {
    steps: () => [
        { content: "The coming days are there at once", trigger: ".o_graph_renderer canvas" },
        {
            content: "Too much to do is said above them",
            trigger: `.o_graph_view ${WORDS} .alert:contains(more to do than)`,
        },
        { content: "As a list", trigger: ".o_switch_view.o_list", run: "click" },
        { content: "A row for each day and channel", trigger: ".o_data_row:contains(E-mail)" },
        { content: "With the same words", trigger: `.o_list_view ${WORDS}:contains(nobody pays)` },
        { content: "As a table", trigger: ".o_switch_view.o_pivot", run: "click" },
        { content: "With the same words", trigger: `.o_pivot_view ${WORDS}:contains(nobody pays)` },
    ],
});
