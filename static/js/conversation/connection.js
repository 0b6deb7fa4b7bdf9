/** The line to the server: a socket that comes back by itself, polling where no socket can be had. */

import { Backoff } from "./backoff.js";
import { RequestError } from "./errors.js";

/**
 * @typedef {import("./types.js").ServerFrame} ServerFrame
 * @typedef {import("./types.js").ClientFrame} ClientFrame
 * @typedef {"idle" | "connecting" | "online" | "polling" | "offline" | "refused"} Status
 *   offline: the browser has no network · refused: trying again is of no use (see `refusal`)
 */

const WELCOME_MS = 10_000;
const ANSWER_MS = 5_000;
const CHECK_MS = 5_000;
const POLL_MS = 3_000;
const POLL_HIDDEN_MS = 20_000;
// Sockets that failed in a row before we poll beside trying on.
const FAILURES_BEFORE_POLLING = 3;
const CLOSE = { unauthenticated: 4401, origin: 4403, bug: 4400, flood: 4429, restart: 1012 };

export class Connection {
  /** @type {Status} */
  status = "idle";
  /** @type {RequestError | null} why the status is refused */
  refusal = null;

  /** @type {WebSocket | null} */
  #socket = null;
  #isWelcome = false;
  #isRunning = false;
  #failures = 0;
  #unauthenticated = 0;
  #heardAt = 0;
  #heartbeatMs = 25_000;
  #askedAt = 0;
  #isPolling = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retryTimer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #pollTimer;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #watch;
  #attempt = 0;

  /**
   * @param {object} options
   * @param {import("./types.js").Transport} options.transport
   * @param {(frame: ServerFrame) => void} options.onFrame
   * @param {() => void} options.onStatus `status` has changed
   * @param {() => void} options.onResume the page is back or was cut off: what may have been missed is to be asked for
   * @param {() => import("./types.js").Position[]} options.known what polling asks about
   * @param {() => number} [options.random]
   */
  constructor({ transport, onFrame, onStatus, onResume, known, random }) {
    this.transport = transport;
    this.onFrame = onFrame;
    this.onStatus = onStatus;
    this.onResume = onResume;
    this.known = known;
    this.random = random ?? Math.random;
    this.backoff = new Backoff(500, 30_000, this.random);
  }

