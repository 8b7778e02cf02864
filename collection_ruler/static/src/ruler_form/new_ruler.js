import { registry } from "@web/core/registry";

/**
 * Show a record as if it had been opened from its list: the breadcrumb leads back there. (An action that
 * opens a form has no list above it.)
 *
 * @param {Object} env
 * @param {{ params: { action: string, res_id: number } }} action the list's action, and the record
 */
async function openFromList(env, { params }) {
    const service = env.services.action;
    await service.doAction(params.action, { clearBreadcrumbs: true });
    await service.switchView("form", { resId: params.res_id });
}

registry.category("actions").add("collection_ruler_open_from_list", openFromList);
