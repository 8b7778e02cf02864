// Odoo loads graphs and pivots when one is opened first, and this with them
import { ForecastWords } from "@collection_ruler/forecast/forecast";
import { registry } from "@web/core/registry";
import { GraphController } from "@web/views/graph/graph_controller";
import { graphView } from "@web/views/graph/graph_view";
import { PivotController } from "@web/views/pivot/pivot_controller";
import { pivotView } from "@web/views/pivot/pivot_view";

class ForecastGraphController extends GraphController {
    static template = "collection_ruler.ForecastGraph";
    static components = { ...GraphController.components, ForecastWords };
}

class ForecastPivotController extends PivotController {
    static template = "collection_ruler.ForecastPivot";
    static components = { ...PivotController.components, ForecastWords };
}

const views = registry.category("views");
views.add("collection_forecast_graph", { ...graphView, Controller: ForecastGraphController });
views.add("collection_forecast_pivot", { ...pivotView, Controller: ForecastPivotController });
