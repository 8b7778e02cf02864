import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { expect, test } from "@odoo/hoot";
import { hover, press, queryAllAttributes, queryAllTexts, queryOne, queryRect } from "@odoo/hoot-dom";
import { animationFrame, runAllTimers } from "@odoo/hoot-mock";
import {
    clickSave,
    contains,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { registry } from "@web/core/registry";

class Ruler extends models.Model {
    _name = "collection.ruler";

    name = fields.Char();
    step_ids = fields.One2many({ relation: "collection.ruler.step", relation_field: "ruler_id" });

    _records = [{ id: 1, name: "Default", step_ids: [1, 2, 3, 4] }];
}

class Step extends models.Model {
    _name = "collection.ruler.step";

    name = fields.Char();
    ruler_id = fields.Many2one({ relation: "collection.ruler" });
    trigger = fields.Selection({
        selection: [
            ["due", "Due date"],
            ["paid", "Payment received"],
        ],
        default: "due",
    });
    offset_days = fields.Integer();
    note = fields.Char();
    channel = fields.Selection({
        selection: [
            ["email", "E-mail"],
            ["activity", "Task for us"],
        ],
        default: "email",
    });
    mode = fields.Selection({
        selection: [
            ["automatic", "Automatic"],
            ["approve", "After approval"],
            ["task", "A person does it"],
        ],
        default: "automatic",
    });

    _records = [
        { id: 1, name: "A week before", trigger: "due", offset_days: -7, channel: "email", mode: "automatic" },
        { id: 2, name: "Forgot?", trigger: "due", offset_days: 2, channel: "email", mode: "approve" },
        { id: 3, name: "Call", trigger: "due", offset_days: 5, channel: "activity", mode: "task" },
        { id: 4, name: "Thank you", trigger: "paid", offset_days: 0, channel: "email", mode: "automatic" },
    ];

    _views = {
        form: `<form><field name="name" /><field name="offset_days" /><field name="note" /></form>`,
    };
}

defineMailModels();
defineModels([Ruler, Step]);

const ARCH = `
    <form>
        <field name="name" />
        <field name="step_ids" widget="collection_ruler_line">
            <list><field name="name" /><field name="offset_days" /><field name="channel" /></list>
        </field>
    </form>`;

const mountRuler = (arch = ARCH, readonly = false) =>
    mountView({ type: "form", resModel: "collection.ruler", resId: 1, arch, readonly });

const days = () => queryAllAttributes(".o_ruler_mark", "data-offset").map(Number);
const mark = (name) => `.o_ruler_mark:contains(${name})`;

/** Forbid, and report, whatever is written. */
function watchSaves() {
    onRpc("web_save", ({ args }) => {
        expect.step(JSON.stringify(args[1].step_ids));
    });
}

async function focusOn(name) {
    queryOne(mark(name)).focus();
    await animationFrame();
}

/** Drag a mark by a number of days. */
async function drag(name, by, { drop = true } = {}) {
    const [low, high, from] = ["min", "max", "now"].map((bound) =>
        Number(queryOne(mark(name)).getAttribute(`aria-value${bound}`))
    );
    const { drop: release, moveTo } = await contains(`${mark(name)} .o_ruler_disc`).drag();
    const { width } = queryRect(".o_ruler_stage");
    await moveTo(".o_ruler_stage", {
        position: { x: ((from + by - low) / (high - low)) * width, y: 10 },
        relative: true,
    });
    await animationFrame();
    if (drop) {
        await release();
        await animationFrame();
    }
    return { release };
}

test("steps stand by their day, events are named at the end, the due date is marked", async () => {
    await mountRuler();
    expect(days()).toEqual([-7, 2, 5]);
    const places = [...document.querySelectorAll(".o_ruler_mark")].map((el) => el.getBoundingClientRect().x);
    expect(places).toEqual([...places].sort((one, other) => one - other));
    expect(queryAllTexts(".o_ruler_when")).toEqual([
        "7 days before due",
        "2 days after due",
        "5 days after due",
    ]);
    expect(queryAllTexts(".o_ruler_event")).toEqual(["when paid"]);
    expect(".o_ruler_tick_due").toHaveText("due date");
    expect(".o_data_row").toHaveCount(4, { message: "the list stays" });
});

test("channel and mode can be told without colour, and in words", async () => {
    await mountRuler();
    expect(`${mark("Forgot?")}.o_ruler_mode_approve .fa-envelope-o`).toHaveCount(1);
    expect(`${mark("Forgot?")} .o_ruler_mode_icon.fa-hand-paper-o`).toHaveCount(1);
    expect(`${mark("Call")}.o_ruler_mode_task .fa-check-square-o`).toHaveCount(1);
    expect(mark("Forgot?")).toHaveAttribute(
        "data-tooltip",
        "E-mail “Forgot?”, 2 days after due, waits for approval"
    );
    await hover(mark("Call"));
    await animationFrame();
    expect(".o_ruler_caption").toHaveText("Task for us “Call”, 5 days after due, a person does it");
});

test("another add-on's channel brings its icon by the registry", async () => {
    registry.category("collection_ruler.channel_icons").add("activity", "fa-star", { force: true });
    await mountRuler();
    expect(`${mark("Call")} .fa-star`).toHaveCount(1);
});

test("dragging changes whole days and shows them; nothing is saved before the form is", async () => {
    watchSaves();
    await mountRuler();
    const { release } = await drag("Forgot?", 2, { drop: false });
    expect(`${mark("Forgot?")} .o_ruler_when`).toHaveText("4 days after due");
    expect(days()).toEqual([-7, 4, 5]);
    expect.verifySteps([]);
    await release();
    await animationFrame();
    expect(".o_data_row:contains(Forgot?) [name=offset_days]").toHaveText("4");
    expect.verifySteps([]);
    await clickSave();
    expect.verifySteps(['[[1,2,{"offset_days":4}]]']);
});

test("discard brings the marks back", async () => {
    watchSaves();
    await mountRuler();
    await drag("Call", -6);
    expect(days()).toEqual([-7, -1, 2]);
    await contains(".o_form_button_cancel").click();
    expect(days()).toEqual([-7, 2, 5]);
    expect.verifySteps([]);
});

test("Escape lets go of a dragged step", async () => {
    await mountRuler();
    const { release } = await drag("Call", 3, { drop: false });
    await press("Escape");
    await animationFrame();
    await release();
    await animationFrame();
    expect(days()).toEqual([-7, 2, 5]);
    expect(".o_form_status_indicator_buttons.invisible").toHaveCount(1);
});

test("a step dropped on an e-mail of that day stays on its side of it, and somebody says so", async () => {
    await mountRuler();
    await drag("A week before", 9);
    expect(days()).toEqual([1, 2, 5]);
    expect(".o_notification").toHaveText(
        /taken by “Forgot\?” \(E-mail, 2 days after due\): placed 1 day after due/
    );
    await drag("A week before", 1);
    expect(days()).toEqual([1, 2, 5]);
    expect(".o_notification:last").toHaveText(/2 days after due\): stays 1 day after due/);
});