  start() {
    if (this.#isRunning) return;
    this.#isRunning = true;
    addEventListener("online", this.#resume);
    addEventListener("offline", this.#noticeOffline);
    addEventListener("pageshow", this.#resume);
    document.addEventListener("visibilitychange", this.#resume);
    this.#watch = setInterval(this.#check, CHECK_MS);
    this.#connect();
  }

  stop() {
    this.#isRunning = false;
    removeEventListener("online", this.#resume);
    removeEventListener("offline", this.#noticeOffline);
    removeEventListener("pageshow", this.#resume);
    document.removeEventListener("visibilitychange", this.#resume);
    clearInterval(this.#watch);
    this.#hangUp();
    this.#stopPolling();
    this.#become("idle");
  }

  /**
   * Write a frame to the socket; false when there is none. True is no promise that it arrives.
   * @param {ClientFrame} frame
   */
  send(frame) {
    if (!this.#socket || !this.#isWelcome || this.#socket.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /** An answer is overdue: make sure that the line is alive, or open another. */
  doubt() {
    if (this.#isWelcome && !this.#askedAt) {
      this.#askedAt = Date.now();
      this.send({ type: "ping" });
      setTimeout(this.#check, ANSWER_MS + 50);
    }
  }

  /** @param {Status} status */
  #become(status) {
    if (status === this.status) return;
    this.status = status;
    this.onStatus();
  }

  #connect = async () => {
    clearTimeout(this.#retryTimer);
    if (!this.#isRunning || this.#socket || this.status === "refused") return;
    const attempt = ++this.#attempt;
    if (!this.#isPolling) this.#become(navigator.onLine ? "connecting" : "offline");
    let hello;
    try {
      hello = await this.transport.hello();
    } catch (error) {
      if (attempt === this.#attempt) this.#failed(error);
      return;
    }
    if (attempt !== this.#attempt || !this.#isRunning) return;
    const socket = new WebSocket(this.transport.socketUrl);
    this.#socket = socket;
    const welcomeTimer = setTimeout(() => socket.close(), WELCOME_MS);
    socket.onopen = () => socket.send(JSON.stringify(hello));
    socket.onmessage = ({ data }) => {
      if (socket !== this.#socket) return;
      clearTimeout(welcomeTimer);
      this.#hear(JSON.parse(data));
    };
    socket.onclose = ({ code }) => {
      clearTimeout(welcomeTimer);
      if (socket === this.#socket) this.#closed(code);
    };
  };

  /** @param {ServerFrame} frame */
  #hear(frame) {
    this.#heardAt = Date.now();
    this.#askedAt = 0;
    if (frame.type === "welcome") {
      this.#isWelcome = true;
      this.#heartbeatMs = (frame.heartbeat_s || 25) * 1000;
      this.#failures = this.#unauthenticated = 0;
      this.backoff.reset();
      this.#stopPolling();
      // The frame first: who hears of the new status finds the state that came with it.
      this.onFrame(frame);
      this.#become("online");
      return;
    }
    this.onFrame(frame);
  }

  /** @param {number} code */
  #closed(code) {
    this.#socket = null;
    const wasWelcome = this.#isWelcome;
    this.#isWelcome = false;
    if (!wasWelcome) this.#failures += 1;
    if (code === CLOSE.origin) return this.#refuse(new RequestError("origin", "This page may not connect.", true));
    if (code === CLOSE.unauthenticated) {
      this.transport.renew();
      if (++this.#unauthenticated > 1) {
        return this.#refuse(new RequestError("not_authentic", "You are signed out.", true));
      }
    }
    if (code === CLOSE.restart) return this.#retry(this.random() * 3_000);
    if (code === CLOSE.flood || code === CLOSE.bug) return this.#retry(60_000 + this.random() * 10_000);
    this.#retry(this.backoff.next());
  }

  /** @param {unknown} error */
  #failed(error) {
    this.#failures += 1;
    if (error instanceof RequestError && error.isPermanent) return this.#refuse(error);
    this.#retry(this.backoff.next());
  }

  /** @param {RequestError} error */
  #refuse(error) {
    this.refusal = error;
    this.#stopPolling();
    this.#hangUp();
    this.#become("refused");
  }

  /** @param {number} pauseMs */
  #retry(pauseMs) {
    if (!this.#isRunning) return;
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(this.#connect, pauseMs);
    if (this.#failures >= FAILURES_BEFORE_POLLING) this.#startPolling();
    else this.#become(navigator.onLine ? "connecting" : "offline");
  }

  /** The server is there after all: a socket may be had sooner than the last pause said. */
  #tryAgainSoon() {
    if (this.#socket) return;
    this.backoff.reset();
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(this.#connect, this.backoff.next());
  }

  #hangUp() {
    this.#attempt += 1;
    clearTimeout(this.#retryTimer);
    const socket = this.#socket;
    this.#socket = null;
    this.#isWelcome = false;
    this.#askedAt = 0;
    socket?.close();
  }

  #reconnect() {
    this.#hangUp();
    this.backoff.reset();
    this.#become(navigator.onLine ? "connecting" : "offline");
    this.#connect();
  }

  #check = () => {
    if (!this.#isWelcome) return;
    const now = Date.now();
    if (this.#askedAt && now - this.#askedAt >= ANSWER_MS) this.#reconnect();
    else if (now - this.#heardAt > this.#heartbeatMs + CHECK_MS) this.doubt();
  };

  #resume = () => {
    if (document.visibilityState === "hidden") return;
    if (this.#isWelcome) {
      this.doubt();
      this.onResume();
    } else if (this.#isRunning && this.status !== "refused") {
      this.backoff.reset();
      if (!this.#socket) this.#connect();
      if (this.#isPolling) this.#poll();
    }
  };

  #noticeOffline = () => {
    // Some systems say offline and are not: ask the server rather than believe either.
    if (this.#isWelcome) this.doubt();
    else if (this.status === "connecting") this.#become("offline");
  };

  #startPolling() {
    if (this.#isPolling) return;
    this.#isPolling = true;
    this.#poll();
  }

  #stopPolling() {
    this.#isPolling = false;
    clearTimeout(this.#pollTimer);
  }

  #poll = async () => {
    clearTimeout(this.#pollTimer);
    try {
      const frames = await this.transport.poll(this.known());
      if (!this.#isPolling) return;
      for (const frame of frames) this.onFrame(frame);
      if (this.status !== "polling") this.#tryAgainSoon();
      this.#become("polling");
    } catch (error) {
      if (!this.#isPolling) return;
      if (error instanceof RequestError && error.isPermanent) return this.#refuse(error);
      this.#become(navigator.onLine ? "connecting" : "offline");
    }
    clearTimeout(this.#pollTimer);
    this.#pollTimer = setTimeout(this.#poll, document.visibilityState === "hidden" ? POLL_HIDDEN_MS : POLL_MS);
  };
}
