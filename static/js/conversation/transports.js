/** The two sides' ways to the server: addresses, secrets, and which HTTP twin stands for which frame. */

import { RequestError, unreachable } from "./errors.js";

/**
 * @typedef {import("./types.js").Transport} Transport
 * @typedef {import("./types.js").ClientFrame} ClientFrame
 * @typedef {import("./types.js").ServerFrame} ServerFrame
 * @typedef {import("./types.js").Position} Position
 * @typedef {{read: () => string | null, write: (token: string) => void, forget: () => void}} TokenShelf
 */

const TIMEOUT_MS = 10_000;
const MAY_SUCCEED_LATER = [408, 425, 429];

/**
 * @param {string} name
 * @returns {TokenShelf} kept in this origin's storage, or in memory where storage is refused
 */
export function tokenShelf(name) {
  /** @type {string | null} */
  let memory = null;
  return {
    read() {
      try {
        return localStorage.getItem(name) ?? memory;
      } catch {
        return memory;
      }
    },
    write(token) {
      memory = token;
      try {
        localStorage.setItem(name, token);
      } catch {
        // Refused or full: this page still has it.
      }
    },
    forget() {
      memory = null;
      try {
        localStorage.removeItem(name);
      } catch {
        // Nothing was kept.
      }
    },
  };
}

/**
 * A shopper's way. No visitor is made before `hello` or `request` is called.
 * @param {object} options
 * @param {string} options.apiUrl "…/w/<public key>/api/"
 * @param {string} options.socketUrl
 * @param {string} options.pageOrigin origin of the shop's page, to which the token is bound
 * @param {TokenShelf} options.shelf
 * @returns {Transport}
 */
export function widgetTransport({ apiUrl, socketUrl, pageOrigin, shelf }) {
  /** @type {Promise<string> | null} */
  let making = null;

  async function token() {
    const kept = shelf.read();
    if (kept) return kept;
    // One visitor, however many ask at once.
    making ??= call(apiUrl + "visitors/", { body: { origin: pageOrigin } })
      .then((answer) => {
        shelf.write(answer.token);
        return answer.token;
      })
      .finally(() => (making = null));
    return making;
  }

  /** @param {ClientFrame} frame */
  async function request(frame) {
    try {
      return await attempt(frame);
    } catch (error) {
      if (!(error instanceof RequestError) || error.code !== "not_authentic") throw error;
      // The server no longer knows this visitor: be a new one, once.
      shelf.forget();
      return attempt(frame);
    }
  }

  /** @param {ClientFrame} frame */
  async function attempt(frame) {
    const headers = { authorization: `Bearer ${await token()}` };
    const { path, body } = twin(frame, { start: "conversation/" });
    return framesOf(frame.type, await call(apiUrl + path, { headers, body }));
  }

  return {
    side: "visitor",
    socketUrl,
    hello: async () => ({ type: "hello", v: 1, token: await token() }),
    renew: () => shelf.forget(),
    request,
    async poll(known) {
      const headers = { authorization: `Bearer ${await token()}` };
      const { conversation, marker } = await call(apiUrl + "conversation/", { headers });
      /** @type {ServerFrame[]} */
      const frames = [{ type: "welcome", v: 1, heartbeat_s: 25, conversation, marker }];
      return frames.concat(await newEvents(request, known, conversation ? [conversation] : []));
    },
  };
}

/**
 * An expert's way, as the signed-in user.
 * @param {object} options
 * @param {string} [options.apiUrl]
 * @param {string} options.socketUrl
 * @param {() => string} options.csrfToken
 * @returns {Transport}
 */
