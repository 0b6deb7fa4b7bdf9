/**
 * The line to the shop's page. Its origin is named in our address and must be one of the store's own, which the frame's
 * policy enforces as well; what comes is believed only from our parent, with that origin, and in the expected shape.
 */

/** @typedef {import("../conversation/types.js").Page} Page */

const LONGEST = 500;

export class Bridge {
  /** The shop page's origin, "" where there is no shop around us. */
  origin = "";

  /**
   * @param {object} options
   * @param {string[]} options.origins the store's own sites
   * @param {(page: Page) => void} options.onPage
   * @param {(isAsked: boolean) => void} options.onOpen `isAsked`: a person did it and wants to write
   * @param {() => void} options.onClosed
   */
  constructor({ origins, onPage, onOpen, onClosed }) {
    this.onPage = onPage;
    this.onOpen = onOpen;
    this.onClosed = onClosed;
    const named = location.hash.slice(1);
    if (window.parent !== window && origins.includes(named)) this.origin = named;
    addEventListener("message", (event) => this.#receive(event));
  }

  /**
   * @param {string} type
   * @param {object} [data]
   */
  tell(type, data = {}) {
    if (this.origin) window.parent.postMessage({ peerside: 1, type, ...data }, this.origin);
  }

  /** @param {MessageEvent} event */
  #receive({ data, origin, source }) {
    if (!this.origin || origin !== this.origin || source !== window.parent || data?.peerside !== 1) return;
    if (data.type === "open") this.onOpen(data.isAsked === true);
    if (data.type === "closed") this.onClosed();
    if (data.type === "page") this.onPage({ url: text(data.url), title: text(data.title), sku: text(data.sku) });
  }
}

/** @param {unknown} value */
function text(value) {
  return typeof value === "string" ? value.slice(0, LONGEST) : "";
}
