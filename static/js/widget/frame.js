/** The page in the panel: ties the conversation, the screen and the shop's page together. */

import { Client, tokenShelf, widgetTransport } from "../conversation/client.js";
import { Bridge } from "./bridge.js";
import { Composer } from "./composer.js";
import { byId } from "./elements.js";
import { View } from "./view.js";

const data = /** @type {Record<"key" | "store" | "origins" | "api" | "socket" | "accent" | "ink", string>} */ (
  /** @type {unknown} */ (document.body.dataset)
);
document.documentElement.style.setProperty("--store", data.accent);
document.documentElement.style.setProperty("--on-store", data.ink);

// A line that is down for less than this is nobody's business.
const PATIENCE_MS = 2_000;
const AGAIN_MS = 2_500;

/** @type {import("../conversation/types.js").Page} */
let page = { url: "", title: "", sku: "" };
let isOpen = window.parent === window;
let toldMarker = "";
let toldUnread = -1;
let toldTalk = "";
let toldPage = "";
/** The shopper has read the end of the last conversation and wants another. */
let isAnew = false;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let lineTimer;

const bridge = new Bridge({
  origins: data.origins.split(" "),
  onPage(next) {
    page = next;
    composer.show(page);
    view.showOwners(page.sku);
    tellPage();
  },
  onOpen(isAsked) {
    isOpen = true;
    if (isAsked) composer.focus();
    render();
    view.toEnd();
  },
  onClosed() {
    isOpen = false;
  },
});

const shelf = tokenShelf(`peerside.${data.key}`);
const client = new Client({
  transport: widgetTransport({ apiUrl: data.api, socketUrl: data.socket, pageOrigin: bridge.origin, shelf }),
  scope: data.key,
});
const view = new View({ onRetry: retry, onChange: change });
const composer = new Composer({ scope: data.key, onSend: send });

client.subscribe(render);
document.addEventListener("visibilitychange", render);
addEventListener("keydown", (event) => event.key === "Escape" && !event.isComposing && bridge.tell("close"));
byId("again").addEventListener("click", () => {
  isAnew = true;
  render();
  composer.focus();
});
client.ready.then(() => {
  // Nobody is a visitor before he has asked something.
  if (shelf.read() || client.outbox.entries.length) client.start();
  render();
});
bridge.tell("ready");
if (isOpen) composer.focus();

/** @param {string} text */
function send(text) {
  const conversation = client.current?.conversation;
  const isUnderWay = conversation && conversation.state !== "closed";
  client.say({ text, conversation: isUnderWay ? conversation.id : null, page });
  view.toEnd();
}

/** @param {string} key */
function retry(key) {
  // Into whichever conversation is under way now: the one it was written for may have ended.
  client.outbox.retry(key, { conversation: null });
}

/** @param {string} key */
function change(key) {
  const entry = client.outbox.entries.find(({ client_id }) => client_id === key);
  client.outbox.remove(key);
  if (entry) composer.fill(entry.text);
}

function render() {
  const current = client.current;
  const conversation = current?.conversation ?? null;
  if (conversation?.state !== "closed") isAnew = false;
  const said = current && !isAnew ? current.messages() : [];
  const unplaced = client.unplaced;
  // While the next question is on its way, or being written, the end of the last conversation is no longer news.
  const isPast = conversation?.state === "closed" && (isAnew || unplaced.length > 0);
  view.render([...said, ...unplaced], isPast ? null : conversation);
  if (current && isOpen && document.visibilityState === "visible") client.markRead(current);
  tellShop(current?.unread ?? 0);
  tellPage();
  showLine();
}

/** @param {number} unread */
function tellShop(unread) {
  const conversation = client.current?.conversation;
  const name = conversation?.state === "open" ? (conversation.expert?.name ?? "") : "";
  const isUnderWay = Boolean(conversation && conversation.state !== "closed");
  const count = isOpen && document.visibilityState === "visible" ? 0 : unread;
  if (`${isUnderWay} ${name}` !== toldTalk) {
    toldTalk = `${isUnderWay} ${name}`;
    bridge.tell("conversation", { isUnderWay, name });
  }
  if (count !== toldUnread) {
    toldUnread = count;
    bridge.tell("unread", { count });
  }
  if (client.marker && client.marker !== toldMarker) {
    toldMarker = client.marker;
    bridge.tell("marker", { marker: client.marker });
  }
}

/** The expert sees which page the shopper looks at now. */
function tellPage() {
  const conversation = client.current?.conversation;
  if (!conversation || conversation.state === "closed" || !page.url || !isWelcome()) return;
  const known = conversation.page;
  if (known.title === page.title && known.sku === page.sku && known.url === page.url) return;
  if (toldPage === `${conversation.id} ${page.url} ${page.title}`) return;
  toldPage = `${conversation.id} ${page.url} ${page.title}`;
  client.tell({ type: "page", conversation: conversation.id, page });
}

function isWelcome() {
  return client.status === "online" || client.status === "polling";
}

/** Says that the line is down, once it has been for a moment, and that it is back. */
function showLine() {
  const line = byId("line");
  if (client.status === "refused") return showRefusal();
  const isDown = client.status === "offline" || client.status === "connecting";
  if (isDown === (line.dataset.state === "down" || line.dataset.state === "doubt")) return;
  clearTimeout(lineTimer);
  if (isDown) {
    line.dataset.state = "doubt";
    lineTimer = setTimeout(() => {
      line.dataset.state = "down";
      line.textContent = "No connection. What you write is kept, and sent as soon as it is back.";
    }, PATIENCE_MS);
  } else if (line.dataset.state === "down") {
    line.dataset.state = "back";
    line.textContent = "Connected again.";
    lineTimer = setTimeout(() => clearLine(line), AGAIN_MS);
  } else clearLine(line);
}

/** @param {HTMLElement} line */
function clearLine(line) {
  delete line.dataset.state;
  line.textContent = "";
}

function showRefusal() {
  const line = byId("line");
  line.dataset.state = "down";
  line.textContent = `This conversation cannot be opened here. ${client.connection.refusal?.message ?? ""}`;
}
