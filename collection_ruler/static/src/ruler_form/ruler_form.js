import { registry } from "@web/core/registry";
import { formView } from "@web/views/form/form_view";

/** A form that says which edition of a ruler was changed, so that nobody overwrites a colleague. */
export class RulerFormController extends formView.Controller {
    /** @override */
    async onWillSaveRecord(record, changes) {
        if (record.resId) {
            changes.edition = record.data.edition;
        }
        return super.onWillSaveRecord(...arguments);
    }
}

registry.category("views").add("collection_ruler_form", {
    ...formView,
    Controller: RulerFormController,
});
