import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { makeContext } from "@web/core/context";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useOpenX2ManyRecord, useX2ManyCrud } from "@web/views/fields/relational_utils";
import { X2ManyField, x2ManyField } from "@web/views/fields/x2many/x2many_field";
import { RulerLine } from "./ruler_line";
import { offsetWords } from "./ruler_words";

/**
 * The steps of a ruler, drawn on a line, with the usual list below: both show the same records, and
 * nothing is saved before the form is.
 */
export class RulerLineField extends X2ManyField {
    static template = "collection_ruler.RulerLineField";
    static components = { ...X2ManyField.components, RulerLine };

    setup() {
        super.setup();
        this.dialog = useService("dialog");
        const { saveRecord, updateRecord } = useX2ManyCrud(() => this.list, false);
        const openRecord = useOpenX2ManyRecord({
            resModel: this.list.resModel,
            activeField: this.activeField,
            activeActions: this.activeActions,
            getList: () => this.list,
            saveRecord: this.keepingMoves(saveRecord),
            updateRecord: this.keepingMoves(updateRecord),
            isMany2Many: false,
        });
        this._openRecord = (params) => {
            const focused = document.activeElement;
            return openRecord({
                title: params.record?.data.name || _t("New step"),
                ...params,
                controls: this.controls,
                onClose: () => focused?.focus(),
            });
        };
    }

    /**
     * A step added or changed in a dialog may make the list read the others again, with the fields of
     * the dialog; what was moved on the line and not saved yet would be lost by that.
     *
     * @param {(record: Object) => Promise} save takes what a dialog was about into the list
     * @returns {(record: Object) => Promise} the same, after which steps stand where they stood
     */
    keepingMoves(save) {
        return async (saved) => {
            const moved = this.list.records.filter((record) => record.dirty && record !== saved);
            const days = moved.map(({ resId, data }) => [resId, data.offset_days]);
            await save(saved);
            for (const [resId, day] of days) {
                const record = this.list.records.find((one) => resId && one.resId === resId);
                if (record && record.data.offset_days !== day) {
                    await record.update({ offset_days: day });
                }
            }
        };
    }

    get lineProps() {
        const steps = this.list.records.map((record) => this.describe(record));
        const canWrite = !this.props.readonly && this.activeActions.write;
        return {
            steps: steps.filter((step) => step.trigger === "due"),
            events: steps.filter((step) => step.trigger !== "due"),
            canMove: Boolean(canWrite),
            canAdd: Boolean(this.canCreate),
            canRemove: Boolean(canWrite && this.activeActions.onDelete),
            onMove: (id, offset) => this.find(id).update({ offset_days: offset }),
            onOpen: (id) => this.openRecord(this.find(id)),
            onAdd: (offset) => this.addStep(offset),
            onRemove: (id) => this.removeStep(this.find(id)),
        };
    }

    /** What is drawn of a record. */
    describe({ id, data, fields }) {
        return {
            id,
            name: data.name || "",
            trigger: data.trigger,
            offset: data.offset_days,
            channel: data.channel,
            channelLabel: labelOf(fields.channel, data.channel),
            mode: data.mode,
            when: data.trigger === "paid" ? _t("when paid") : _t("when a payment comes back"),
        };
    }

    find(id) {
        return this.list.records.find((record) => record.id === id);
    }

    addStep(offset) {
        return this._openRecord({
            context: makeContext([
                this.props.context,
                { default_trigger: "due", default_offset_days: offset },
            ]),
        });
    }

    /** What was saved once is removed only after a question; the focus comes back in any case. */
    removeStep(record) {
        if (record.isNew) {
            return this.activeActions.onDelete(record);
        }
        return new Promise((resolve) => {
            this.dialog.add(
                ConfirmationDialog,
                {
                    title: _t("Remove this step?"),
                    body: _t("“%(step)s” (%(when)s) is gone as soon as the ruler is saved.", {
                        step: record.data.name,
                        when: offsetWords(record.data.offset_days),
                    }),
                    confirmLabel: _t("Remove"),
                    confirm: () => this.activeActions.onDelete(record),
                    cancel: () => {},
                },
                { onClose: resolve }
            );
        });
    }
}

function labelOf(field, value) {
    return field.selection?.find(([key]) => key === value)?.[1] || value;
}

export const rulerLineField = {
    ...x2ManyField,
    component: RulerLineField,
    displayName: _t("Ruler"),
    supportedTypes: ["one2many"],
    additionalClasses: [...(x2ManyField.additionalClasses || []), "o_field_one2many"],
    // what is drawn is there whatever the list or the cards below show
    relatedFields: [
        { name: "name", type: "char", readonly: false },
        { name: "trigger", type: "selection", readonly: false },
        { name: "offset_days", type: "integer", readonly: false },
        { name: "channel", type: "selection", readonly: false },
        { name: "mode", type: "selection", readonly: false },
    ],
};

registry.category("fields").add("collection_ruler_line", rulerLineField);
