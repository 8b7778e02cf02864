// Odoo loads graphs and pivots when one is opened first, and this with them
import { ForecastWords } from "@collection_ruler/forecast/forecast";
import { registry } from "@web/core/registry";
import { GraphController } from "@web/views/graph/graph_controller";
import { GraphRenderer } from "@web/views/graph/graph_renderer";
import { graphView } from "@web/views/graph/graph_view";
import { PivotController } from "@web/views/pivot/pivot_controller";
import { pivotView } from "@web/views/pivot/pivot_view";

class ForecastGraphController extends GraphController {
    static template = "collection_ruler.ForecastGraph";
    static components = { ...GraphController.components, ForecastWords };
}

/** Contacts are counted: nobody makes 2.50 calls. */
class ForecastGraphRenderer extends GraphRenderer {
    /** @override */
    getScaleOptions() {
        const scales = super.getScaleOptions();
        if (scales.y) {
            Object.assign(scales.y.ticks, { precision: 0, callback: (value) => String(value) });
        }
        return scales;
    }
}

class ForecastPivotController extends PivotController {
    static template = "collection_ruler.ForecastPivot";
    static components = { ...PivotController.components, ForecastWords };
}

const views = registry.category("views");
views.add("collection_forecast_graph", {
    ...graphView,
    Controller: ForecastGraphController,
    Renderer: ForecastGraphRenderer,
});
views.add("collection_forecast_pivot", { ...pivotView, Controller: ForecastPivotController });
