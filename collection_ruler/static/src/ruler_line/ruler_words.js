import { _t } from "@web/core/l10n/translation";

/**
 * @param {number} offset days from the due date, negative before it
 * @returns {string} in words, so that nobody can mistake its sign
 */
export function offsetWords(offset) {
    if (offset === 0) {
        return _t("on the due date");
    }
    if (offset === -1) {
        return _t("1 day before due");
    }
    if (offset === 1) {
        return _t("1 day after due");
    }
    return offset < 0
        ? _t("%s days before due", -offset)
        : _t("%s days after due", offset);
}

/**
 * @param {number} offset days from the due date, negative before it
 * @returns {string} short, for a tick of the line
 */
export function tickWords(offset) {
    if (offset === 0) {
        return _t("due date");
    }
    if (Math.abs(offset) === 1) {
        return offset < 0 ? _t("1 day before") : _t("1 day after");
    }
    return offset < 0 ? _t("%s days before", -offset) : _t("%s days after", offset);
}

/**
 * How a step leaves; each mode has a shape (see the styles), an icon and words.
 */
export const MODES = {
    automatic: { icon: "fa-bolt", words: _t("leaves by itself") },
    approve: { icon: "fa-hand-paper-o", words: _t("waits for approval") },
    task: { icon: "fa-user", words: _t("a person does it") },
};

/**
 * @param {Object} step name, channelLabel, mode, and `when` in words
 * @returns {string} the whole step in one sentence
 */
export function stepSentence({ name, channelLabel, mode, when }) {
    return _t("%(channel)s “%(step)s”, %(when)s, %(mode)s", {
        channel: channelLabel,
        step: name,
        when,
        mode: MODES[mode]?.words || "",
    });
}
