/**
 * Conversations as a page needs them, for the widget's frame and the expert's console alike.
 *
 *     const client = new Client({ transport: consoleTransport({ socketUrl, csrfToken }), scope: "console.<user id>" });
 *     client.subscribe(() => render(client));   // after any change: status, inbox, conversations
 *     client.start();
 *     client.conversation(id).messages();       // what to show, oldest first; pending ones replaced, never doubled
 *     client.say({ conversation: id, text });   // shown at once, kept until acknowledged, sent in order
 *     await client.command({ type: "claim", conversation: id });   // rejects with RequestError
 *
 * Rights, order and truth are the server's (docs/protocol.md); this keeps up with it.
 */

import { Connection } from "./connection.js";
import { RequestError, unreachable } from "./errors.js";
import { indexedDbShelf, Outbox } from "./outbox.js";
import { ConversationStore, messageOf } from "./store.js";

export { RequestError } from "./errors.js";
export { consoleTransport, tokenShelf, widgetTransport } from "./transports.js";
export { Connection, ConversationStore, Outbox };

/**
 * @typedef {import("./types.js").ServerFrame} ServerFrame
 * @typedef {import("./types.js").ClientFrame} ClientFrame
 * @typedef {import("./types.js").Entry} Entry
 * @typedef {import("./types.js").Page} Page
 */

const ACK_MS = 8_000;

export class Client {
  /** @type {import("./types.js").Inbox | null} console */
  inbox = null;
  /** @type {string | null} widget: the signed reference for the shop's cart */
  marker = null;
  /** @type {ConversationStore | null} widget: the visitor's latest conversation */
  current = null;
  /** Widget: the server has said which conversation is the latest, or that there is none. */
  isKnown = false;
  /** @type {Map<string, ConversationStore>} */
  conversations = new Map();
  /** @type {{code: string, message: string} | null} the last refusal that concerns no message of ours */
  refusal = null;

  /** @type {Set<() => void>} */
  #listeners = new Set();
  #isNotifying = false;
  /** @type {Map<string, {resolve: () => void, reject: (error: RequestError) => void}>} */
  #acks = new Map();
  /** @type {Map<string, number>} */
  #readTold = new Map();

