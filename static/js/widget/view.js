/** The conversation on the screen: one element per message, kept and brought up to date, never drawn anew. */

import { byId, clock, dayOf, element, face, monthOf, timeOfDay } from "./elements.js";

/**
 * @typedef {import("../conversation/types.js").Message} Message
 * @typedef {import("../conversation/types.js").Conversation} Conversation
 * @typedef {import("../conversation/types.js").ExpertCard} ExpertCard
 * @typedef {{onRetry: (key: string) => void, onChange: (key: string) => void}} Actions
 */

// Events that both sides count and nobody looks at.
const UNSEEN = new Set(["page", "read", "contact"]);
const NEAR_PX = 120;
const OWNED_SHOWN = 3;

export class View {
  #log = byId("log");
  #scroll = byId("scroll");
  #newer = byId("newer");
  /** @type {Map<string, HTMLElement>} */
  #items = new Map();
  /** @type {number | null} when the shopper began to wait, by his own clock */
  #waitingSince = null;
  #expertKey = "";
  #wasAtEnd = true;

  /** @param {Actions} actions */
  constructor(actions) {
    this.actions = actions;
    this.#newer.addEventListener("click", () => this.toEnd());
    this.#scroll.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    // A keyboard, a growing field or a line of news takes room away: who was at the end stays there.
    new ResizeObserver(() => this.#wasAtEnd && this.toEnd()).observe(this.#scroll);
    setInterval(() => this.#tick(), 1000);
  }

  /**
   * @param {Message[]} messages
   * @param {Conversation | null} conversation
   */
  render(messages, conversation) {
    const wasAtEnd = this.#wasAtEnd;
    const shown = messages.filter(({ event }) => !event || !UNSEEN.has(event.kind));
    const added = this.#list(shown, conversation);
    byId("intro").hidden = shown.length > 0;
    this.#about(conversation);
    this.#wait(conversation, shown);
    byId("end").hidden = conversation?.state !== "closed";
    byId("composer").hidden = conversation?.state === "closed";
    if (!added.length) return;
    if (wasAtEnd || added.some(({ author }) => author === "visitor")) this.toEnd();
    else this.#newer.hidden = false;
  }

  /**
   * Who owns what the shopper looks at comes first.
   * @param {string} sku
   */
  showOwners(sku) {
    for (const host of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".host"))) {
      const isOwner = sku !== "" && (host.dataset.skus ?? "").split("|").includes(sku);
      /** @type {HTMLElement} */ (host.querySelector("[data-this]")).hidden = !isOwner;
      if (isOwner) host.parentElement?.prepend(host);
    }
  }

  toEnd() {
    this.#newer.hidden = true;
    this.#wasAtEnd = true;
    this.#scroll.scrollTop = this.#scroll.scrollHeight;
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroll;
    this.#wasAtEnd = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    if (this.#wasAtEnd) this.#newer.hidden = true;
  }

  /**
   * @param {Message[]} messages
   * @param {Conversation | null} conversation
   * @returns {Message[]} those that were not here before
   */
  #list(messages, conversation) {
    /** @type {Message[]} */
    const added = [];
    const keys = new Set(messages.map(({ key }) => key));
    for (const [key, item] of this.#items) {
      if (keys.has(key)) continue;
      item.remove();
      this.#items.delete(key);
    }
    const read = conversation?.read?.expert ?? 0;
    const lastOwn = messages.filter(({ author }) => author === "visitor").at(-1);
    let day = "";
    messages.forEach((message, index) => {
      let item = this.#items.get(message.key);
      if (!item) {
        item = this.#make(message);
        this.#items.set(message.key, item);
        added.push(message);
      }
      if (this.#log.children[index] !== item) this.#log.insertBefore(item, this.#log.children[index] ?? null);
      const newDay = dayOf(message.at);
      item.dataset.day = newDay !== day && (day || newDay !== dayOf(new Date().toISOString())) ? newDay : "";
      day = newDay;
      const after = messages[index + 1];
      item.classList.toggle("item--joined", isSpoken(message) && isSpoken(after) && after.author === message.author);
      if (message.author === "visitor") this.#state(item, message, message === lastOwn, read);
    });
    return added;
  }

