/** Those who wait: who, for how long, on which page, and whose turn it is. */

import { clock as clockWords } from "../ui/times.js";
import { button, byId, element, icon, named, part, reconcile, stand, write } from "./elements.js";

/**
 * @typedef {import("../conversation/types.js").Waiting} Waiting
 * @typedef {import("../conversation/types.js").Inbox} Inbox
 * @typedef {{claim: (id: string) => Promise<void>, decline: (id: string) => Promise<void>}} Actions
 */

export class WaitingList {
  #list = byId("waiting");
  #count = byId("waiting-count");
  #none = byId("waiting-none");

  /** @param {Actions} actions */
  constructor(actions) {
    this.actions = actions;
    setInterval(() => this.#tick(), 1000);
  }

  /** @param {Inbox} inbox */
  render({ waiting, waiting_count, is_available, stores }) {
    reconcile(this.#list, waiting, {
      key: ({ conversation }) => conversation,
      make: (item) => this.#make(item),
      update: (made, item) => this.#update(made, item, stores.length > 1),
    });
    this.#count.hidden = !waiting_count;
    this.#count.classList.toggle("badge--live", waiting_count > 0);
    write(this.#count, String(waiting_count));
    this.#none.hidden = waiting.length > 0;
    write(this.#none, nobody(waiting_count, is_available));
    this.#tick();
  }

  /** @param {Waiting} item */
  #make({ conversation, pseudonym, waiting_since }) {
    const made = element("li", "waiting__item");
    const head = element("div", "waiting__head");
    const face = element("span");
    stand(face, pseudonym);
    face.ariaHidden = "true";
    const clock = element("time", "number waiting__clock");
    clock.dateTime = waiting_since;
    clock.dataset.clock = "";
    clock.textContent = clockWords((Date.now() - Date.parse(waiting_since)) / 1000);
    head.append(face, element("strong", "grow truncate", pseudonym), clock);
    const page = named("p", "page", "waiting__page");
    const text = named("p", "text", "waiting__text");
    text.dir = "auto";
    const turn = named("div", "turn", "waiting__turn");
    const seconds = named("progress", "seconds", "bar");
    seconds.max = 1;
    seconds.ariaHidden = "true";
    turn.append(named("p", "reason", "small"), seconds);
    const acts = element("div", "waiting__acts");
    acts.append(
      button("button button--primary grow", "Claim", () => this.actions.claim(conversation)),
      button("button", "Not now", () => this.actions.decline(conversation)),
    );
    made.append(head, page, text, turn, acts);
    return made;
  }

  /**
   * @param {HTMLElement} made
   * @param {Waiting} item
   * @param {boolean} hasStores whether the store's name tells something
   */
  #update(made, { text, page, product, store, state, reason, offered_at, expires_at }, hasStores) {
    const about = product?.title || page.title;
    const words = [about && `looks at ${about}`, hasStores && store.name, state === "missed" && "was promised an answer"];
    const place = part(made, "page");
    const said = words.filter(Boolean).join(" · ");
    if (place.dataset.said !== said) {
      place.dataset.said = said;
      place.replaceChildren(icon("shopping-bag"), element("span", "", said));
    }
    place.hidden = !said;
    write(part(made, "text"), text);
    made.dataset.reason = reason ?? "";
    made.dataset.from = offered_at ?? "";
    made.dataset.until = expires_at ?? "";
  }

  #tick() {
    const now = Date.now();
    for (const made of this.#list.children) {
      if (!(made instanceof HTMLElement)) continue;
      const { reason, from, until } = made.dataset;
      const left = until ? Date.parse(until) - now : 0;
      const isTurn = left > 0;
      made.classList.toggle("waiting__item--mine", isTurn);
      part(made, "turn").hidden = !isTurn;
      if (!isTurn || !from || !until) continue;
      write(part(made, "reason"), `${reason} You come first for ${Math.ceil(left / 1000)} s.`);
      const seconds = /** @type {HTMLProgressElement} */ (part(made, "seconds"));
      seconds.value = left / (Date.parse(until) - Date.parse(from));
    }
  }
}

/**
 * What an empty list means, and what to do about it.
 * @param {number} count
 * @param {boolean} isAvailable
 */
function nobody(count, isAvailable) {
  if (isAvailable) return "Nobody is waiting. The next question appears here by itself.";
  if (!count) return "Nobody is waiting.";
  return count === 1
    ? "One shopper is waiting. Switch yourself on to see the question."
    : `${count} shoppers are waiting. Switch yourself on to see their questions.`;
}
