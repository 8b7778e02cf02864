import { Component, onWillStart, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";

/** What the forecast comes to, in sentences, above Odoo's own views of it. */
export class ForecastWords extends Component {
    static template = "collection_ruler.ForecastWords";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.words = useState({ sentences: [], too_many: false, premises: "" });
        onWillStart(async () => {
            Object.assign(this.words, await this.orm.call("collection.forecast", "words", []));
        });
    }
}

class ForecastListController extends ListController {
    static template = "collection_ruler.ForecastList";
    static components = { ...ListController.components, ForecastWords };
}

registry.category("views").add("collection_forecast_list", {
    ...listView,
    Controller: ForecastListController,
});
