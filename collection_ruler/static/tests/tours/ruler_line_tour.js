import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const mark = (name) => `.o_ruler_mark:contains(${name})`;

/** Press a key on what the step points at. */
const press = (key) => async (helpers) => {
    helpers.anchor.focus();
    await helpers.press(key);
};

registry.category("web_tour.tours").add("collection_ruler_line_tour", {
    steps: () => [
        {
            content: "move a step by the keyboard",
            trigger: mark("Forgot?"),
            run: press("ArrowRight"),
        },
        {
            content: "it says its new day, and so does the list",
            trigger: `${mark("Forgot?")}[aria-valuenow="3"]`,
        },
        { trigger: ".o_data_row:contains(Forgot?):contains(3 days after due)" },
        {
            content: "it does not sit down on another e-mail",
            trigger: mark("Due today"),
            run: press("PageUp"),
        },
        { trigger: `${mark("Due today")}[aria-valuenow="7"]` },
        {
            content: "add one",
            trigger: ".o_ruler_add",
            run: "click",
        },
        { trigger: ".modal [name=name] input", run: "edit Ask again" },
        { trigger: ".modal [name=channel] label:contains(Task for us)", run: "click" },
        { trigger: ".modal .o_form_button_save", run: "click" },
        { content: "it stands on the line", trigger: `${mark("Ask again")}[aria-valuenow="17"]` },
        {
            content: "remove one",
            trigger: mark("A week before"),
            run: press("Delete"),
        },
        { trigger: ".modal .btn-primary:contains(Remove)", run: "click" },
        { trigger: `.o_ruler_line:not(:has(${mark("A week before")}))` },
        ...stepUtils.saveForm(),
        { content: "the form was read again", trigger: `.o_form_saved ${mark("Ask again")}` },
    ],
});