test("while a step is dragged the scale names its day, or who has it; no old words stay open", async () => {
    await mountRuler();
    await hover(mark("A week before"));
    await runAllTimers();
    await animationFrame();
    expect(".o-tooltip").toHaveCount(1);
    const { release } = await drag("A week before", 3, { drop: false });
    expect(".o-tooltip").toHaveCount(0);
    expect(".o_ruler_landing").toHaveText("4 days before due");
    await release();
    await animationFrame();
    expect(".o_ruler_landing").toHaveCount(0);
    const second = await drag("A week before", 6, { drop: false });
    expect(".o_ruler_landing").toHaveText("taken by “Forgot?”: 1 day after due");
    await second.release();
});

test("a long name takes a second line", async () => {
    Step._records[1].name = "Probably this one slipped through somewhere";
    await mountRuler();
    const name = queryOne(`${mark("slipped")} .o_ruler_name`);
    expect(name.scrollHeight <= name.clientHeight + 1).toBe(true);
    expect(name.getBoundingClientRect().height > 20).toBe(true);
});

test("a task may share its day with an e-mail", async () => {
    await mountRuler();
    await drag("Call", -3);
    expect(days()).toEqual([-7, 2, 2]);
    expect(".o_notification").toHaveCount(0);
});

test("the keyboard moves a step by days and weeks, and keeps the focus when it passes another", async () => {
    await mountRuler();
    await focusOn("Forgot?");
    expect(document.activeElement).toHaveAttribute("role", "slider");
    for (const [key, day] of [
        ["ArrowRight", 3],
        ["ArrowLeft", 2],
        ["PageUp", 9],
        ["ArrowUp", 10],
        ["PageDown", 3],
    ]) {
        await press(key);
        await animationFrame();
        expect(document.activeElement).toHaveAttribute("aria-valuenow", String(day));
        expect(document.activeElement).toHaveAttribute("aria-label", "Forgot?");
    }
    expect(document.activeElement).toHaveAttribute(
        "aria-valuetext",
        "E-mail “Forgot?”, 3 days after due, waits for approval"
    );
});