export function consoleTransport({ apiUrl = "/console/api/", socketUrl, csrfToken }) {
  /**
   * @param {string} path
   * @param {object | null} body
   */
  const reach = (path, body) =>
    call(apiUrl + path, { headers: body ? { "x-csrftoken": csrfToken() } : {}, body, credentials: "same-origin" });

  /** @param {ClientFrame} frame */
  async function request(frame) {
    const { path, body } = twin(frame, { availability: "availability/" });
    return framesOf(frame.type, await reach(path, body));
  }

  return {
    side: "expert",
    socketUrl,
    hello: async () => ({ type: "hello", v: 1, ticket: (await reach("ticket/", {})).ticket }),
    // A ticket is good once; `hello` fetches another.
    renew: () => {},
    request,
    async poll(known) {
      const { inbox } = await reach("inbox/", null);
      /** @type {ServerFrame[]} */
      const frames = [{ type: "inbox", inbox }];
      return frames.concat(await newEvents(request, known, inbox.mine));
    },
  };
}

/**
 * Address and body of the twin of a frame; a body of null is a GET.
 * @param {ClientFrame} frame
 * @param {Record<string, string>} own frames with an address of their own
 * @returns {{path: string, body: object | null}}
 */
function twin(frame, own) {
  const { type, ...body } = /** @type {any} */ (frame);
  if (own[type]) return { path: own[type], body };
  const base = `conversations/${encodeURIComponent(body.conversation)}/`;
  if (type === "catch_up") return { path: `${base}events/?after=${body.after}`, body: null };
  return { path: `${base}${type === "message" ? "messages" : type}/`, body };
}

/**
 * The answer of a twin as the frames that the socket would have sent.
 * @param {ClientFrame["type"]} type
 * @param {any} answer
 * @returns {ServerFrame[]}
 */
function framesOf(type, answer) {
  /** @type {ServerFrame[]} */
  const frames = [];
  if (type === "catch_up") frames.push({ type: "events", ...answer });
  if (type === "start" || type === "message") frames.push({ type: "ack", ...answer });
  if (answer.marker) frames.push({ type: "marker", marker: answer.marker });
  if (typeof answer.conversation === "object" && answer.conversation) {
    frames.push({ type: "conversation", conversation: answer.conversation });
  } else if (typeof answer.last_seq === "number" && type !== "catch_up") {
    frames.push({ type: "heartbeat", last_seq: { [answer.conversation]: answer.last_seq } });
  }
  if (answer.inbox) frames.push({ type: "inbox", inbox: answer.inbox });
  return frames;
}

/**
 * The events that we lack of the conversations that a poll has shown, and of those that it does not show.
 * @param {Transport["request"]} request
 * @param {Position[]} known
 * @param {{id: string, last_seq: number}[]} shown
 */
async function newEvents(request, known, shown) {
  /** @type {ServerFrame[]} */
  const frames = [];
  for (const { conversation, after } of known) {
    const now = shown.find(({ id }) => id === conversation);
    if (now && now.last_seq <= after) continue;
    try {
      frames.push(...(await request({ type: "catch_up", conversation, after })));
    } catch (error) {
      // One that is ours no more must not end the others.
      if (!(error instanceof RequestError) || !error.isPermanent) throw error;
    }
  }
  return frames;
}

/**
 * One HTTP request, a GET without `body`; rejects with RequestError.
 * @param {string} url
 * @param {{headers?: Record<string, string>, body?: object | null, credentials?: RequestCredentials}} options
 * @returns {Promise<any>}
 */
async function call(url, { headers = {}, body = null, credentials = "omit" }) {
  const response = await fetch(url, {
    method: body ? "POST" : "GET",
    headers: { accept: "application/json", ...(body && { "content-type": "application/json" }), ...headers },
    body: body && JSON.stringify(body),
    credentials,
    cache: "no-store",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch(() => {
    throw unreachable();
  });
  const answer = await response.json().catch(() => null);
  if (response.ok && answer) return answer;
  if (response.ok || response.status >= 500) throw unreachable();
  const { code = "refused", title = "This could not be done." } = answer ?? {};
  throw new RequestError(code, title, !MAY_SUCCEED_LATER.includes(response.status));
}
