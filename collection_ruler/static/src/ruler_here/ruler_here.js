import { Component, toRaw } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { channelIcon } from "../ruler_line/channel_icons";
import { fractionOf } from "../ruler_line/ruler_scale";
import { offsetWords } from "../ruler_line/ruler_words";

const STATES = {
    said: (date) => _t("said on %s", date),
    skipped: () => _t("left out"),
    next: (date) => _t("comes next, on %s", date),
    ahead: (date) => _t("on %s", date),
};

const dateWords = new Map();

/** A date as the user reads it; the cards of a board name the same few hundreds of times. */
function wordsOf(date) {
    if (!dateWords.has(date)) {
        dateWords.set(date, formatDate(deserializeDate(date)));
    }
    return dateWords.get(date);
}

/**
 * Where an instalment stands on its ruler: a dot per step, "you are here", and what comes next.
 */
export class RulerHere extends Component {
    static template = "collection_ruler.RulerHere";
    static props = { ...standardFieldProps, compact: { type: Boolean, optional: true } };

    get line() {
        // a board shows hundreds of them, and nobody writes into one
        return toRaw(this.props.record.data[this.props.name]);
    }

    /** All that is drawn, computed once for a drawing. */
    get picture() {
        const { line } = this;
        const percent = this.scale(line.marks);
        const marks = line.marks.map((mark) => ({
            ...mark,
            icon: channelIcon(mark.channel),
            place: percent(mark.offset),
            tooltip: _t("%(channel)s “%(step)s”, %(when)s: %(state)s", {
                channel: mark.channel_label,
                step: mark.name,
                when: mark.words,
                state: STATES[mark.state](wordsOf(mark.date)),
            }),
        }));
        const hereWords = _t("Today: %s", offsetWords(line.here));
        // for who cannot see it
        const summary = [...marks.map((mark) => mark.tooltip), hereWords, line.next].join("; ");
        return { line, marks, hereWords, summary, here: percent(line.here), due: percent(0) };
    }

    /** The days drawn: a little more than the steps; whoever is beyond stands at the end. */
    scale(marks) {
        const offsets = marks.map((mark) => mark.offset);
        const low = Math.min(0, ...offsets);
        const high = Math.max(0, ...offsets);
        const room = Math.max(1, (high - low) * 0.06);
        const domain = { low: low - room, high: high + room };
        return (day) => {
            const fraction = Math.min(1, Math.max(0, fractionOf(domain, day)));
            return `${(fraction * 100).toFixed(2)}%`;
        };
    }
}

export const rulerHereField = {
    component: RulerHere,
    displayName: _t("Place on the ruler"),
    supportedTypes: ["json"],
    supportedOptions: [{ label: _t("Without words"), name: "compact", type: "boolean" }],
    extractProps: ({ options }) => ({ compact: Boolean(options.compact) }),
};

registry.category("fields").add("collection_ruler_here", rulerHereField);
