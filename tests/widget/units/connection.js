import { Connection } from "../../../static/js/conversation/connection.js";
import { RequestError, unreachable } from "../../../static/js/conversation/errors.js";
import { Clock, same, settle } from "./kit.js";

/** @type {FakeSocket[]} */
let sockets = [];

class FakeSocket {
  static OPEN = 1;
  readyState = 0;
  /** @type {string[]} */
  sent = [];
  onopen = () => {};
  /** @type {(event: {data: string}) => void} */
  onmessage = () => {};
  /** @type {(event: {code: number}) => void} */
  onclose = () => {};

  /** @param {string} url */
  constructor(url) {
    this.url = url;
    sockets.push(this);
  }

  /** @param {string} text */
  send(text) {
    this.sent.push(JSON.parse(text).type);
  }

  close() {
    this.readyState = 3;
  }

  welcome() {
    this.readyState = 1;
    this.onopen();
    this.hear({ type: "welcome", v: 1, heartbeat_s: 25, conversation: null, marker: null });
  }

  /** @param {object} frame */
  hear(frame) {
    this.onmessage({ data: JSON.stringify(frame) });
  }

  /** @param {number} code */
  end(code) {
    this.readyState = 3;
    this.onclose({ code });
  }
}

/**
 * Run a test with a clock and sockets of our own.
 * @param {(given: {clock: Clock, line: Connection, statuses: string[], polls: () => number, frames: string[], transport: any}) => Promise<void>} test
 */
async function play(test) {
  const clock = new Clock();
  const real = WebSocket;
  /** @type {any} */ (globalThis).WebSocket = FakeSocket;
  sockets = [];
  let polls = 0;
  /** @type {string[]} */
  const statuses = [];
  /** @type {string[]} */
  const frames = [];
  const transport = {
    side: /** @type {const} */ ("visitor"),
    socketUrl: "wss://widget.example/",
    hello: async () => ({ type: "hello" }),
    renewed: 0,
    renew() {
      this.renewed += 1;
    },
    request: async () => [],
    async poll() {
      polls += 1;
      return [];
    },
  };
  const line = new Connection({
    transport,
    onFrame: ({ type }) => frames.push(type),
    onStatus: () => statuses.push(line.status),
    onResume: () => frames.push("resume"),
    known: () => [],
    random: () => 0.5,
  });
  try {
    line.start();
    await settle();
    await test({ clock, line, statuses, polls: () => polls, frames, transport });
  } finally {
    line.stop();
    clock.restore();
    globalThis.WebSocket = real;
  }
}

export const says_hello_first_and_nothing_before_the_welcome = () =>
  play(async ({ line, statuses }) => {
    same(line.send({ type: "ping" }), false);
    sockets[0].readyState = 1;
    sockets[0].onopen();
    same(line.send({ type: "ping" }), false);
    sockets[0].welcome();
    same(line.send({ type: "ping" }), true);
    same(sockets[0].sent, ["hello", "hello", "ping"]);
    same(statuses, ["connecting", "online"]);
  });

export const comes_back_after_a_restart_and_after_being_too_slow = () =>
  play(async ({ clock, line }) => {
    for (const code of [1012, 4408, 1011, 1006]) {
      sockets.at(-1)?.welcome();
      sockets.at(-1)?.end(code);
      same(line.status, "connecting", `${code}`);
      await clock.pass(3_000);
    }
    same(sockets.length, 5);
  });

export const pauses_grow_and_have_an_end = () =>
  play(async ({ clock, transport }) => {
    transport.poll = async () => {
      throw unreachable();
    };
    /** @type {number[]} */
    const pauses = [];
    for (let turn = 0; turn < 9; turn++) {
      const [before, count] = [clock.now, sockets.length];
      sockets.at(-1)?.end(1006);
      while (sockets.length === count) await clock.pass(250);
      pauses.push(clock.now - before);
    }
    same(pauses, [250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
  });

export const polls_where_no_socket_can_be_had_and_stops_when_there_is_one = () =>
  play(async ({ clock, line, polls }) => {
    for (let turn = 0; turn < 3; turn++) {
      sockets.at(-1)?.end(1006);
      await clock.pass(1_000);
    }
    same(line.status, "polling");
    const before = polls();
    await clock.pass(9_000);
    same(polls() - before >= 3, true);
    sockets.at(-1)?.welcome();
    same(line.status, "online");
    const after = polls();
    await clock.pass(9_000);
    same(polls(), after);
  });

export const a_refused_secret_is_fetched_anew_once = () =>
  play(async ({ clock, line, transport }) => {
    sockets[0].end(4401);
    await clock.pass(1_000);
    same(transport.renewed, 1);
    same(sockets.length, 2);
    sockets[1].end(4401);
    await clock.pass(60_000);
    same(line.status, "refused");
    same(line.refusal?.code, "not_authentic");
    same(sockets.length, 2);
  });

export const a_wrong_origin_gives_up = () =>
  play(async ({ clock, line }) => {
    sockets[0].end(4403);
    await clock.pass(60_000);
    same([line.status, sockets.length], ["refused", 1]);
  });

export const a_secret_that_cannot_be_had_is_asked_for_again_unless_it_is_refused = () =>
  play(async ({ clock, line, transport }) => {
    transport.hello = async () => {
      throw unreachable();
    };
    sockets[0].end(1006);
    await clock.pass(5_000);
    same(line.status === "refused", false);
    transport.hello = async () => {
      throw new RequestError("not_allowed", "Not here.", true);
    };
    await clock.pass(30_000);
    same([line.status, line.refusal?.message], ["refused", "Not here."]);
  });

export const a_silent_line_is_asked_and_then_replaced = () =>
  play(async ({ clock, line }) => {
    sockets[0].welcome();
    await clock.pass(25_000);
    sockets[0].hear({ type: "heartbeat", last_seq: {} });
    await clock.pass(29_000);
    same(sockets[0].sent, ["hello"]);
    await clock.pass(7_000);
    same(sockets[0].sent, ["hello", "ping"]);
    sockets[0].hear({ type: "pong" });
    await clock.pass(10_000);
    same(sockets.length, 1);
    await clock.pass(40_000);
    same(sockets.length, 2, "nothing came any more");
    same(line.status, "connecting");
  });

export const coming_back_to_the_page_asks_for_what_was_missed = () =>
  play(async ({ frames }) => {
    sockets[0].welcome();
    dispatchEvent(new Event("pageshow"));
    same(frames, ["welcome", "resume"]);
    same(sockets[0].sent, ["hello", "ping"]);
  });

export const the_network_coming_back_does_not_wait_for_the_pause = () =>
  play(async ({ clock }) => {
    for (let turn = 0; turn < 7; turn++) {
      sockets.at(-1)?.end(1006);
      await clock.pass(15_000);
    }
    sockets.at(-1)?.end(1006);
    const count = sockets.length;
    dispatchEvent(new Event("online"));
    await settle();
    same(sockets.length, count + 1);
  });

export const a_welcome_that_does_not_come_is_not_waited_for = () =>
  play(async ({ clock }) => {
    sockets[0].readyState = 1;
    sockets[0].onopen();
    await clock.pass(10_000);
    same(sockets[0].readyState, 3);
  });
