import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

/** What waits for a person this morning: a count for each worklist, and the way into it. */
export class CollectionToday extends Component {
    static template = "collection_ruler.Today";
    static components = { Layout };
    static props = { ...standardActionServiceProps };
    static displayName = _t("Today");

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ tiles: [], is_new: false, may_propose: false, notices: [] });
        onWillStart(async () => {
            Object.assign(this.state, await this.orm.call("collection.today", "tiles", []));
        });
    }

    get isDone() {
        const forPeople = (tile) => !["outgoing", "sent"].includes(tile.key);
        return !this.state.tiles.some((tile) => forPeople(tile) && tile.count);
    }

    open(tile) {
        this.action.doAction(tile.action);
    }
}

registry.category("actions").add("collection_today", CollectionToday);
