/** What was said and done in the open conversation: one element per entry, brought up to date, never drawn anew. */

import { byId, dayOf, element, named, part, reconcile, timeOfDay, write } from "./elements.js";

/**
 * @typedef {import("../conversation/types.js").Message} Message
 * @typedef {import("../conversation/types.js").Conversation} Conversation
 * @typedef {{retry: (key: string) => void, change: (key: string) => void}} Actions
 */

const NEAR_PX = 120;

export class Log {
  #list = byId("log");
  #scroll = byId("talk-scroll");
  #newer = byId("talk-newer");
  #wasAtEnd = true;
  #shownId = "";
  #lastKey = "";

  /** @param {Actions} actions */
  constructor(actions) {
    this.actions = actions;
    this.#newer.addEventListener("click", () => this.toEnd());
    this.#scroll.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    new ResizeObserver(() => this.#wasAtEnd && this.toEnd()).observe(this.#scroll);
  }

  /**
   * @param {Conversation} conversation
   * @param {Message[]} messages
   */
  render(conversation, messages) {
    const isOther = this.#shownId !== conversation.id;
    // A newly opened conversation is not news to be read out; what comes later is.
    this.#scroll.ariaBusy = String(isOther);
    if (isOther) this.#list.replaceChildren();
    this.#shownId = conversation.id;
    const shown = messages.filter(({ event }) => event?.kind !== "read");
    const read = conversation.read.visitor;
    const lastOwn = shown.findLast((message) => message.author === "expert" && isSpoken(message))?.key;
    let day = "";
    reconcile(this.#list, shown, {
      key: ({ key }) => key,
      make: (message) => this.#make(message, conversation),
      update: (made, message) => {
        const today = dayOf(message.at);
        made.dataset.day = today !== day && (day || today !== dayOf(new Date().toISOString())) ? today : "";
        day = today;
        if (message.author === "expert" && isSpoken(message)) this.#state(made, message, read, message.key === lastOwn);
      },
    });
    this.#scroll.ariaBusy = "false";
    const last = shown.at(-1);
    if (isOther || (last && last.key !== this.#lastKey)) this.#follow(isOther || last?.author === "expert");
    this.#lastKey = last?.key ?? "";
  }

  toEnd() {
    this.#newer.hidden = true;
    this.#wasAtEnd = true;
    this.#scroll.scrollTop = this.#scroll.scrollHeight;
  }

  /** @param {boolean} isOwn */
  #follow(isOwn) {
    if (isOwn || this.#wasAtEnd) this.toEnd();
    else this.#newer.hidden = false;
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroll;
    this.#wasAtEnd = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    if (this.#wasAtEnd) this.#newer.hidden = true;
  }

  /**
   * @param {Message} message
   * @param {Conversation} conversation
   */
  #make(message, conversation) {
    const { author, text, at, key, event } = message;
    if (event && event.kind !== "message") return element("li", "log__happened", happened(event, conversation));
    const made = element("li", `log__item log__item--${author}`);
    const bubble = element("div", "bubble", text);
    bubble.dir = "auto";
    bubble.prepend(element("span", "visually-hidden", author === "expert" ? "You: " : `${conversation.pseudonym}: `));
    const meta = element("p", "log__meta");
    const time = element("time", "", timeOfDay(at));
    time.dateTime = at;
    meta.append(time, named("span", "state"));
    const failure = named("p", "failure", "log__failure");
    failure.hidden = true;
    const again = element("button", "button button--small", "Try again");
    const change = element("button", "button button--small button--quiet", "Change it");
    again.type = change.type = "button";
    again.addEventListener("click", () => this.actions.retry(key));
    change.addEventListener("click", () => this.actions.change(key));
    failure.append(named("span", "why"), again, change);
    made.append(bubble, meta, failure);
    return made;
  }

  /**
   * How far one of her own messages has come.
   * @param {HTMLElement} made
   * @param {Message} message
   * @param {number} read up to which event the shopper has read
   * @param {boolean} isLast
   */
  #state(made, { state, seq, error }, read, isLast) {
    made.dataset.state = state;
    const sent = seq !== null && seq <= read ? " · Read" : " · Sent";
    const words = { sending: " · Sending…", sent: isLast ? sent : "", failed: " · Not sent" };
    write(part(made, "state"), words[state]);
    part(made, "failure").hidden = state !== "failed";
    write(part(made, "why"), error?.message ?? "");
  }
}

/** @param {Message} message */
function isSpoken({ event }) {
  return !event || event.kind === "message";
}

/**
 * @param {import("../conversation/types.js").ConversationEvent} event
 * @param {Conversation} conversation
 */
function happened({ kind, data }, { pseudonym }) {
  switch (kind) {
    case "claimed":
      return "You took the conversation. The shopper has been told who you are and that you earn a commission.";
    case "promise":
      return "Nobody was free at first. The shopper was told that the answer will be found here.";
    case "page":
      return `${pseudonym} moved to ${data.title || data.url || "another page"}`;
    case "contact":
      return `${pseudonym} left an e-mail address with the store.`;
    case "state":
      return "You ended the conversation.";
    default:
      return "";
  }
}
