import { RequestError, unreachable } from "../../../static/js/conversation/errors.js";
import { indexedDbShelf, memoryShelf, Outbox } from "../../../static/js/conversation/outbox.js";
import { Clock, same, settle } from "./kit.js";

const page = { url: "", title: "", sku: "" };
/** @param {string} text */
const words = (text) => ({ text, page, conversation: null });

/** A server that says what it is told to say, in turn, and then yes. @param {(RequestError | null)[]} [answers] */
function server(answers = []) {
  /** @type {string[]} */
  const got = [];
  /** @param {import("../../../static/js/conversation/types.js").Entry} entry */
  async function deliver(entry) {
    got.push(entry.text);
    const refusal = answers.shift();
    if (refusal) throw refusal;
  }
  return { got, deliver };
}

/** @param {(entry: import("../../../static/js/conversation/types.js").Entry) => Promise<void>} deliver */
const make = (deliver, shelf = memoryShelf()) => new Outbox({ shelf, deliver, onChange() {}, random: () => 1 });

/** @param {Outbox} outbox */
const states = (outbox) => outbox.entries.map(({ text, state }) => `${text} ${state}`);

export async function waits_for_a_line_and_sends_in_order() {
  const { got, deliver } = server();
  const outbox = make(deliver);
  for (const text of ["one", "two", "three"]) outbox.add(words(text));
  await settle();
  same(got, []);
  outbox.open();
  await settle();
  same(got, ["one", "two", "three"]);
  same(states(outbox), ["one sent", "two sent", "three sent"]);
}

export async function sends_the_same_again_until_it_is_acknowledged_and_the_next_not_before() {
  const clock = new Clock();
  try {
    const { got, deliver } = server([unreachable(), unreachable()]);
    const outbox = make(deliver);
    outbox.open();
    const { client_id } = outbox.add(words("one"));
    outbox.add(words("two"));
    await clock.pass(10_000);
    same(got, ["one", "one", "one", "two"]);
    same(outbox.entries[0].client_id, client_id);
  } finally {
    clock.restore();
  }
}

export async function what_is_refused_for_good_fails_and_lets_the_next_pass() {
  const { got, deliver } = server([new RequestError("too_large", "Too long.", true)]);
  const outbox = make(deliver);
  outbox.open();
  outbox.add(words("one"));
  outbox.add(words("two"));
  await settle();
  same(states(outbox), ["one failed", "two sent"]);
  same(outbox.entries[0].error, { code: "too_large", message: "Too long." });
  outbox.retry(outbox.entries[0].client_id);
  await settle();
  same(got, ["one", "two", "one"]);
}

export async function another_text_is_another_message() {
  const { got, deliver } = server([new RequestError("bad_input", "No.", true)]);
  const outbox = make(deliver);
  outbox.open();
  const { client_id } = outbox.add(words("one"));
  await settle();
  outbox.retry(client_id, { text: "changed" });
  await settle();
  same(got, ["one", "changed"]);
  same(outbox.entries.length, 1);
  same(outbox.entries[0].client_id === client_id, false);
}

export async function is_kept_before_it_is_sent_and_forgotten_once_acknowledged() {
  /** @type {string[]} */
  const steps = [];
  const shelf = {
    load: async () => [],
    put: async () => void steps.push("kept"),
    remove: async () => void steps.push("forgotten"),
  };
  const outbox = make(async () => void steps.push("sent"), shelf);
  outbox.open();
  outbox.add(words("one"));
  await settle();
  same(steps, ["kept", "sent", "forgotten"]);
}

export async function survives_the_page_in_its_own_scope_only() {
  const { deliver } = server();
  const shelf = indexedDbShelf("survives");
  const first = make(deliver, shelf);
  await first.load();
  first.add(words("one"));
  first.add(words("two"));
  await shelf.load();
  const second = make(deliver, indexedDbShelf("survives"));
  const early = second.add(words("three"));
  await second.load();
  same(states(second), ["one sending", "two sending", "three sending"]);
  same(second.entries.at(-1)?.client_id, early.client_id);
  const other = make(deliver, indexedDbShelf("another"));
  await other.load();
  same(other.entries, []);
}

export async function goes_on_when_nothing_can_be_kept() {
  const shelf = {
    load: async () => [],
    put: () => Promise.reject(new Error("full")),
    remove: () => Promise.reject(new Error("full")),
  };
  const { got, deliver } = server();
  const outbox = make(deliver, shelf);
  outbox.open();
  outbox.add(words("one"));
  outbox.add(words("two"));
  await settle();
  same(got, ["one", "two"]);
}

export async function a_line_that_is_gone_stops_it() {
  const clock = new Clock();
  try {
    const { got, deliver } = server([unreachable()]);
    const outbox = make(deliver);
    outbox.open();
    outbox.add(words("one"));
    await settle();
    outbox.close();
    await clock.pass(60_000);
    same(got, ["one"]);
    outbox.open();
    await settle();
    same(got, ["one", "one"]);
  } finally {
    clock.restore();
  }
}
