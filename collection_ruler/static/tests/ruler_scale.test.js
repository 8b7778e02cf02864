import { describe, expect, test } from "@odoo/hoot";
import { allowTranslations } from "@web/../tests/web_test_helpers";
import {
    dayAt,
    domainOf,
    fractionOf,
    freeDay,
    rowsOf,
    ticksOf,
    widthsOf,
} from "@collection_ruler/ruler_line/ruler_scale";
import { offsetWords } from "@collection_ruler/ruler_line/ruler_words";

describe.current.tags("headless");

test("each day of a ruler has a place, and each place leads back to its day", () => {
    for (const offsets of [[-10, 10], [-3, 60], [], [0], [400]]) {
        const domain = domainOf(offsets);
        for (let day = domain.low; day <= domain.high; day++) {
            expect(dayAt(domain, fractionOf(domain, day))).toBe(day);
        }
    }
});

test("all steps are inside, with room at both ends to drag them further", () => {
    for (const offsets of [[-10, 10], [-3, 60], [], [400]]) {
        const { low, high } = domainOf(offsets);
        expect(Math.min(0, ...offsets) - low >= 2).toBe(true);
        expect(high - Math.max(0, ...offsets) >= 2).toBe(true);
    }
});

test("the due date always has a tick, and ticks leave room for their words", () => {
    for (const width of [340, 700, 1100]) {
        for (const offsets of [[-10, 10], [-3, 60], [300]]) {
            const domain = domainOf(offsets);
            const ticks = ticksOf(domain, width, 100);
            expect(ticks).toInclude(0);
            const places = ticks.map((tick) => fractionOf(domain, tick) * width);
            for (let i = 1; i < places.length; i++) {
                expect(places[i] - places[i - 1] >= 99.9).toBe(true);
            }
        }
    }
});

test("marks of near days do not cover each other", () => {
    const days = [-10, -7, 0, 2, 3, 4, 5, 8, 10, 60];
    const steps = days.map((offset) => ({ id: offset, offset }));
    const domain = domainOf(days);
    const { rows, count } = rowsOf(steps, domain, 700, 120);
    for (const one of days) {
        for (const other of days) {
            const apart = Math.abs(fractionOf(domain, one) - fractionOf(domain, other)) * 700;
            expect(one === other || rows.get(one) !== rows.get(other) || apart >= 119.9).toBe(true);
        }
    }
    expect(Math.max(...rows.values())).toBe(count - 1);
});

test("words take the room that their row has, and no more", () => {
    const days = [-10, -7, 0, 2, 3, 4, 5, 8, 10, 60];
    const steps = days.map((offset) => ({ id: offset, offset }));
    const domain = domainOf(days);
    const { rows } = rowsOf(steps, domain, 1100, 120);
    const widths = widthsOf(steps, domain, 1100, rows, { least: 120, most: 190 });
    expect(widths.get(60)).toBe(190);
    for (const one of days) {
        expect(widths.get(one) >= 120 && widths.get(one) <= 190).toBe(true);
        for (const other of days) {
            const apart = Math.abs(fractionOf(domain, one) - fractionOf(domain, other)) * 1100;
            const need = (widths.get(one) + widths.get(other)) / 2;
            expect(one === other || rows.get(one) !== rows.get(other) || apart >= need - 0.1).toBe(true);
        }
    }
});

const ROW_OF_STEPS = [
    { id: 1, offset: 0, channel: "email" },
    { id: 2, offset: 2, channel: "email" },
    { id: 3, offset: 3, channel: "email" },
    { id: 4, offset: 5, channel: "activity" },
];

test("a step put on a taken day stays on the side from which it came", () => {
    const [first, , third] = ROW_OF_STEPS;
    expect(freeDay(ROW_OF_STEPS, first, 1)).toEqual({ day: 1, other: undefined });
    expect(freeDay(ROW_OF_STEPS, first, 2).day).toBe(1);
    expect(freeDay(ROW_OF_STEPS, first, 2).other.id).toBe(2);
    expect(freeDay(ROW_OF_STEPS, first, 3).day).toBe(1);
    expect(freeDay(ROW_OF_STEPS, { ...third, offset: 6 }, 2).day).toBe(3);
    expect(freeDay(ROW_OF_STEPS, third, 2).day).toBe(3);
    expect(freeDay(ROW_OF_STEPS, first, 5).day).toBe(5);
});

test("a step that goes from day to day passes those in its way", () => {
    const [first, , third] = ROW_OF_STEPS;
    expect(freeDay(ROW_OF_STEPS, first, 2, true).day).toBe(4);
    expect(freeDay(ROW_OF_STEPS, { ...third, offset: 6 }, 2, true).day).toBe(1);
});

test("words leave no doubt about the sign", () => {
    allowTranslations();
    expect([-7, -1, 0, 1, 60].map((day) => String(offsetWords(day)))).toEqual([
        "7 days before due",
        "1 day before due",
        "on the due date",
        "1 day after due",
        "60 days after due",
    ]);
});
