import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { FIELD_WIDTHS } from "@web/views/list/column_width_hook";

const formatters = registry.category("formatters");

/** A due date in a list; below it, from which day it counts where that is another one (A3). */
export class DueDateField extends Component {
    static template = "collection_ruler.DueDateField";
    static props = { ...standardFieldProps };

    get date() {
        const { record, name } = this.props;
        return formatters.get("date")(record.data[name], { field: record.fields[name] });
    }

    get bankDay() {
        return this.props.record.data.bank_day_text;
    }
}

registry.category("fields").add("collection_due_date", {
    component: DueDateField,
    displayName: _t("Due date"),
    supportedTypes: ["date"],
    fieldDependencies: [{ name: "bank_day_text", type: "char" }],
    listViewWidth: () => FIELD_WIDTHS.date + 65, // read late: it measures a text
});
