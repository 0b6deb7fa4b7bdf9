/** Messages on their way: kept under their client id until the server has acknowledged them, sent in order. */

import { Backoff } from "./backoff.js";
import { RequestError } from "./errors.js";

/**
 * @typedef {import("./types.js").Entry} Entry
 * @typedef {{load: () => Promise<Entry[]>, put: (entry: Entry) => Promise<void>, remove: (clientId: string) => Promise<void>}} Shelf
 */

const OPEN_MS = 2_000;

export class Outbox {
  /** @type {Entry[]} in the order in which they were written */
  entries = [];
  #isDelivering = false;
  #isBlocked = true;
  #number = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {object} options
   * @param {Shelf} options.shelf
   * @param {(entry: Entry) => Promise<unknown>} options.deliver resolves once acknowledged; rejects with RequestError
   * @param {() => void} options.onChange
   * @param {() => number} [options.random]
   */
  constructor({ shelf, deliver, onChange, random }) {
    this.shelf = shelf;
    this.deliver = deliver;
    this.onChange = onChange;
    this.backoff = new Backoff(1_000, 20_000, random);
  }

  /** Take up what an earlier page left; it comes before what has been written here since. */
  async load() {
    const mine = new Set(this.entries.map((entry) => entry.client_id));
    const left = (await this.shelf.load()).filter((entry) => !mine.has(entry.client_id));
    this.entries = [...left, ...this.entries].sort((a, b) => a.number - b.number);
    if (left.length) this.#changed();
  }

  /**
   * @param {Pick<Entry, "conversation" | "text" | "page">} message
   * @returns {Entry}
   */
  add({ conversation, text, page }) {
    this.#number = Math.max(this.#number + 1, Date.now());
    /** @type {Entry} */
    const entry = {
      client_id: crypto.randomUUID(),
      number: this.#number,
      conversation,
      text,
      page,
      at: new Date().toISOString(),
      state: "sending",
      error: null,
    };
    this.entries.push(entry);
    this.#keep(entry);
    return entry;
  }

  /**
   * Send a failed one again, with another text if given: then it is another message, with another id.
   * @param {string} clientId
   * @param {Partial<Pick<Entry, "conversation" | "text">>} [changes]
   */
  retry(clientId, changes = {}) {
    const entry = this.#find(clientId);
    if (!entry) return;
    const isSame = changes.text === undefined || changes.text === entry.text;
    if (!isSame || entry.error?.code === "conflict") {
      this.remove(clientId);
      this.add({ ...entry, ...changes });
      return;
    }
    Object.assign(entry, changes, { state: "sending", error: null });
    this.#keep(entry);
  }

  /**
   * Its event has arrived, or its writer has thrown it away.
   * @param {string} clientId
   */
  remove(clientId) {
    const entry = this.#find(clientId);
    if (!entry) return;
    this.entries = this.entries.filter((one) => one !== entry);
    this.shelf.remove(clientId).catch(() => {});
    this.#changed();
  }

  /**
   * The conversations of these entries are not ours any more: send them into whichever is under way.
   * @param {string} conversation
   */
  release(conversation) {
    for (const entry of this.entries) if (entry.conversation === conversation) entry.conversation = null;
  }

  /** There is a line: send what waits. */
  open() {
    this.#isBlocked = false;
    this.backoff.reset();
    this.#work();
  }

  /** There is no line: wait for `open`. */
  close() {
    this.#isBlocked = true;
    clearTimeout(this.#timer);
  }

  /** @param {string} clientId */
  #find(clientId) {
    return this.entries.find((entry) => entry.client_id === clientId);
  }

  #changed() {
    this.onChange();
    this.#work();
  }

  /** @param {Entry} entry */
  #keep(entry) {
    this.onChange();
    // Kept first, sent then: after a crash between the two the same id is sent again, and never none.
    this.shelf.put(entry).catch(() => {}).then(this.#work);
  }

  #work = async () => {
    clearTimeout(this.#timer);
    if (this.#isDelivering || this.#isBlocked) return;
    const entry = this.entries.find(({ state }) => state === "sending");
    if (!entry) return;
    this.#isDelivering = true;
    try {
      await this.deliver(entry);
      this.backoff.reset();
      entry.state = "sent";
      await this.shelf.remove(entry.client_id).catch(() => {});
    } catch (error) {
      if (!(error instanceof RequestError) || !error.isPermanent) return this.#pause();
      entry.state = "failed";
      entry.error = { code: error.code, message: error.message };
      await this.shelf.put(entry).catch(() => {});
    } finally {
      this.#isDelivering = false;
    }
    this.#changed();
  };

  #pause() {
    if (!this.#isBlocked) this.#timer = setTimeout(this.#work, this.backoff.next());
  }
}

/** Where nothing may be stored: entries live as long as the page. @returns {Shelf} */
export function memoryShelf() {
  return { load: async () => [], put: async () => {}, remove: async () => {} };
}

/**
 * Entries of one scope (a store's public key, a console's user) in IndexedDB; in memory where that is refused.
 * @param {string} scope
 * @returns {Shelf}
 */
export function indexedDbShelf(scope) {
  /** @type {Promise<IDBDatabase | null> | undefined} */
  let opening;

  /**
   * @template T
   * @param {IDBTransactionMode} mode
   * @param {(store: IDBObjectStore) => IDBRequest<T>} act
   * @returns {Promise<T | null>}
   */
  async function run(mode, act) {
    opening ??= openDatabase();
    const database = await opening;
    if (!database) return null;
    return new Promise((resolve, reject) => {
      const transaction = database.transaction("messages", mode);
      const request = act(transaction.objectStore("messages"));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  }

  return {
    async load() {
      const all = (await run("readonly", (store) => store.index("scope").getAll(scope)).catch(() => null)) ?? [];
      return all.map(({ scope: _, ...entry }) => entry);
    },
    put: async (entry) => void (await run("readwrite", (store) => store.put({ ...entry, scope }))),
    remove: async (clientId) => void (await run("readwrite", (store) => store.delete(clientId))),
  };
}

/** @returns {Promise<IDBDatabase | null>} null where storage is refused, or does not answer */
function openDatabase() {
  return new Promise((resolve) => {
    try {
      const request = indexedDB.open("peerside", 1);
      request.onupgradeneeded = () => {
        const store = request.result.createObjectStore("messages", { keyPath: "client_id" });
        store.createIndex("scope", "scope");
      };
      request.onsuccess = () => resolve(request.result);
      request.onerror = request.onblocked = () => resolve(null);
      setTimeout(() => resolve(null), OPEN_MS);
    } catch {
      resolve(null);
    }
  });
}
