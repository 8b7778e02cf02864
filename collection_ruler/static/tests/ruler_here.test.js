import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { expect, test } from "@odoo/hoot";
import { queryAllAttributes, queryRect } from "@odoo/hoot-dom";
import { defineModels, fields, models, mountView } from "@web/../tests/web_test_helpers";

const step = (offset, state, name) => ({
    id: offset,
    name,
    offset,
    words: `${offset} days after due`,
    channel: "email",
    channel_label: "E-mail",
    mode: "automatic",
    date: "2026-03-19",
    state,
});

const LINE = {
    of: "INV/1, due on 03/10/2026",
    here: 6,
    next: "E-mail “Firm” on Thu 19 Mar",
    marks: [step(-7, "skipped", "Early"), step(2, "said", "Forgot?"), step(8, "next", "Firm"), step(10, "ahead", "Last")],
};

class Debtor extends models.Model {
    _name = "collection.debtor";

    ruler_line = fields.Json();

    _records = [
        { id: 1, ruler_line: LINE },
        { id: 2, ruler_line: { ...LINE, here: 400 } },
        { id: 3, ruler_line: false },
    ];
}

defineMailModels();
defineModels([Debtor]);

const mountDebtor = (resId, options = "{}") =>
    mountView({
        type: "form",
        resModel: "collection.debtor",
        resId,
        arch: `<form><field name="ruler_line" widget="collection_ruler_here" options="${options}" /></form>`,
    });

test("what was said, what comes next and today stand where they belong", async () => {
    await mountDebtor(1);
    expect(queryAllAttributes(".o_ruler_dot", "data-offset")).toEqual(["-7", "2", "8", "10"]);
    expect(".o_ruler_dot_said").toHaveAttribute("data-offset", "2");
    expect(".o_ruler_dot_next").toHaveAttribute("data-offset", "8");
    const you = queryRect(".o_ruler_you");
    expect(you.x > queryRect(".o_ruler_dot_said").x).toBe(true);
    expect(you.x < queryRect(".o_ruler_dot_next").x).toBe(true);
    expect(".o_ruler_next").toHaveText("E-mail “Firm” on Thu 19 Mar");
    expect(".o_ruler_today").toHaveText("Today: 6 days after due");
    expect(".o_ruler_dot_said").toHaveAttribute(
        "data-tooltip",
        "E-mail “Forgot?”, 2 days after due: said on 03/19/2026"
    );
});

test("whoever is far beyond the last step stands at the end, not outside", async () => {
    await mountDebtor(2);
    const line = queryRect(".o_ruler_here_line");
    const you = queryRect(".o_ruler_you");
    expect(you.x + you.width / 2 <= line.x + line.width + 1).toBe(true);
    expect(".o_ruler_today").toHaveText("Today: 400 days after due");
});

test("a card shows the line without words", async () => {
    await mountDebtor(1, "{'compact': True}");
    expect(".o_ruler_dot").toHaveCount(4);
    expect(".o_ruler_sentence").toHaveCount(0);
});

test("a debtor without ruler has no line, and no error", async () => {
    await mountDebtor(3);
    expect(".o_ruler_here").toHaveCount(0);
});
