import { useService } from "@web/core/utils/hooks";
import { registry } from "@web/core/registry";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { kanbanView } from "@web/views/kanban/kanban_view";

/**
 * A board whose columns follow facts: dropping a card on a stage asks the server what that means,
 * and writes no stage.
 */
export class DebtorKanbanRenderer extends KanbanRenderer {
    setup() {
        super.setup();
        this.orm = useService("orm");
        this.action = useService("action");
    }

    get isByStage() {
        return this.props.list.groupByField?.name === "stage_id";
    }

    get canMoveRecords() {
        if (!this.isByStage) {
            return super.canMoveRecords;
        }
        return this.canResequenceRecords && this.props.archInfo.activeActions.edit;
    }

    /** @override */
    async sortRecordDrop(dataRecordId, dataGroupId, params) {
        if (!this.isByStage) {
            return super.sortRecordDrop(...arguments);
        }
        const { list } = this.props;
        const { parent } = params;
        parent?.classList.remove("o_kanban_hover");
        const target = list.groups.find((group) => group.id === parent?.dataset.id);
        const source = list.groups.find((group) => group.id === dataGroupId);
        const record = source?.list.records.find((one) => one.id === dataRecordId);
        if (!record || !target || target === source) {
            return; // within a column the order is that of the amounts
        }
        const action = await this.orm.call("collection.debtor", "action_drop", [
            [record.resId],
            target.value,
        ]);
        if (action) {
            await this.action.doAction(action, {
                onClose: async () => {
                    await this.orm.call("collection.debtor", "action_look_again", [
                        [record.resId],
                    ]);
                    await list.model.load();
                },
            });
        }
    }
}

registry.category("views").add("collection_debtor_kanban", {
    ...kanbanView,
    Renderer: DebtorKanbanRenderer,
});
