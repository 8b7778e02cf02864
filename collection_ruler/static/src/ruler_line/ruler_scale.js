/**
 * Where things stand on a ruler: plain arithmetic on days and pixels, no DOM.
 */

// distances between ticks that people count in, in days
const TICK_DAYS = [1, 2, 5, 7, 10, 14, 21, 30, 60, 90, 180, 365];

/**
 * The days that a ruler shows: its steps, at least a week before and ten days after the due date,
 * and at both ends room for the words of a mark, and to drag a step to.
 *
 * @param {number[]} offsets days from the due date, negative before it
 * @returns {{low: number, high: number}} first and last day shown
 */
export function domainOf(offsets) {
    const low = Math.min(-7, ...offsets);
    const high = Math.max(10, ...offsets);
    const room = Math.max(2, Math.ceil((high - low) * 0.11));
    return { low: low - room, high: high + room };
}

/**
 * @param {{low: number, high: number}} domain
 * @param {number} offset days from the due date
 * @returns {number} its place, 0 at the first day shown and 1 at the last
 */
export function fractionOf({ low, high }, offset) {
    return (offset - low) / (high - low);
}

/**
 * @param {{low: number, high: number}} domain
 * @param {number} fraction a place, 0 to 1
 * @returns {number} the nearest whole day, inside of what is shown
 */
export function dayAt({ low, high }, fraction) {
    const day = Math.round(low + fraction * (high - low));
    return Math.min(high, Math.max(low, day)) || 0; // no negative zero
}

/**
 * @param {{low: number, high: number}} domain
 * @param {number} width of the ruler in pixels
 * @param {number} room that a tick's words need, in pixels
 * @returns {number[]} days that get a tick with words; the due date is one of them
 */
export function ticksOf({ low, high }, width, room) {
    const perDay = width / (high - low);
    const stride = TICK_DAYS.find((days) => days * perDay >= room) || high - low;
    const ticks = [];
    for (let day = Math.ceil(low / stride) * stride; day <= high; day += stride) {
        const edge = Math.min(day - low, high - day) * perDay;
        if (day === 0 || edge >= room / 2) {
            ticks.push(day || 0); // no negative zero
        }
    }
    return ticks;
}

/**
 * Put marks that would cover each other into rows, the lowest that is free first.
 *
 * @param {{id: any, offset: number}[]} steps sorted by offset
 * @param {{low: number, high: number}} domain
 * @param {number} width of the ruler in pixels
 * @param {number} room that a mark with its words needs, in pixels
 * @returns {{rows: Map<any, number>, count: number}} the row of each step, 0 next to the line
 */
export function rowsOf(steps, { low, high }, width, room) {
    const perDay = width / (high - low);
    const ends = [];
    const rows = new Map();
    for (const { id, offset } of steps) {
        const start = (offset - low) * perDay;
        let row = ends.findIndex((end) => end <= start);
        row = row < 0 ? ends.length : row;
        ends[row] = start + room;
        rows.set(id, row);
    }
    return { rows, count: Math.max(1, ends.length) };
}

/**
 * How wide the words of marks may be: as far as the next mark of their row, or the edge.
 *
 * @param {{id: any, offset: number}[]} steps sorted by offset
 * @param {{low: number, high: number}} domain
 * @param {number} width of the ruler in pixels
 * @param {Map<any, number>} rows the row of each step, as `rowsOf` says
 * @param {{least: number, most: number}} room in pixels
 * @returns {Map<any, number>} pixels by step
 */
export function widthsOf(steps, { low, high }, width, rows, { least, most }) {
    const perDay = width / (high - low);
    const widths = new Map();
    for (const { id, offset } of steps) {
        const gaps = steps
            .filter((other) => other.id !== id && rows.get(other.id) === rows.get(id))
            .map((other) => Math.abs(other.offset - offset));
        const days = Math.min(...gaps, 2 * (offset - low), 2 * (high - offset));
        widths.set(id, Math.max(least, Math.min(most, days * perDay)));
    }
    return widths;
}

/**
 * The day on which a moved step comes to stand: the one that was meant, or the next free one. Two steps
 * of one channel never share a day. What is put down on a taken day stays on the side from which it came;
 * what goes from day to day (the arrow keys) passes the step in its way, or it could never get beyond it.
 *
 * @param {{id: any, offset: number, channel: string}[]} steps
 * @param {{id: any, offset: number, channel: string}} step the moved one
 * @param {number} day that was meant
 * @param {boolean} passes whether it goes on beyond what is in the way
 * @returns {{day: number, other: Object | undefined}} and the step that was in the way
 */
export function freeDay(steps, step, day, passes = false) {
    const taken = new Map(
        steps
            .filter(({ id, channel }) => id !== step.id && channel === step.channel)
            .map((other) => [other.offset, other])
    );
    const other = taken.get(day);
    const forward = day < step.offset ? -1 : 1;
    const direction = passes ? forward : -forward;
    while (taken.has(day)) {
        day += direction;
    }
    return { day, other };
}
