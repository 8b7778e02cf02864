import { Component, onWillStart, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { GraphController } from "@web/views/graph/graph_controller";
import { graphView } from "@web/views/graph/graph_view";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";
import { PivotController } from "@web/views/pivot/pivot_controller";
import { pivotView } from "@web/views/pivot/pivot_view";

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

class ForecastGraphController extends GraphController {
    static template = "collection_ruler.ForecastGraph";
    static components = { ...GraphController.components, ForecastWords };
}

class ForecastPivotController extends PivotController {
    static template = "collection_ruler.ForecastPivot";
    static components = { ...PivotController.components, ForecastWords };
}

class ForecastListController extends ListController {
    static template = "collection_ruler.ForecastList";
    static components = { ...ListController.components, ForecastWords };
}

const views = registry.category("views");
views.add("collection_forecast_graph", { ...graphView, Controller: ForecastGraphController });
views.add("collection_forecast_pivot", { ...pivotView, Controller: ForecastPivotController });
views.add("collection_forecast_list", { ...listView, Controller: ForecastListController });
