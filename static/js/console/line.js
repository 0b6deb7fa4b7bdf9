/** What the line to the server is like, in words, where somebody would otherwise wonder. */

import { byId, element } from "./elements.js";

/** @typedef {import("../conversation/client.js").Client} Client */

// A blink of the line is nobody's business.
const PATIENCE_MS = 1500;
const BACK_MS = 2500;

export class Line {
  #line = byId("line");
  #said = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {Client} client */
  constructor(client) {
    this.client = client;
  }

  render() {
    const { status } = this.client;
    const said = { connecting: "down", offline: "down", refused: "refused", polling: "slow", online: "", idle: "" }[status];
    if (said === this.#said) return;
    const wasDown = this.#line.dataset.state === "down";
    this.#said = said;
    clearTimeout(this.#timer);
    if (said === "down") this.#timer = setTimeout(() => this.#say("down", "Reconnecting… nothing is lost."), PATIENCE_MS);
    else if (said === "slow") this.#say("slow", "The line is slow: messages may take a few seconds.");
    else if (said === "refused") this.#refuse();
    else if (wasDown) {
      this.#say("back", "Connected again.");
      this.#timer = setTimeout(() => this.#say("", ""), BACK_MS);
    } else this.#say("", "");
  }

  #refuse() {
    const { refusal } = this.client.connection;
    this.#say("refused", `${refusal?.message ?? "You are signed out."} `);
    const link = element("a", "", "Sign in again");
    link.href = `/console/${location.hash}`;
    link.addEventListener("click", (event) => {
      // The same address with another fragment would not ask the server.
      event.preventDefault();
      location.reload();
    });
    this.#line.append(link);
  }

  /**
   * @param {string} state
   * @param {string} text
   */
  #say(state, text) {
    this.#line.dataset.state = state;
    this.#line.textContent = text;
  }
}