  /**
   * @param {object} options
   * @param {import("./types.js").Transport} options.transport
   * @param {string} options.scope whose unsent messages these are; nobody else's page may use the same
   * @param {import("./outbox.js").Shelf} [options.shelf]
   */
  constructor({ transport, scope, shelf = indexedDbShelf(scope) }) {
    this.transport = transport;
    this.outbox = new Outbox({ shelf, deliver: (entry) => this.#deliver(entry), onChange: () => this.#pendingChanged() });
    this.connection = new Connection({
      transport,
      onFrame: (frame) => this.#hear(frame),
      onStatus: () => this.#statusChanged(),
      onResume: () => this.#refresh(),
      known: () => [...this.conversations.values()].map(({ id, lastSeq }) => ({ conversation: id, after: lastSeq })),
    });
    this.ready = this.outbox.load();
  }

  get status() {
    return this.connection.status;
  }

  start() {
    this.connection.start();
  }

  stop() {
    this.connection.stop();
  }

  /**
   * Call `listener` after changes, once for those that come together.
   * @param {() => void} listener
   * @returns {() => void} ends it
   */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * What is known of a conversation; asks for all of it if that is nothing.
   * @param {string} id
   */
  conversation(id) {
    let store = this.conversations.get(id);
    if (!store) {
      store = new ConversationStore({ id, side: this.transport.side, ask: this.#ask });
      store.subscribe(() => this.#notify());
      this.conversations.set(id, store);
      store.setPending(this.#pendingOf(id));
      const snapshot = this.inbox?.mine.find((mine) => mine.id === id);
      if (snapshot) store.adopt(snapshot);
      else store.heard(1);
    }
    return store;
  }

  /** Widget: what is on its way and belongs to no conversation yet, or to one that we have not heard of again. */
  get unplaced() {
    const entries = this.outbox.entries.filter(({ conversation }) => !conversation || !this.conversations.has(conversation));
    return entries.map((entry) => messageOf(entry, this.transport.side));
  }

  /**
   * Write a message. Without a conversation it goes into the one under way, or begins one.
   * @param {{text: string, conversation?: string | null, page?: Page}} message
   * @returns {Entry}
   */
  say({ text, conversation = null, page = { url: "", title: "", sku: "" } }) {
    this.start();
    return this.outbox.add({ conversation, text, page });
  }

  /**
   * Do something now, over HTTP, and have the effect shown; rejects with RequestError.
   * @param {ClientFrame} frame
   */
  async command(frame) {
    for (const answer of await this.transport.request(frame)) this.#hear(answer);
  }

  /**
   * Tell the server something that may get lost: a read mark, another page.
   * @param {ClientFrame} frame
   */
  tell(frame) {
    if (!this.connection.send(frame) && this.status === "polling") this.command(frame).catch(() => {});
  }

  /**
   * Mark everything that the other side has said as read.
   * @param {ConversationStore} store
   */
  markRead(store) {
    const seq = store.newestTheirs;
    if (!store.unread || this.#readTold.get(store.id) === seq) return;
    this.#readTold.set(store.id, seq);
    this.tell({ type: "read", conversation: store.id, seq });
  }

  /** @param {Entry} entry */
  #deliver(entry) {
    /** @type {ClientFrame} */
    const frame = entry.conversation
      ? { type: "message", conversation: entry.conversation, client_id: entry.client_id, text: entry.text }
      : { type: "start", client_id: entry.client_id, text: entry.text, page: entry.page };
    return this.status === "polling" ? this.command(frame) : this.#deliverBySocket(entry.client_id, frame);
  }

  /**
   * @param {string} clientId
   * @param {ClientFrame} frame
   * @returns {Promise<void>}
   */
  #deliverBySocket(clientId, frame) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.connection.doubt();
        settle();
        reject(unreachable());
      }, ACK_MS);
      const settle = () => {
        clearTimeout(timer);
        this.#acks.delete(clientId);
      };
      this.#acks.set(clientId, {
        resolve: () => (settle(), resolve()),
        reject: (error) => (settle(), reject(error)),
      });
      if (!this.connection.send(frame)) this.#acks.get(clientId)?.reject(unreachable());
    });
  }

  /** @param {ServerFrame} frame */
  #hear(frame) {
    switch (frame.type) {
      case "welcome":
        if (frame.inbox) this.#takeInbox(frame.inbox);
        if (frame.conversation !== undefined) this.#takeCurrent(frame.conversation);
        if (frame.marker !== undefined) this.marker = frame.marker;
        this.#refresh();
        break;
      case "conversation":
        if (this.transport.side === "visitor") this.#takeCurrent(frame.conversation);
        else this.conversation(frame.conversation.id).adopt(frame.conversation);
        break;
      case "events":
        this.conversation(frame.conversation).apply(frame.events, frame.last_seq);
        break;
      case "heartbeat":
        for (const [id, seq] of Object.entries(frame.last_seq)) this.conversations.get(id)?.heard(seq);
        break;
      case "ack":
        this.#acknowledged(frame);
        break;
      case "inbox":
        this.#takeInbox(frame.inbox);
        break;
      case "marker":
        this.marker = frame.marker;
        break;
      case "error":
        this.#refused(frame);
        break;
      case "pong":
        return;
    }
    this.#settleOutbox();
    this.#notify();
  }

  /** @param {import("./types.js").AckFrame} frame */
  #acknowledged({ client_id, conversation, seq }) {
    const entry = this.outbox.entries.find((one) => one.client_id === client_id);
    if (entry) entry.conversation = conversation;
    const store = this.conversation(conversation);
    if (this.transport.side === "visitor") this.current = store;
    this.#pendingChanged();
    store.heard(seq);
    this.#acks.get(client_id)?.resolve();
  }

  /** @param {import("./types.js").ErrorFrame} frame */
  #refused({ code, message, is_permanent, client_id, conversation, for: asked }) {
    const waiting = client_id && this.#acks.get(client_id);
    if (waiting) waiting.reject(new RequestError(code, message, is_permanent));
    else if (asked === "catch_up" && conversation && is_permanent) this.conversations.get(conversation)?.abandon();
    else this.refusal = { code, message };
  }

  /** @param {import("./types.js").Inbox} inbox */
  #takeInbox(inbox) {
    this.inbox = inbox;
    for (const mine of inbox.mine) this.conversations.get(mine.id)?.adopt(mine);
  }

  /** @param {import("./types.js").Conversation | null} conversation */
  #takeCurrent(conversation) {
    this.isKnown = true;
    if (!conversation) {
      // We are a visitor whom the server has not met: what was said before belongs to nobody any more.
      if (this.current) this.outbox.release(this.current.id);
      this.current = null;
      this.conversations.clear();
      return;
    }
    const store = this.conversation(conversation.id);
    store.adopt(conversation);
    const current = this.current?.conversation;
    if (!current || current.started_at <= conversation.started_at) this.current = store;
  }

  /** What was on the line when it broke may be lost: ask anew. */
  #refresh() {
    this.#readTold.clear();
    for (const store of this.conversations.values()) store.refresh();
  }

  /** @type {(conversation: string, after: number) => void} */
  #ask = (conversation, after) => this.tell({ type: "catch_up", conversation, after });

  /** Entries whose event has arrived are done with. */
  #settleOutbox() {
    for (const { client_id, conversation } of this.outbox.entries) {
      const store = conversation && this.conversations.get(conversation);
      if (store && store.events.some((event) => event.client_id === client_id)) this.outbox.remove(client_id);
    }
  }

  /** @param {string | null} id */
  #pendingOf(id) {
    return this.outbox.entries.filter((entry) => entry.conversation === id);
  }

  #pendingChanged() {
    for (const store of this.conversations.values()) store.setPending(this.#pendingOf(store.id));
    this.#notify();
  }

  #statusChanged() {
    if (this.status === "online" || this.status === "polling") this.outbox.open();
    else {
      this.outbox.close();
      for (const { reject } of [...this.#acks.values()]) reject(unreachable());
    }
    this.#notify();
  }

  #notify() {
    if (this.#isNotifying) return;
    this.#isNotifying = true;
    queueMicrotask(() => {
      this.#isNotifying = false;
      for (const listener of this.#listeners) listener();
    });
  }
}
