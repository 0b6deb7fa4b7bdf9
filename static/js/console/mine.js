/** The expert's own conversations: the newest first, those that ended last. */

import { byId, element, named, part, reconcile, stand, write } from "./elements.js";

/**
 * @typedef {import("../conversation/client.js").Client} Client
 * @typedef {import("../conversation/types.js").Mine} Mine
 * @typedef {{mine: Mine, unread: number, text: string, at: string, isClosed: boolean}} Row
 */

/**
 * What the list says of each: the events that we have, or the server's words until we have them.
 * @param {Client} client
 * @returns {Row[]}
 */
export function rowsOf(client) {
  const rows = (client.inbox?.mine ?? []).map((mine) => {
    const store = client.conversations.get(mine.id);
    const isLoaded = store && store.lastSeq > 0;
    const last = isLoaded ? store.messages().filter(({ event }) => !event || event.kind === "message").at(-1) : null;
    return {
      mine,
      unread: isLoaded ? store.unread : mine.unread,
      text: last?.text ?? mine.last_text,
      at: last?.at ?? mine.last_at ?? mine.started_at,
      isClosed: (store?.conversation ?? mine).state === "closed",
    };
  });
  return rows.sort((a, b) => Number(a.isClosed) - Number(b.isClosed) || b.at.localeCompare(a.at));
}

/**
 * @param {Row[]} rows
 * @param {string} openId the conversation on the screen
 */
export function renderMine(rows, openId) {
  byId("mine-none").hidden = rows.length > 0;
  reconcile(byId("mine"), rows, { key: ({ mine }) => mine.id, make, update: (made, row) => update(made, row, openId) });
}

/** @param {Row} row */
function make({ mine }) {
  const made = element("li");
  const link = named("a", "link", "mine__item");
  link.href = `#${mine.id}`;
  const face = element("span");
  stand(face, mine.pseudonym ?? "");
  face.ariaHidden = "true";
  const words = element("span", "mine__words");
  const head = element("span", "mine__head");
  const when = named("time", "when", "tiny faint number");
  when.dataset.when = "";
  head.append(element("strong", "truncate grow", mine.pseudonym), when);
  words.append(head, named("span", "text", "mine__text"));
  const unread = named("span", "unread", "mine__unread");
  link.append(face, words, unread);
  made.append(link);
  return made;
}

/**
 * @param {HTMLElement} made
 * @param {Row} row
 * @param {string} openId
 */
function update(made, { mine, unread, text, at, isClosed }, openId) {
  const link = part(made, "link");
  link.classList.toggle("mine__item--closed", isClosed);
  if (mine.id === openId) link.setAttribute("aria-current", "true");
  else link.removeAttribute("aria-current");
  write(part(made, "text"), isClosed ? `Ended · ${text}` : text);
  const when = /** @type {HTMLTimeElement} */ (part(made, "when"));
  if (when.dateTime !== at) {
    when.dateTime = at;
    when.textContent = "just now";
  }
  const count = part(made, "unread");
  count.hidden = !unread;
  count.ariaLabel = `${unread} unread`;
  write(count, String(unread));
}
