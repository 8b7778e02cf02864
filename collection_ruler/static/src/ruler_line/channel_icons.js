import { registry } from "@web/core/registry";

const icons = registry.category("collection_ruler.channel_icons");

// an add-on that brings a channel adds its icon here, by the channel's technical name
icons.add("email", "fa-envelope-o");
icons.add("activity", "fa-check-square-o");
icons.add("phone", "fa-phone");
icons.add("sms", "fa-commenting-o");
icons.add("letter", "fa-file-text-o");

/**
 * @param {string} channel technical name of a channel
 * @returns {string} the Font Awesome class of its icon
 */
export function channelIcon(channel) {
    return icons.get(channel, "fa-bullhorn");
}
