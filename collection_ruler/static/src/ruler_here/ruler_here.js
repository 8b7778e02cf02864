import { Component } from "@odoo/owl";
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

/**
 * Where an instalment stands on its ruler: a dot per step, "you are here", and what comes next.
 */
export class RulerHere extends Component {
    static template = "collection_ruler.RulerHere";
    static props = { ...standardFieldProps, compact: { type: Boolean, optional: true } };

    get line() {
        return this.props.record.data[this.props.name];
    }

    /** The days drawn: a little more than the steps; whoever is beyond stands at the end. */
    get domain() {
        const offsets = this.line.marks.map((mark) => mark.offset);
        const low = Math.min(0, ...offsets);
        const high = Math.max(0, ...offsets);
        const room = Math.max(1, (high - low) * 0.06);
        return { low: low - room, high: high + room };
    }

    get marks() {
        return this.line.marks.map((mark) => ({
            ...mark,
            icon: channelIcon(mark.channel),
            place: this.percent(mark.offset),
            tooltip: _t("%(channel)s “%(step)s”, %(when)s: %(state)s", {
                channel: mark.channel_label,
                step: mark.name,
                when: mark.words,
                state: STATES[mark.state](formatDate(deserializeDate(mark.date))),
            }),
        }));
    }

    get hereWords() {
        return _t("Today: %s", offsetWords(this.line.here));
    }

    /** The whole picture for who cannot see it. */
    get summary() {
        return [...this.marks.map((mark) => mark.tooltip), this.hereWords, this.line.next].join("; ");
    }

    percent(day) {
        const fraction = Math.min(1, Math.max(0, fractionOf(this.domain, day)));
        return `${(fraction * 100).toFixed(2)}%`;
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
