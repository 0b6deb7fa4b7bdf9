/** Where the shopper writes: grows with the text, keeps a draft for this visit, sends on Enter. */

import { byId, note } from "./elements.js";

export class Composer {
  /**
   * @param {object} options
   * @param {string} options.scope whose draft it is
   * @param {(text: string) => void} options.onSend
   */
  constructor({ scope, onSend }) {
    this.form = /** @type {HTMLFormElement} */ (byId("composer"));
    this.field = /** @type {HTMLTextAreaElement} */ (byId("text"));
    this.draft = note(`peerside.draft.${scope}`);
    this.onSend = onSend;
    this.field.value = this.draft.read();
    // Until now Enter would have made a line of it and sent nothing.
    this.field.disabled = false;
    this.field.addEventListener("input", () => this.#changed());
    this.field.addEventListener("keydown", (event) => this.#keyed(event));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.#changed();
  }

  focus() {
    // A keyboard that jumps up over the introduction is no welcome: on a touch screen people tap for it.
    if (matchMedia("(pointer: fine)").matches) this.field.focus({ preventScroll: true });
  }

  /** @param {string} text */
  fill(text) {
    this.field.value = text;
    this.#changed();
    this.field.focus();
  }

  /** @param {import("../conversation/types.js").Page} page */
  show(page) {
    byId("about").hidden = !page.sku;
    byId("product").textContent = page.title;
  }

  send() {
    const text = this.field.value.trim();
    if (!text) return this.field.focus();
    this.field.value = "";
    this.#changed();
    this.field.focus();
    this.onSend(text);
  }

  #changed() {
    this.draft.write(this.field.value);
    this.form.classList.toggle("composer--ready", this.field.value.trim() !== "");
    // field-sizing does this by itself where there is such a thing.
    if (CSS.supports("field-sizing", "content")) return;
    this.field.style.blockSize = "auto";
    this.field.style.blockSize = `${this.field.scrollHeight}px`;
  }

  /** @param {KeyboardEvent} event */
  #keyed(event) {
    // While letters are being composed (Japanese, say) Enter chooses one.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.send();
  }
}
