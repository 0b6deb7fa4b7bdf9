/** The expert's inbox: her availability, those who wait, her conversations, and the one that is open. */

import { Client, consoleTransport, RequestError } from "../conversation/client.js";
import { byId, element, icon, write } from "./elements.js";
import { Line } from "./line.js";
import { renderMine, rowsOf } from "./mine.js";
import { Talk } from "./talk.js";
import { WaitingList } from "./waiting.js";

const NEWS_MS = 8000;

const root = byId("inbox");
const socketUrl = new URL("/ws/console/", location.href);
socketUrl.protocol = location.protocol === "https:" ? "wss:" : "ws:";

const client = new Client({
  transport: consoleTransport({ socketUrl: socketUrl.href, csrfToken }),
  scope: `console.${root.dataset.user}`,
});
const talk = new Talk(client);
const line = new Line(client);
const waiting = new WaitingList({
  claim: (id) => act({ type: "claim", conversation: id }, () => (location.hash = id)),
  decline: (id) => act({ type: "decline", conversation: id }),
});
const available = /** @type {HTMLInputElement} */ (byId("available-switch"));
const title = document.title;

/** The cookie is newer than the page after signing in again in another tab. */
function csrfToken() {
  return /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? root.dataset.csrf ?? "";
}

/**
 * Do something, and say it when that was refused.
 * @param {import("../conversation/types.js").ClientFrame} frame
 * @param {() => void} [then]
 */
async function act(frame, then = () => {}) {
  try {
    await client.command(frame);
    then();
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    tell(error.message);
  }
  render();
}

/** @param {string} text */
function tell(text) {
  const news = element("div", "note note--warn");
  news.append(icon("info"), element("p", "note__body", text));
  byId("news").replaceChildren(news);
  setTimeout(() => news.remove(), NEWS_MS);
}

function render() {
  line.render();
  const { inbox } = client;
  if (!inbox) return;
  showAvailability(inbox.is_available);
  waiting.render(inbox);
  for (const mine of inbox.mine) if (mine.state === "open") client.conversation(mine.id);
  const rows = rowsOf(client);
  renderMine(rows, talk.id);
  talk.render();
  count(rows.reduce((sum, { unread }) => sum + unread, 0) + inbox.waiting.length);
}

/** @param {boolean} isAvailable */
function showAvailability(isAvailable) {
  if (!available.disabled) available.checked = isAvailable;
  byId("available").dataset.on = isAvailable ? "yes" : "no";
  write(byId("available-word"), isAvailable ? "You take conversations" : "You take no conversations");
  write(
    byId("available-note"),
    isAvailable
      ? "Keep this page open: new questions appear here by themselves."
      : "Shoppers who ask are told that you are away. Switch on when you have time.",
  );
}

/**
 * How much there is to do, where it is seen from another tab or page.
 * @param {number} number
 */
function count(number) {
  const words = number ? `(${number}) ${title}` : title;
  if (document.title !== words) document.title = words;
  for (const badge of document.querySelectorAll('[data-nav-count="inbox"]')) {
    if (!(badge instanceof HTMLElement)) continue;
    badge.hidden = !number;
    write(badge, String(number));
  }
}

/** The open conversation is in the address, so that the phone's back button leads back to the list. */
function openFromAddress() {
  const id = location.hash.slice(1);
  const isKnown = client.inbox?.mine.some((mine) => mine.id === id);
  talk.open(isKnown ? id : "");
  render();
}

available.addEventListener("change", async () => {
  available.disabled = true;
  await act({ type: "availability", is_available: available.checked });
  available.disabled = false;
  available.focus();
  render();
});
byId("end-now").addEventListener("click", () => act({ type: "close", conversation: talk.id }));
addEventListener("hashchange", openFromAddress);
document.addEventListener("visibilitychange", render);

client.inbox = JSON.parse(byId("inbox-data").textContent ?? "null");
client.subscribe(render);
client.start();
openFromAddress();
