/** The open conversation: who, where the shopper is, what was said, and the answer under way. */

import { byId, element, icon, note, stand, write } from "./elements.js";
import { Log } from "./log.js";

/**
 * @typedef {import("../conversation/client.js").Client} Client
 * @typedef {import("../conversation/store.js").ConversationStore} ConversationStore
 * @typedef {import("../conversation/types.js").Conversation} Conversation
 */

export class Talk {
  id = "";
  #talk = byId("talk");
  #field = /** @type {HTMLTextAreaElement} */ (byId("text"));
  #product = /** @type {HTMLAnchorElement} */ (byId("talk-product"));
  #draft = note("");

  /** @param {Client} client */
  constructor(client) {
    this.client = client;
    this.log = new Log({ retry: (key) => client.outbox.retry(key), change: (key) => this.#change(key) });
    byId("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.#field.addEventListener("keydown", (event) => {
      // While letters are being composed (Japanese, say) Enter chooses one.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#send();
    });
    this.#field.addEventListener("input", () => this.#draft.write(this.#field.value));
  }

  /**
   * Show another conversation; "" shows none.
   * @param {string} id
   */
  open(id) {
    if (id === this.id) return;
    this.id = id;
    document.body.classList.toggle("console--talking", id !== "");
    this.#talk.hidden = !id;
    byId("talk-none").hidden = Boolean(id);
    if (!id) return;
    this.#draft = note(`peerside.draft.${id}`);
    this.#field.value = this.#draft.read();
    this.render();
    // A keyboard that jumps up hides half of what there is to read: on a touch screen people tap for it.
    const isWriting = matchMedia("(pointer: fine)").matches && !byId("composer").hidden;
    (isWriting ? this.#field : byId("talk-name")).focus({ preventScroll: true });
  }

  render() {
    if (!this.id) return;
    const store = this.client.conversation(this.id);
    const { conversation } = store;
    this.#talk.ariaBusy = String(!conversation);
    if (!conversation) return;
    stand(byId("talk-face"), conversation.pseudonym ?? "");
    write(byId("talk-name"), conversation.pseudonym ?? "");
    write(byId("talk-note"), noteOf(conversation));
    write(byId("talk-disclosure"), conversation.disclosure);
    this.#showPage(conversation);
    const isOpen = conversation.state === "open";
    byId("composer").hidden = byId("talk-end").hidden = !isOpen;
    byId("talk-over").hidden = isOpen;
    write(byId("talk-over"), conversation.state === "closed" ? "You ended this conversation." : "Claim it to answer.");
    this.log.render(conversation, store.messages());
    if (document.visibilityState === "visible") this.client.markRead(store);
  }

  /** @param {Conversation} conversation */
  #showPage({ page, product, store }) {
    const isThis = product?.sku === page.sku ? product : null;
    const title = isThis?.title || page.title || page.url;
    this.#product.hidden = !title;
    const key = `${page.url} ${title}`;
    if (this.#product.dataset.key === key) return;
    this.#product.dataset.key = key;
    if (page.url) this.#product.href = page.url;
    else this.#product.removeAttribute("href");
    const words = element("span", "talk__looks");
    words.append(element("span", "tiny soft", "Looks at"), element("strong", "truncate", title));
    this.#product.replaceChildren(pictureOf(isThis?.image_url ?? ""), words);
    if (isThis?.price_minor != null) {
      this.#product.append(element("span", "money small", money(isThis.price_minor, isThis.currency)));
    }
    if (page.url) this.#product.append(icon("external-link"));
    this.#product.title = page.url ? `Open on the site of ${store.name}` : "";
  }

  #send() {
    const text = this.#field.value.trim();
    if (!text || !this.id) return;
    this.#field.value = "";
    this.#draft.write("");
    this.client.say({ conversation: this.id, text });
    this.#field.focus();
  }

  /**
   * Take a message that was refused back into the field.
   * @param {string} key
   */
  #change(key) {
    const entry = this.client.outbox.entries.find(({ client_id }) => client_id === key);
    if (!entry) return;
    this.#field.value = entry.text;
    this.#draft.write(entry.text);
    this.client.outbox.remove(key);
    this.#field.focus();
  }
}

/** @param {Conversation} conversation */
function noteOf({ state, store, started_at }) {
  const began = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" }).format(new Date(started_at));
  return `${store.name} · ${state === "closed" ? "ended" : `since ${began}`}`;
}

/**
 * A picture of our own origin (the policy allows no other), else a sign that stands for it.
 * @param {string} address
 */
function pictureOf(address) {
  const isOurs = address && new URL(address, location.href).origin === location.origin;
  if (!isOurs) {
    const sign = element("span", "talk__picture");
    sign.append(icon("shopping-bag"));
    return sign;
  }
  const picture = element("img", "talk__picture");
  picture.src = address;
  picture.alt = "";
  return picture;
}

/**
 * @param {number} minor
 * @param {string} currency
 */
function money(minor, currency) {
  const format = new Intl.NumberFormat(undefined, { style: "currency", currency });
  return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}