  /** @param {Message} message */
  #make(message) {
    const { event, author } = message;
    if (event?.kind === "claimed") return introduction(event.data.expert, event.data.disclosure);
    if (event?.kind === "promise") return notice(message.text);
    if (event?.kind === "state") return notice(event.data.state === "closed" ? `${message.name || "The expert"} has ended the conversation.` : "");
    const item = element("li", `item item--${author}`);
    if (author === "expert") item.append(face({ name: message.name, face: event?.author.face ?? "" }, "face--s"));
    const bubble = element("div", "bubble", message.text);
    bubble.dir = "auto";
    const who = element("span", "visually-hidden", author === "visitor" ? "You: " : `${message.name}: `);
    bubble.prepend(who);
    item.append(bubble, element("p", "meta"));
    const meta = /** @type {HTMLElement} */ (item.lastChild);
    const time = element("time", "", timeOfDay(message.at));
    time.dateTime = message.at;
    meta.append(time);
    if (author === "visitor") meta.append(element("span", "sent"));
    return item;
  }

  /**
   * How far one of the shopper's own messages has come.
   * @param {HTMLElement} item
   * @param {Message} message
   * @param {boolean} isLast
   * @param {number} read up to which event the expert has read
   */
  #state(item, { key, state, error, seq }, isLast, read) {
    const isRead = seq !== null && seq <= read;
    const words = { sending: "Sending…", sent: isRead ? "Read" : "Sent", failed: "Not sent" }[state];
    item.dataset.state = state;
    const place = /** @type {HTMLElement} */ (item.querySelector(".sent"));
    const text = isLast || state !== "sent" ? words : "";
    if (place.textContent !== text) place.textContent = text;
    const failure = item.querySelector(".failure");
    if (state !== "failed") return failure?.remove();
    if (failure) return;
    const again = element("button", "link", "Try again");
    const change = element("button", "link", "Change it");
    again.type = change.type = "button";
    again.addEventListener("click", () => this.actions.onRetry(key));
    change.addEventListener("click", () => this.actions.onChange(key));
    const box = element("p", "failure", `${error?.message ?? ""} `);
    box.append(again, " ", change);
    item.append(box);
  }

  /**
   * Who answers, and that she earns: above everything, from the moment it is known.
   * @param {Conversation | null} conversation
   */
  #about(conversation) {
    if (!conversation) return;
    const { expert, disclosure, store } = conversation;
    if (disclosure) byId("disclosure").textContent = disclosure;
    const key = expert ? `${expert.name} ${expert.face}` : "";
    if (!expert || key === this.#expertKey) return;
    this.#expertKey = key;
    byId("faces").replaceChildren(face(expert));
    byId("who").textContent = expert.name;
    byId("role").textContent = `Customer of ${store.name}`;
    byId("role").className = "";
  }

  /**
   * @param {Conversation | null} conversation
   * @param {Message[]} messages
   */
  #wait(conversation, messages) {
    const isWaiting = messages.length > 0 && (!conversation || conversation.state === "waiting");
    const first = messages.find(({ author }) => author === "visitor");
    const hasGone = first?.state === "sent";
    byId("waiting").hidden = !(isWaiting && hasGone);
    if (!isWaiting || !hasGone) this.#waitingSince = null;
    else this.#waitingSince ??= Math.min(Date.now(), Date.parse(conversation?.started_at ?? first.at));
    this.#tick();
  }

  #tick() {
    if (this.#waitingSince !== null) byId("clock").textContent = clock(Date.now() - this.#waitingSince);
  }
}

/**
 * Who has taken the conversation, in the place where she came in.
 * @param {ExpertCard} expert
 * @param {string} disclosure
 */
function introduction(expert, disclosure) {
  const item = element("li", "card");
  const words = element("div");
  words.append(element("strong", "", expert.name));
  if (expert.about) words.append(element("p", "soft", expert.about));
  const owns = expert.owns ?? [];
  if (owns.length) words.append(element("p", "owns", `Owns ${ownership(owns)}`));
  if (expert.languages?.length) words.append(element("p", "soft", `Speaks ${languages(expert.languages)}`));
  // It stands above the conversation for the eye; here it is read aloud where she comes in.
  words.prepend(element("p", "visually-hidden", disclosure));
  item.append(face(expert, "face--l"), words);
  return item;
}

/** @param {Message | undefined} message */
function isSpoken(message) {
  return Boolean(message && (!message.event || message.event.kind === "message"));
}

/** @param {import("../conversation/types.js").Owned[]} owns "Day Pack 25 L (Nov 2026), Compass (May 2026) and 3 more" */
function ownership(owns) {
  const shown = owns.slice(0, OWNED_SHOWN).map(({ title, bought_on }) => `${title} (${monthOf(bought_on)})`);
  const rest = owns.length - shown.length;
  return shown.join(", ") + (rest ? ` and ${rest} more` : "");
}

/** @param {string} text */
function notice(text) {
  return element("li", "notice", text);
}

/** @param {string[]} codes ["en", "de"] → "English and German" */
function languages(codes) {
  const names = new Intl.DisplayNames("en", { type: "language" });
  const list = new Intl.ListFormat("en");
  try {
    return list.format(codes.map((code) => names.of(code) ?? code));
  } catch {
    return list.format(codes);
  }
}
