/** What unit tests of the conversation's modules need: a comparison, a clock that they turn, and events to apply. */

/**
 * @param {unknown} found
 * @param {unknown} expected
 * @param {string} [about]
 */
export function same(found, expected, about = "") {
  const [left, right] = [JSON.stringify(found), JSON.stringify(expected)];
  if (left !== right) throw new Error(`${about} found ${left}, expected ${right}`);
}

/** Time that passes only in `pass`. It stands in for the page's own timers until `restore`. */
export class Clock {
  now = 1_000_000;
  #number = 1;
  /** @type {Map<number, {at: number, every: number, act: () => void}>} */
  #timers = new Map();
  #real = { setTimeout, clearTimeout, setInterval, clearInterval, now: Date.now };

  constructor() {
    /** @type {any} */
    const page = globalThis;
    page.setTimeout = (/** @type {() => void} */ act, pause = 0) => this.#add(act, pause, 0);
    page.setInterval = (/** @type {() => void} */ act, pause = 0) => this.#add(act, pause, pause);
    page.clearTimeout = page.clearInterval = (/** @type {number} */ id) => void this.#timers.delete(id);
    Date.now = () => this.now;
  }

  restore() {
    const { now, ...timers } = this.#real;
    Object.assign(globalThis, timers);
    Date.now = now;
  }

  /** @param {number} milliseconds */
  async pass(milliseconds) {
    const end = this.now + milliseconds;
    for (;;) {
      await settle();
      const due = [...this.#timers].filter(([, { at }]) => at <= end).sort((a, b) => a[1].at - b[1].at)[0];
      if (!due) break;
      const [id, timer] = due;
      this.now = Math.max(this.now, timer.at);
      if (timer.every) timer.at += timer.every;
      else this.#timers.delete(id);
      timer.act();
    }
    this.now = end;
  }

  /**
   * @param {() => void} act
   * @param {number} pause
   * @param {number} every
   */
  #add(act, pause, every) {
    this.#timers.set(this.#number, { at: this.now + pause, every, act });
    return this.#number++;
  }
}

/** Let promises that are ready go on. */
export async function settle() {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

/** Numbers that look random and are the same every time. @param {number} seed */
export function dice(seed) {
  return () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed / 2 ** 31;
  };
}

/**
 * @param {number} seq
 * @param {Partial<import("../../../static/js/conversation/types.js").ConversationEvent>} [more]
 * @returns {import("../../../static/js/conversation/types.js").ConversationEvent}
 */
export function event(seq, more = {}) {
  const author = { kind: /** @type {const} */ ("expert"), name: "Erik", face: "" };
  return { seq, kind: "message", author, client_id: null, text: `${seq}`, data: {}, at: "2026-11-21T19:35:00.000Z", ...more };
}

/**
 * @param {Partial<import("../../../static/js/conversation/types.js").Conversation>} [more]
 * @returns {import("../../../static/js/conversation/types.js").Conversation}
 */
export function conversation(more = {}) {
  return {
    id: "c",
    state: "waiting",
    last_seq: 0,
    expert: null,
    disclosure: "before",
    page: { url: "", title: "", sku: "" },
    started_at: "2026-11-21T19:35:00.000Z",
    store: { name: "Kestrel & Pine" },
    read: { visitor: 0, expert: 0 },
    ...more,
  };
}