test("keys pressed faster than the server answers are all counted", async () => {
    await mountRuler();
    await focusOn("Call");
    await press("ArrowRight");
    await press("ArrowRight");
    await press("ArrowRight");
    await animationFrame();
    expect(days()).toEqual([-7, 2, 8]);
    await animationFrame();
    expect(".o_data_row:contains(Call) [name=offset_days]").toHaveText("8");
});

test("Enter and a click open the step", async () => {
    await mountRuler();
    await focusOn("Forgot?");
    await press("Enter");
    await animationFrame();
    await contains(".modal [name=name] input").edit("Forgotten?");
    await contains(".modal .o_form_button_save").click();
    expect(mark("Forgotten?")).toHaveCount(1);
    await contains(mark("Call")).click();
    expect(".modal [name=name] input").toHaveValue("Call");
    expect(".modal-title").toHaveText("Call");
});

test("what was saved once is removed after a question, and comes back on discard", async () => {
    await mountRuler();
    await focusOn("Forgot?");
    await press("Delete");
    await animationFrame();
    expect(".modal-body").toHaveText(/“Forgot\?” \(2 days after due\)/);
    expect(days()).toEqual([-7, 2, 5]);
    await contains(".modal .btn-primary").click();
    expect(days()).toEqual([-7, 5]);
    await contains(".o_form_button_cancel").click();
    expect(days()).toEqual([-7, 2, 5]);
});

test("a click on an empty day adds a step there, and an unsaved step goes without a question", async () => {
    watchSaves();
    await mountRuler();
    const { width } = queryRect(".o_ruler_stage");
    const low = Number(queryOne(mark("Call")).getAttribute("aria-valuemin"));
    const high = Number(queryOne(mark("Call")).getAttribute("aria-valuemax"));
    await contains(".o_ruler_stage").click({
        position: { x: ((-3 - low) / (high - low)) * width, y: 5 },
        relative: true,
    });
    expect(".modal [name=offset_days] input").toHaveValue("-3");
    await contains(".modal [name=name] input").edit("In three days");
    await contains(".modal .o_form_button_save").click();
    expect(days()).toEqual([-7, -3, 2, 5]);
    await focusOn("In three days");
    await press("Delete");
    await animationFrame();
    expect(".modal").toHaveCount(0);
    expect(days()).toEqual([-7, 2, 5]);
    expect.verifySteps([]);
});

test("the button adds a step after the last one", async () => {
    await mountRuler();
    await contains(".o_ruler_add").click();
    expect(".modal [name=offset_days] input").toHaveValue("12");
    expect(".modal-title").toHaveText("New step");
});

test("who may not write sees the ruler, and can neither move, add nor remove", async () => {
    await mountRuler(ARCH.replace("<form>", `<form edit="0">`));
    expect(days()).toEqual([-7, 2, 5]);
    expect(".o_ruler_add").toHaveCount(0);
    expect("[role=slider]").toHaveCount(0);
    await focusOn("Forgot?");
    await press("ArrowRight");
    await press("Delete");
    await animationFrame();
    expect(".modal").toHaveCount(0);
    expect(days()).toEqual([-7, 2, 5]);
    await contains(".o_ruler_stage").click({ position: { x: 5, y: 5 }, relative: true });
    expect(".modal").toHaveCount(0);
});

test("what was moved is saved together with what was added and removed afterwards", async () => {
    onRpc("web_save", ({ args }) => {
        const commands = args[1].step_ids.map((command) => {
            const [kind, , values] = command;
            return kind === 0
                ? [kind, "new", { name: values.name, offset_days: values.offset_days }]
                : command;
        });
        expect.step(JSON.stringify(commands));
    });
    // the order makes the list read steps again once the dialog brought further fields
    await mountRuler(ARCH.replace("<list>", `<list default_order="offset_days">`));
    await focusOn("Forgot?");
    await press("ArrowRight");
    await animationFrame();
    await contains(".o_ruler_add").click();
    await contains(".modal [name=name] input").edit("Ask again");
    await contains(".modal .o_form_button_save").click();
    await focusOn("Call");
    await press("Delete");
    await animationFrame();
    await contains(".modal .btn-primary").click();
    expect(days()).toEqual([-7, 3, 12]);
    await clickSave();
    expect(days()).toEqual([-7, 3, 12]);
    expect.verifySteps([
        '[[1,2,{"offset_days":3}],[0,"new",{"name":"Ask again","offset_days":12}],[2,3]]',
    ]);
});
