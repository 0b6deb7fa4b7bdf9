/** What is known of one conversation: its events in order, without gaps, and what is on its way. */

/**
 * @typedef {import("./types.js").Conversation} Conversation
 * @typedef {import("./types.js").ConversationEvent} ConversationEvent
 * @typedef {import("./types.js").Entry} Entry
 * @typedef {import("./types.js").Message} Message
 * @typedef {import("./types.js").Side} Side
 */

// How long events may lag behind the news that they exist, and how long an answer to `ask` may take.
const LAG_MS = 400;
const ANSWER_MS = 3_000;

export class ConversationStore {
  /** @type {Conversation | null} */
  conversation = null;
  /** @type {ConversationEvent[]} */
  events = [];
  /** Number of the last event applied. */
  lastSeq = 0;

  /** @type {Entry[]} */
  #pending = [];
  /** @type {Set<() => void>} */
  #listeners = new Set();
  /** Up to which event `conversation` tells the truth. */
  #foldedSeq = 0;
  /** The highest number that we have heard of. */
  #heardSeq = 0;
  #askedAfter = -1;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {object} options
   * @param {string} options.id
   * @param {Side} options.side whose screen this is
   * @param {(conversation: string, after: number) => void} options.ask send a `catch_up`
   */
  constructor({ id, side, ask }) {
    this.id = id;
    this.side = side;
    this.ask = ask;
  }

  /**
   * Call `listener` after every change.
   * @param {() => void} listener
   * @returns {() => void} ends it
   */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * A snapshot; an older one than what we know changes nothing.
   * @param {Conversation} conversation
   */
  adopt(conversation) {
    this.heard(conversation.last_seq);
    if (this.conversation && conversation.last_seq < this.#foldedSeq) return;
    this.conversation = conversation;
    this.#foldedSeq = conversation.last_seq;
    this.#notify();
  }

  /**
   * Events as they come, repeated, late or early: applied only in order.
   * @param {ConversationEvent[]} events
   * @param {number} lastSeq the conversation's, as the server says
   */
  apply(events, lastSeq) {
    let hasChanged = false;
    let isGap = false;
    for (const event of events) {
      if (event.seq <= this.lastSeq) continue;
      if (event.seq !== this.lastSeq + 1) {
        isGap = true;
        this.heard(event.seq);
        break;
      }
      this.lastSeq = event.seq;
      this.events.push(event);
      this.#fold(event);
      hasChanged = true;
    }
    if (hasChanged) this.#askedAfter = -1;
    this.#heardSeq = Math.max(this.#heardSeq, lastSeq);
    // Behind by a gap, or because there was more than fits into one frame.
    if (isGap || (hasChanged && this.#isBehind())) this.catchUp();
    if (hasChanged) this.#notify();
  }

  /**
   * The conversation has events up to this one. They may be on their way: wait a moment before asking.
   * @param {number} seq
   */
  heard(seq) {
    this.#heardSeq = Math.max(this.#heardSeq, seq);
    if (!this.#isBehind()) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.catchUp(), this.lastSeq ? LAG_MS : 0);
  }

  /** Ask for what is missing now, and again until it is there; once for the same gap while an answer is due. */
  catchUp() {
    clearTimeout(this.#timer);
    if (!this.#isBehind()) return;
    if (this.#askedAfter !== this.lastSeq) {
      this.#askedAfter = this.lastSeq;
      this.ask(this.id, this.lastSeq);
    }
    this.#timer = setTimeout(() => this.refresh(), ANSWER_MS);
  }

  /** Whatever was asked before may have been lost with the line: ask anew. */
  refresh() {
    this.#askedAfter = -1;
    this.catchUp();
  }

  /** There is nothing more for us to know: the server has refused to say. */
  abandon() {
    clearTimeout(this.#timer);
    this.#heardSeq = this.lastSeq;
  }

  /**
   * Messages of this conversation that are on their way.
   * @param {Entry[]} entries
   */
  setPending(entries) {
    this.#pending = entries;
    this.#notify();
  }

  /** Everything that is said, and every other event that people see; what is on its way comes last. @returns {Message[]} */
  messages() {
    const own = new Set();
    /** @type {Message[]} */
    const list = [];
    for (const event of this.events) {
      if (event.client_id && event.author.kind === this.side) own.add(event.client_id);
      list.push({
        key: event.client_id ?? `${event.seq}`,
        seq: event.seq,
        author: event.author.kind,
        name: event.author.name,
        text: event.text,
        at: event.at,
        state: "sent",
        error: null,
        event,
      });
    }
    for (const entry of this.#pending) if (!own.has(entry.client_id)) list.push(messageOf(entry, this.side));
    return list;
  }

  /** Messages of the other side that this side has not read. */
  get unread() {
    const read = this.conversation?.read?.[this.side] ?? 0;
    return this.#theirs().filter((event) => event.seq > read).length;
  }

  /** The number of the newest message of the other side, 0 if it has said nothing. */
  get newestTheirs() {
    return this.#theirs().at(-1)?.seq ?? 0;
  }

  #theirs() {
    const other = this.side === "visitor" ? "expert" : "visitor";
    return this.events.filter((event) => event.kind === "message" && event.author.kind === other);
  }

  #isBehind() {
    return this.lastSeq < this.#heardSeq;
  }

  /**
   * Carry an event's meaning into the conversation, unless the snapshot already knew of it.
   * @param {ConversationEvent} event
   */
  #fold(event) {
    if (!this.conversation || event.seq <= this.#foldedSeq) return;
    this.#foldedSeq = event.seq;
    this.conversation = { ...this.conversation, ...meaning(event, this.conversation), last_seq: event.seq };
  }

  #notify() {
    for (const listener of this.#listeners) listener();
  }
}

/**
 * A message that is on its way.
 * @param {Entry} entry
 * @param {Side} side
 * @returns {Message}
 */
export function messageOf({ client_id, text, at, state, error }, side) {
  return { key: client_id, seq: null, author: side, name: "", text, at, state, error, event: null };
}

/**
 * What an event changes of its conversation (docs/protocol.md, table of kinds).
 * @param {ConversationEvent} event
 * @param {Conversation} conversation
 * @returns {Partial<Conversation>}
 */
function meaning({ kind, data, author }, conversation) {
  switch (kind) {
    case "claimed":
      return { state: "open", expert: data.expert, disclosure: data.disclosure };
    case "promise":
      return { state: "missed" };
    case "state":
      return { state: data.state };
    case "page":
      return { page: { url: data.url, title: data.title, sku: data.sku } };
    case "read":
      return { read: { ...conversation.read, [author.kind]: data.seq } };
    default:
      return {};
  }
}
