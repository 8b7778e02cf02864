import { registry } from "@web/core/registry";
import { formView } from "@web/views/form/form_view";

/** A hold silences a ruler: it begins when somebody presses the button, not when the page is closed. */
export class HoldFormController extends formView.Controller {
    /** @override */
    async beforeUnload() {
        if (!this.model.root.isNew) {
            return super.beforeUnload(...arguments);
        }
    }

    /** @override */
    beforeVisibilityChange() {
        if (!this.model.root.isNew) {
            return super.beforeVisibilityChange(...arguments);
        }
    }
}

registry.category("views").add("collection_hold_form", {
    ...formView,
    Controller: HoldFormController,
});
