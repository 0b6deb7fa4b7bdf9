import { ConversationStore } from "../../../static/js/conversation/store.js";
import { Clock, conversation, dice, event, same } from "./kit.js";

/** @param {import("../../../static/js/conversation/types.js").Side} [side] */
function make(side = "visitor") {
  /** @type {number[]} */
  const asked = [];
  const store = new ConversationStore({ id: "c", side, ask: (_, after) => asked.push(after) });
  return { store, asked };
}

/** @param {ConversationStore} store */
const texts = (store) => store.messages().map(({ text }) => text);

export async function applies_in_order_and_once() {
  const { store, asked } = make();
  store.apply([event(1), event(2)], 2);
  store.apply([event(1), event(2)], 2);
  store.apply([event(2), event(3)], 3);
  same(texts(store), ["1", "2", "3"]);
  same(asked, []);
}

export async function asks_at_a_gap_and_applies_nothing_beyond_it() {
  const { store, asked } = make();
  store.apply([event(1)], 1);
  store.apply([event(3), event(4)], 4);
  same(texts(store), ["1"]);
  same(asked, [1]);
  store.apply([event(5)], 5);
  same(asked, [1], "one question for one gap");
  store.apply([event(2), event(3), event(4), event(5)], 5);
  same(texts(store), ["1", "2", "3", "4", "5"]);
}

export async function asks_again_for_the_rest_of_a_long_answer() {
  const { store, asked } = make();
  store.heard(500);
  store.catchUp();
  store.apply(Array.from({ length: 200 }, (_, at) => event(at + 1)), 500);
  store.apply(Array.from({ length: 200 }, (_, at) => event(at + 201)), 500);
  same(asked, [0, 200, 400]);
}

export async function asks_again_when_no_answer_comes() {
  const clock = new Clock();
  try {
    const { store, asked } = make();
    store.apply([event(1)], 1);
    store.heard(2);
    same(asked, [], "the event may be on its way");
    await clock.pass(500);
    same(asked, [1]);
    await clock.pass(7_000);
    same(asked, [1, 1, 1]);
    store.apply([event(2)], 2);
    await clock.pass(60_000);
    same(asked, [1, 1, 1]);
  } finally {
    clock.restore();
  }
}

export async function replaces_what_was_pending_by_its_client_id() {
  const { store } = make();
  const entry = { client_id: "a", number: 1, conversation: "c", text: "Hello", page: { url: "", title: "", sku: "" }, at: "x" };
  store.setPending([{ ...entry, state: "sending", error: null }]);
  same(store.messages().map(({ key, state, seq }) => [key, state, seq]), [["a", "sending", null]]);
  const mine = { kind: /** @type {const} */ ("visitor"), name: "", face: "" };
  store.apply([event(1, { author: mine, client_id: "a", text: "Hello" })], 1);
  same(store.messages().map(({ key, state, seq }) => [key, state, seq]), [["a", "sent", 1]]);
}

export async function the_other_sides_client_id_replaces_nothing() {
  const { store } = make();
  const entry = { client_id: "a", number: 1, conversation: "c", text: "Mine", page: { url: "", title: "", sku: "" }, at: "x" };
  store.setPending([{ ...entry, state: "sending", error: null }]);
  store.apply([event(1, { client_id: "a", text: "Hers" })], 1);
  same(texts(store), ["Hers", "Mine"]);
}

export async function an_old_snapshot_and_the_events_after_it_make_the_new_one() {
  const { store } = make();
  const expert = { name: "Erik", face: "", about: "", languages: [], owns: [] };
  store.adopt(conversation({ last_seq: 1 }));
  store.apply([event(1), event(2, { kind: "claimed", data: { expert, disclosure: "after" } })], 2);
  same([store.conversation?.state, store.conversation?.disclosure, store.conversation?.expert?.name], ["open", "after", "Erik"]);
  store.apply([event(3, { kind: "page", data: { url: "u", title: "t", sku: "s" } })], 3);
  store.apply([event(4, { kind: "read", data: { seq: 3 } }), event(5, { kind: "state", data: { state: "closed" } })], 5);
  same(store.conversation, {
    ...conversation({ state: "closed", last_seq: 5, expert, disclosure: "after", page: { url: "u", title: "t", sku: "s" } }),
    read: { visitor: 0, expert: 3 },
  });
}

export async function replayed_history_does_not_undo_a_newer_snapshot() {
  const { store } = make();
  store.adopt(conversation({ state: "closed", last_seq: 2 }));
  store.apply([event(1, { kind: "promise" }), event(2, { kind: "state", data: { state: "closed" } })], 2);
  same(store.conversation?.state, "closed");
  store.adopt(conversation({ state: "waiting", last_seq: 1 }));
  same(store.conversation?.state, "closed", "an older snapshot");
}

export async function counts_what_was_not_read() {
  const { store } = make();
  const mine = { kind: /** @type {const} */ ("visitor"), name: "", face: "" };
  store.adopt(conversation());
  store.apply([event(1), event(2, { author: mine }), event(3), event(4, { kind: "promise" })], 4);
  same([store.unread, store.newestTheirs], [2, 3]);
  store.apply([event(5, { kind: "read", author: mine, data: { seq: 1 } })], 5);
  same(store.unread, 1);
}

export async function whatever_is_lost_repeated_or_late_the_end_is_the_same() {
  const clock = new Clock();
  try {
    for (let seed = 1; seed <= 60; seed++) {
      const random = dice(seed);
      const truth = Array.from({ length: 40 }, (_, at) => event(at + 1));
      let told = 0;
      const store = new ConversationStore({
        id: "c",
        side: "visitor",
        // Answers may be lost, or come after later frames.
        ask(_, after) {
          if (random() < 0.4) return;
          setTimeout(() => store.apply(truth.slice(after, after + 7), told), random() * 5_000);
        },
      });
      while (told < truth.length) {
        const next = Math.min(truth.length, told + 1 + Math.floor(random() * 4));
        const frame = truth.slice(Math.max(0, told - Math.floor(random() * 3)), next);
        told = next;
        if (random() < 0.6) store.apply(frame, told);
        await clock.pass(random() * 1_000);
      }
      store.heard(told);
      await clock.pass(120_000);
      same(store.events.map(({ seq }) => seq), truth.map(({ seq }) => seq), `seed ${seed}`);
    }
  } finally {
    clock.restore();
  }
}

export async function tells_its_listeners_until_they_leave() {
  const { store } = make();
  let calls = 0;
  const leave = store.subscribe(() => (calls += 1));
  store.apply([event(1)], 1);
  leave();
  store.apply([event(2)], 2);
  same(calls, 1);
}
