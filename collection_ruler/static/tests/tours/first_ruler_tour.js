import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("collection_first_ruler_tour", {
    steps: () => [
        {
            content: "nobody has a ruler yet: the empty list leads on",
            trigger: ".o_view_nocontent a:contains(three questions)",
            run: "click",
        },
        {
            content: "say who the customers are",
            trigger: ".modal [name=customers] .o_radio_item:contains(Companies) input",
            run: "click",
        },
        { content: "the proposal follows", trigger: ".modal td:contains(Is everything in order?)" },
        { trigger: ".modal button:contains(Make this ruler)", run: "click" },
        { content: "it is a draft", trigger: ".o_form_view .alert:contains(A draft says nothing)" },
        {
            content: "the breadcrumb leads back to the list",
            trigger: ".o_breadcrumb a:contains(Rulers), .o_breadcrumb .o_back_button",
            run: "click",
        },
        { content: "where it stands", trigger: ".o_list_view .o_data_row [name=name]", run: "click" },
        { trigger: ".o_form_view button:contains(Activate)", run: "click" },
        {
            content: "it names the customers before anything happens",
            trigger: ".modal td:contains(Late Payer)",
        },
        { trigger: ".modal .o_radio_item:contains(Catch up) input", run: "click" },
        { content: "and shows a message", trigger: ".modal :contains(slip through)" },
        { trigger: ".modal button:contains(Activate)", run: "click" },
        {
            content: "it runs",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Running)",
        },
    ],
});
