import { Component, onWillUnmount, useEffect, useRef, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { hasTouch } from "@web/core/browser/feature_detection";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { channelIcon } from "./channel_icons";
import { dayAt, domainOf, fractionOf, freeDay, rowsOf, ticksOf, widthsOf } from "./ruler_scale";
import { MODES, offsetWords, stepSentence, tickWords } from "./ruler_words";

const MARK_WIDTH = 120; // px that a mark with its words needs
const MARK_WIDEST = 190; // px that it takes where there is room
const TICK_WIDTH = 104; // px that the words of a tick need
const DRAG_STARTS = 4; // px; less is a click
const WEEK = 7;

/**
 * The steps of a ruler drawn on a line from before to after the due date.
 *
 * It knows no records: it is given steps, and says what a person wants to become of them.
 */
export class RulerLine extends Component {
    static template = "collection_ruler.RulerLine";
    static props = {
        // { id, name, offset, channel, channelLabel, mode }, days from the due date
        steps: { type: Array, element: Object },
        // steps without a place on the line: { id, name, channel, channelLabel, mode, when }
        events: { type: Array, element: Object },
        canMove: Boolean,
        canAdd: Boolean,
        canRemove: Boolean,
        onMove: Function, // (id, offset), may return a promise
        onOpen: Function, // (id)
        onAdd: Function, // (offset)
        onRemove: Function, // (id)
    };

    setup() {
        this.notification = useService("notification");
        this.stage = useRef("stage");
        this.scroller = useRef("scroller");
        this.modes = MODES;
        this.state = useState({
            width: 900, // px, until it is measured
            hovered: null, // id of the mark under the mouse or with the focus
            ghost: null, // day under the mouse, where a click would add a step
            drag: null, // { id, day, startX, moved }
            moving: {}, // by id: the day of a step whose move is not through yet
        });
        this.stopDragging = () => {};
        this.focused = null;
        useEffect(
            (stage) => {
                const observer = new ResizeObserver(() => this.measure());
                observer.observe(stage);
                this.measure();
                this.showDueDate();
                return () => observer.disconnect();
            },
            () => [this.stage.el]
        );
        // a mark that passed another one was moved in the document, which takes the focus away
        useEffect(() => {
            const mark = this.focused !== null && this.markElement(this.focused);
            if (mark && document.activeElement === document.body) {
                mark.focus({ preventScroll: true });
            }
        });
        onWillUnmount(() => this.stopDragging());
    }

    // ------------------------------------------------------------------
    // what is drawn
    // ------------------------------------------------------------------

    /** The steps as they are shown now, by day. */
    get steps() {
        const { drag, moving } = this.state;
        return this.props.steps
            .map((step) => {
                const place = moving[step.id] ?? step.offset;
                const offset = drag?.moved && drag.id === step.id ? drag.day : place;
                const when = offsetWords(offset);
                return { ...step, offset, when, words: stepSentence({ ...step, when }) };
            })
            .sort((one, other) => one.offset - other.offset);
    }

    /** Days shown; they do not change under a hand that drags. */
    get domain() {
        return this.state.drag?.domain || domainOf(this.props.steps.map((step) => this.placeOf(step)));
    }

    get marks() {
        const domain = this.domain;
        const settled = this.props.steps
            .map((step) => ({ id: step.id, offset: this.placeOf(step) }))
            .sort((one, other) => one.offset - other.offset);
        const { rows, count } = rowsOf(settled, domain, this.state.width, MARK_WIDTH);
        const room = { least: MARK_WIDTH, most: MARK_WIDEST };
        const widths = widthsOf(settled, domain, this.state.width, rows, room);
        this.rowCount = count;
        return this.steps.map((step) => ({
            ...step,
            icon: channelIcon(step.channel),
            modeIcon: MODES[step.mode]?.icon,
            place: this.percent(step.offset),
            row: rows.get(step.id),
            width: widths.get(step.id),
            isDragged: this.state.drag?.moved && this.state.drag.id === step.id,
        }));
    }

    get events() {
        return this.props.events.map((event) => ({
            ...event,
            icon: channelIcon(event.channel),
            words: stepSentence(event),
        }));
    }

    get ticks() {
        return ticksOf(this.domain, this.state.width, TICK_WIDTH).map((day) => ({
            day,
            words: tickWords(day),
            place: this.percent(day),
        }));
    }

    get ghost() {
        const day = this.state.ghost;
        return day === null || this.state.drag
            ? null
            : { day, place: this.percent(day), words: _t("Add a step %s", offsetWords(day)) };
    }

    /** Below the line while a step is dragged: the day under the pointer, and where it would stand instead. */
    get landing() {
        const { drag } = this.state;
        if (!drag?.moved) {
            return null;
        }
        const step = this.props.steps.find((candidate) => candidate.id === drag.id);
        const { day, other } = this.freeDayOf(step, drag.day);
        const when = offsetWords(day);
        return {
            place: this.percent(drag.day),
            isTaken: Boolean(other),
            words: other ? _t("taken by “%(step)s”: %(when)s", { step: other.name, when }) : when,
        };
    }

    /** What the line under the ruler says: the step at hand, or what can be done. */
    get caption() {
        const id = this.state.drag?.moved ? this.state.drag.id : this.state.hovered;
        const step = this.steps.find((candidate) => candidate.id === id);
        if (step) {
            return step.words;
        }
        if (!this.props.canMove) {
            return "";
        }
        if (hasTouch()) {
            return _t("Drag a step to another day; tap it to open it.");
        }
        return _t("Drag a step to another day, or use the arrow keys. Enter opens it, Delete removes it.");
    }

    placeOf(step) {
        return this.state.moving[step.id] ?? step.offset;
    }

    percent(day) {
        return `${(fractionOf(this.domain, day) * 100).toFixed(3)}%`;
    }

    markElement(id) {
        return this.stage.el?.querySelector(`[data-step="${id}"]`);
    }

    measure() {
        const width = this.stage.el?.getBoundingClientRect().width;
        if (width && Math.abs(width - this.state.width) > 1) {
            this.state.width = width;
        }
    }

    /** On a narrow screen the line is wider than the screen: begin where the due date is. */
    showDueDate() {
        const scroller = this.scroller.el;
        const hidden = scroller.scrollWidth - scroller.clientWidth;
        if (hidden > 0) {
            const due = fractionOf(this.domain, 0) * scroller.scrollWidth;
            const way = Math.min(hidden, Math.max(0, due - scroller.clientWidth / 2));
            scroller.scrollLeft = this.isRightToLeft() ? -way : way;
        }
    }

    isRightToLeft() {
        return getComputedStyle(this.stage.el).direction === "rtl";
    }

    dayUnder(clientX) {
        const { left, width } = this.stage.el.getBoundingClientRect();
        const fraction = (clientX - left) / width;
        return dayAt(this.domain, this.isRightToLeft() ? 1 - fraction : fraction);
    }

    // ------------------------------------------------------------------
    // moving
    // ------------------------------------------------------------------

    /** The day on which a step would stand; see `freeDay`. */
    freeDayOf(step, day, passes = false) {
        const others = this.props.steps.map((one) => ({ ...one, offset: this.placeOf(one) }));
        return freeDay(others, { ...step, offset: this.placeOf(step) }, day, passes);
    }

    /** Why a step stands elsewhere than on the day that was meant. */
    takenWords(step, meant, { day, other }) {
        const words = {
            step: other.name,
            channel: step.channelLabel,
            when: offsetWords(meant),
            placed: offsetWords(day),
        };
        return day === this.placeOf(step)
            ? _t("The day is taken by “%(step)s” (%(channel)s, %(when)s): stays %(placed)s.", words)
            : _t("The day is taken by “%(step)s” (%(channel)s, %(when)s): placed %(placed)s.", words);
    }

    /**
     * Move a step to a day, or to the next free one.
     *
     * @param {Object} step one of the props
     * @param {number} day days from the due date
     * @param {boolean} passes whether it goes beyond a step that is in its way
     */
    async move(step, day, passes = false) {
        const from = this.placeOf(step);
        const free = this.freeDayOf(step, day, passes);
        if (free.other) {
            this.notification.add(this.takenWords(step, day, free), { type: "warning" });
        }
        if (free.day === from) {
            return;
        }
        this.state.moving[step.id] = free.day;
        try {
            await this.props.onMove(step.id, free.day);
        } finally {
            if (this.state.moving[step.id] === free.day) {
                delete this.state.moving[step.id];
            }
        }
    }

    onPointerDown(ev, id) {
        if (!this.props.canMove || ev.button > 0 || this.state.drag) {
            return;
        }
        const step = this.props.steps.find((candidate) => candidate.id === id);
        const grip = ev.clientX;
        const from = this.placeOf(step);
        this.state.drag = { id, day: from, moved: false, domain: this.domain };
        // the hand may hold the mark beside its middle
        const rect = this.stage.el.getBoundingClientRect();
        const perDay = rect.width / (this.domain.high - this.domain.low);
        const sign = this.isRightToLeft() ? -1 : 1;
        const onMove = (move) => {
            const drag = this.state.drag;
            const way = move.clientX - grip;
            if (!drag.moved && Math.abs(way) >= DRAG_STARTS) {
                drag.moved = true;
                this.closeTooltip(id);
            }
            const { low, high } = drag.domain;
            drag.day = Math.min(high, Math.max(low, from + Math.round((sign * way) / perDay)));
        };
        const onUp = () => {
            const { day, moved } = this.state.drag;
            this.stopDragging();
            if (moved) {
                this.wasDragged = true;
                browser.setTimeout(() => (this.wasDragged = false));
                this.move(step, day);
            }
        };
        const onKey = (key) => {
            if (key.key === "Escape") {
                key.stopPropagation();
                key.preventDefault();
                this.stopDragging();
            }
        };
        const listeners = { pointermove: onMove, pointerup: onUp, pointercancel: () => this.stopDragging() };
        for (const [name, listener] of Object.entries(listeners)) {
            document.addEventListener(name, listener);
        }
        document.addEventListener("keydown", onKey, { capture: true });
        this.stopDragging = () => {
            for (const [name, listener] of Object.entries(listeners)) {
                document.removeEventListener(name, listener);
            }
            document.removeEventListener("keydown", onKey, { capture: true });
            this.stopDragging = () => {};
            this.state.drag = null;
        };
    }

    /** An open tooltip keeps the words that it was opened with: it goes when the day begins to change. */
    closeTooltip(id) {
        this.markElement(id)?.dispatchEvent(new MouseEvent("mouseleave"));
    }

    onClickMark(id) {
        if (!this.wasDragged) {
            this.props.onOpen(id);
        }
    }

    onKeydown(ev, id) {
        const step = this.props.steps.find((candidate) => candidate.id === id);
        const forward = this.isRightToLeft() ? -1 : 1;
        const days = {
            ArrowRight: forward,
            ArrowLeft: -forward,
            ArrowUp: 1,
            ArrowDown: -1,
            PageUp: WEEK,
            PageDown: -WEEK,
        }[ev.key];
        if (days && this.props.canMove) {
            this.focused = id;
            this.move(step, this.placeOf(step) + days, true);
        } else if (ev.key === "Enter" || ev.key === " ") {
            this.props.onOpen(id);
        } else if (ev.key === "Delete" && this.props.canRemove) {
            this.remove(id);
        } else {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
    }

    /** Remove a step; the focus goes to its neighbour. */
    async remove(id) {
        const ids = this.steps.map((step) => step.id);
        const place = ids.indexOf(id);
        this.focused = ids[place + 1] ?? ids[place - 1] ?? null;
        await this.props.onRemove(id);
    }

    onFocus(id) {
        this.focused = id;
        this.state.hovered = id;
    }

    onBlur(id) {
        if (this.state.hovered === id) {
            this.state.hovered = null;
        }
    }

    // ------------------------------------------------------------------
    // adding
    // ------------------------------------------------------------------

    onHoverStage(ev) {
        const isEmpty = this.props.canAdd && !ev.target.closest(".o_ruler_mark");
        this.state.ghost = isEmpty && ev.pointerType === "mouse" ? this.dayUnder(ev.clientX) : null;
    }

    onClickStage(ev) {
        if (this.props.canAdd && !this.wasDragged && !ev.target.closest(".o_ruler_mark")) {
            this.add(this.dayUnder(ev.clientX));
        }
    }

    onClickAdd() {
        const last = Math.max(0, ...this.props.steps.map((step) => this.placeOf(step)));
        this.add(this.props.steps.length ? last + WEEK : 0);
    }

    add(day) {
        this.state.ghost = null;
        this.focused = null;
        this.props.onAdd(day);
    }
}
