/**
 * The panel on a shop's page: the frame with the conversation in it, and the page's calls that need it.
 *
 * It runs among the shop's own scripts, as the loader does, and keeps the loader's manners: nothing inherited is trusted
 * (no for…of, no spread, no lists taken apart), nothing thrown reaches the page. What comes from the frame is believed
 * only with its exact origin, from its very window, and in the expected shape; what goes there goes to that origin only.
 *
 * @typedef {{name: string, face: string, owns: string[]}} Expert
 *   face: "|" between shapes, each a fill of three hexadecimal digits and a path on a grid of 64; "" for none
 * @typedef {object} Config what the server writes into the loader
 * @property {string} panel address of this module
 * @property {string} frame address of the frame
 * @property {string[]} origins the store's own sites
 * @property {string} accent
 * @property {Expert[]} experts available now
 * @property {string} line
 * @property {string} owner the line where `{}` owns the product of the page
 * @property {string} note
 * @property {string} failed the note when the panel cannot be had
 *
 * @typedef {object} Shell what the loader lends
 * @property {Config} config
 * @property {ShadowRoot} root
 * @property {HTMLButtonElement} launcher
 * @property {() => {url: string, title: string, sku: string}} where
 * @property {(act: (...given: any[]) => any) => (...given: any[]) => any} safely
 * @property {ArrayLike<any>[]} queue calls of the page that came before this
 *
 * @typedef {object} Panel what the loader gets
 * @property {(method: string, first?: any, second?: any) => any} call the page's `peerside(…)`
 * @property {() => void} refresh another page is shown, or the launcher was drawn anew
 * @property {(isShown: boolean) => void} attach the widget was put into the page, or taken out of it
 */

const KEY = "peerside.open";
const PHONE = "(max-width:480px),(max-height:480px)";
const CSS =
  "i{position:absolute;top:-6px;inset-inline-end:6px;min-width:22px;padding:0 6px;box-sizing:border-box;border-radius:11px;" +
  "font:600 13px/22px system-ui;text-align:center;color:#fff;background:#ad2f25}" +
  "dialog{all:unset;position:fixed;inset-inline-end:16px;bottom:16px;z-index:2147483647;box-sizing:border-box;width:400px;" +
  "height:min(680px,100vh - 32px);border-radius:20px;overflow:hidden;background:#faf7f2;color:#231f1b;" +
  "box-shadow:0 2px 6px #0002,0 16px 56px #0005}" +
  "dialog:not([open]){display:none}dialog::backdrop{background:none}" +
  "iframe{display:block;width:100%;height:100%;border:0;color-scheme:light dark}" +
  ".x{all:unset;position:absolute;top:10px;right:10px;width:44px;height:44px;border-radius:50%;cursor:pointer;" +
  "font:28px/40px system-ui,sans-serif;text-align:center}.x:hover{background:#8882}" +
  ".x:focus-visible{outline:3px solid;outline-offset:-3px}" +
  "@media(prefers-color-scheme:dark){dialog{background:#191613;color:#f4eee5}}" +
  "@media " + PHONE + "{dialog{inset:0 0 auto;width:100%;height:100dvh;border-radius:0}}" +
  "@media(prefers-reduced-motion:no-preference){dialog[open]{animation:p .18s}@keyframes p{from{opacity:0;transform:translateY(12px)}}}";

/**
 * @param {Shell} shell
 * @returns {Panel}
 */
export function makePanel({ config, root, launcher, where, safely, queue }) {
  const origin = new URL(config.frame).origin;
  const panel = document.createElement("dialog");
  const close = document.createElement("button");
  const badge = document.createElement("i");
  /** @type {Record<string, Function[]>} */
  const handlers = bare({});
  /** @type {HTMLIFrameElement | null} */
  let frame = null;
  let isReady = false;
  let isAsked = false;
  let hadFocus = false;
  let isTalking = false;
  let partner = "";
  let unread = 0;
  /** @type {string | null} */
  let marker = null;

  close.type = "button";
  close.className = "x";
  close.textContent = "×";
  close.setAttribute("aria-label", "Close the conversation");
  panel.setAttribute("aria-label", "Ask a customer");
  badge.hidden = true;
  badge.setAttribute("role", "img");
  launcher.setAttribute("aria-haspopup", "dialog");
  launcher.append(badge);
  panel.append(close);
  root.append(panel);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(CSS);
  root.adoptedStyleSheets = [root.adoptedStyleSheets[0], sheet];

  listen(close, "click", shut);
  listen(panel, "close", closed);
  listen(panel, "cancel", (event) => (event.preventDefault(), shut()));
  listen(root, "keydown", (event) => event.key === "Escape" && shut());
  listen(window, "message", receive);
  if (window.visualViewport) {
    listen(window.visualViewport, "resize", fit);
    listen(window.visualViewport, "scroll", fit);
  }

  /** @type {Record<string, (...given: any[]) => any>} */
  const methods = bare({
    open: () => open(true),
    close: shut,
    marker: () => marker,
    on(/** @type {string} */ name, /** @type {Function} */ handler) {
      const list = handlers[name] || (handlers[name] = []);
      list[list.length] = handler;
      if (name === "marker" && marker) safely(/** @type {any} */ (handler))(marker);
    },
  });
  const call = (/** @type {string} */ method, /** @type {any} */ first, /** @type {any} */ second) => methods[method] && methods[method](first, second);

  const before = recall();
  for (let i = 0; i < queue.length; i++) safely(call)(queue[i][0], queue[i][1], queue[i][2]);
  if (before) start();
  // On a phone the sheet would hide the page that the shopper has just gone to.
  if (before === "open" && !isPhone()) open(false);

  return bare({ call, refresh, attach });

  function start() {
    if (frame) return;
    frame = document.createElement("iframe");
    frame.title = "Conversation";
    frame.referrerPolicy = "no-referrer";
    frame.src = config.frame + "#" + location.origin;
    panel.append(frame);
  }

  /** @param {boolean} byPerson who then wants the focus there */
  function open(byPerson) {
    start();
    if (panel.open || !root.host.isConnected) return;
    isAsked = byPerson;
    launcher.hidden = true;
    if (isPhone()) panel.showModal();
    else if (byPerson) panel.show();
    else panel.setAttribute("open", "");
    fit();
    tell("open", bare({ isAsked }));
    remember("open");
    emit("open");
  }

  function shut() {
    if (!panel.open) return;
    hadFocus = root.activeElement !== null;
    launcher.hidden = false;
    panel.close();
  }

  function closed() {
    if (hadFocus) launcher.focus();
    tell("closed", bare({}));
    remember(isTalking ? "talking" : "");
    emit("close");
  }

  /** @param {boolean} isShown */
  function attach(isShown) {
    // Taken out of the page a frame has forgotten everything; put back it begins anew.
    isReady = false;
    panel.removeAttribute("open");
    launcher.hidden = false;
    if (!isShown && frame) frame.remove();
    if (!isShown) frame = null;
    else if (recall()) start();
  }

  function refresh() {
    if (isTalking) {
      launcher.querySelector("b")?.replaceChildren("Your conversation");
      if (partner) launcher.querySelector("small")?.replaceChildren(partner);
    }
    badge.hidden = !unread;
    badge.textContent = unread + "";
    badge.setAttribute("aria-label", unread === 1 ? "1 new message" : unread + " new messages");
    tell("page", where());
  }

  /** On a phone the sheet is as high as what the keyboard leaves of the screen. */
  function fit() {
    const view = panel.open && isPhone() && window.visualViewport;
    panel.style.height = view ? view.height + "px" : "";
    panel.style.top = view ? view.offsetTop + "px" : "";
  }

  /** @param {MessageEvent} event */
  function receive(event) {
    const data = event.data;
    if (!frame || event.source !== frame.contentWindow || event.origin !== origin) return;
    if (!data || data.peerside !== 1) return;
    if (data.type === "ready") {
      isReady = true;
      tell("page", where());
      if (panel.open) tell("open", bare({ isAsked }));
    } else if (data.type === "close") {
      shut();
    } else if (data.type === "unread" && typeof data.count === "number" && data.count >= 0 && data.count < 1000) {
      if (data.count === unread) return;
      unread = data.count;
      refresh();
      emit("unread", unread);
    } else if (data.type === "marker" && typeof data.marker === "string" && data.marker !== marker) {
      marker = data.marker;
      emit("marker", marker);
    } else if (data.type === "conversation" && typeof data.name === "string") {
      isTalking = data.isUnderWay === true;
      partner = data.name;
      remember(panel.open ? "open" : isTalking ? "talking" : "");
      refresh();
    }
  }

  /**
   * @param {string} type
   * @param {any} data
   */
  function tell(type, data) {
    if (!isReady || !frame || !frame.contentWindow) return;
    data.peerside = 1;
    data.type = type;
    frame.contentWindow.postMessage(data, origin);
  }

  /**
   * @param {string} name
   * @param {any} [value]
   */
  function emit(name, value) {
    const list = handlers[name] || [];
    for (let i = 0; i < list.length; i++) safely(/** @type {any} */ (list[i]))(value);
  }

  /**
   * @param {any} target
   * @param {string} type
   * @param {(event: any) => any} act
   */
  function listen(target, type, act) {
    target.addEventListener(type, safely(act));
  }
}

function isPhone() {
  return matchMedia(PHONE).matches;
}

/**
 * An object in which nobody else's properties are found.
 * @template {object} T
 * @param {T} object
 * @returns {T}
 */
function bare(object) {
  return Object.setPrototypeOf(object, null);
}

function recall() {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/**
 * That there is something to come back to on the next page; only ever after somebody has opened the panel.
 * @param {string} state
 */
function remember(state) {
  try {
    if (state) sessionStorage.setItem(KEY, state);
    else sessionStorage.removeItem(KEY);
  } catch {
    // Refused: the next page shows the launcher as new.
  }
}
