// Peerside: the launcher on a shop's page. Served as /w/<public key>.js, with the store's own words in place of CONFIG
// and without comments. The panel and all that is in it (static/js/widget/panel.js) come only when somebody wants it.
//
// We are guests: one global, no cookie, nothing stored, and nothing that goes wrong may reach the page. The shop may
// have changed what every object inherits, so there is no for…of, no spread, no destructuring of lists here, and
// options have no prototype. Budget: 3 KiB with brotli, faces included (tests/widget/test_budgets.py).
/**
 * @typedef {import("../../static/js/widget/panel.js").Config} Config
 * @typedef {import("../../static/js/widget/panel.js").Expert} Expert
 * @typedef {import("../../static/js/widget/panel.js").Panel} Panel
 */
(function () {
  "use strict";
  /** @type {Config} */
  const config = /** @type {any} */ ("CONFIG");
  const page = /** @type {any} */ (window);
  const early = page.peerside;
  const experts = config.experts;
  const paying = /check-?out|[^a-z](pay(ments?)?|kass[ae]|cassa|caisse|pagamento|paiement|pago|zahlung|bezahlen|betaling|betalen)([^a-z]|$)/i;
  const css =
    ":host{all:initial!important}@media print{:host{display:none!important}}[hidden]{display:none!important}" +
    ".l{all:unset;position:fixed;inset-inline-end:16px;bottom:max(16px,env(safe-area-inset-bottom));z-index:2147483647;" +
    "display:flex;align-items:center;gap:12px;max-width:90vw;padding-block:8px;padding-inline:8px 22px;border-radius:32px;box-sizing:border-box;" +
    "cursor:pointer;font:16px/1.3 system-ui;color:#222;background:#fff;box-shadow:0 2px 24px #0003}" +
    ".l:focus-visible{outline:3px solid " + config.accent + ";outline-offset:3px}" +
    ".f{display:flex;padding-inline-end:8px}.f *{width:44px;height:44px;border-radius:50%;margin-inline-end:-8px;background:#f3eee6;" +
    "box-shadow:0 0 0 2px #fff;font-weight:600;line-height:44px;text-align:center}" +
    ".t,.t *{display:block;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}small{font-size:13px;opacity:.8}" +
    ".on:before{content:'';display:inline-block;width:8px;height:8px;margin-inline-end:6px;border-radius:50%;background:#1a9c55}";

  /** @type {import("../../static/js/widget/panel.js").Shell["safely"]} */
  const safely = (act) =>
    function () {
      try {
        return act.apply(null, /** @type {any} */ (arguments));
      } catch (error) {
        console.warn("Peerside:", error);
      }
    };

  safely(function () {
    if ((early && early.isPeerside === true) || isPaying()) return;
    if (config.origins.indexOf(location.origin) < 0) {
      return console.info("Peerside: " + location.origin + " is none of the store's sites.");
    }
    const host = element("peerside-widget", "");
    const root = host.attachShadow(bare({ mode: "open" }));
    const sheet = new CSSStyleSheet();
    const launcher = element("button", "l");
    const faces = element("span", "f");
    const text = element("span", "t");
    const line = element("b", "");
    const note = element("small", experts.length ? "on" : "");
    const calls = (early && early.q) || [];
    /** @type {ArrayLike<any>[]} */
    const queue = [];
    /** @type {Panel | null} */
    let panel = null;
    let isLoading = false;
    let attempt = 0;
    /** @type {any} */
    let given = null;
    let address = here();

    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
    text.append(line, note);
    launcher.append(faces, text);
    launcher.onclick = () => page.peerside("open");
    root.append(launcher);

    const api = safely(function (method, first, second) {
      if (method === "product") {
        given = first;
        return refresh();
      }
      if (panel) return panel.call(method, first, second);
      if (method !== "marker") queue[queue.length] = arguments;
      if (method === "open") load();
    });
    /** @type {any} */ (api).isPeerside = true;
    page.peerside = api;

    const begin = safely(function () {
      refresh();
      look();
      // Frameworks change pages without telling anybody: look, rather than change their functions.
      setInterval(safely(look), 1000);
      for (let i = 0; i < calls.length; i++) api(calls[i][0], calls[i][1], calls[i][2]);
      if (safely(() => sessionStorage["peerside.open"])()) load();
    });
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
    else begin();

    function look() {
      const isWelcome = !isPaying();
      if (isWelcome !== host.isConnected) {
        // Beside <body>, not in it: shops exchange the body as a whole.
        if (isWelcome) document.documentElement.append(host);
        else host.remove();
        if (panel) panel.attach(isWelcome);
      }
      if (address !== here()) {
        address = here();
        given = null;
        // A shop of one page draws the next one after it has changed the address.
        setTimeout(safely(refresh), 400);
      }
    }

    function refresh() {
      const sku = where().sku;
      line.textContent = config.line;
      note.textContent = config.note;
      faces.textContent = "";
      for (let i = 0; i < experts.length; i++) {
        const expert = experts[i];
        if (sku && expert.owns.indexOf(sku) >= 0) {
          line.textContent = config.owner.replace("{}", expert.name);
          faces.prepend(face(expert));
        } else faces.append(face(expert));
      }
      if (panel) panel.refresh();
    }

    function where() {
      const found = given || product() || bare({});
      return bare({
        url: location.origin + location.pathname,
        title: (found.name || document.title) + "",
        sku: (found.sku || found.productID || "") + "",
      });
    }

    function load() {
      if (isLoading) return;
      isLoading = true;
      // A browser remembers that a module failed: the next attempt asks for another address.
      import(config.panel + "?" + attempt++).then(
        safely((module) => (panel = module.makePanel({ config, root, launcher, where, safely, queue }))),
        () => {
          isLoading = false;
          note.textContent = config.failed;
        },
      );
    }
  })();

  // Some shops of one page keep the page in the fragment; others only jump to a heading with it.
  function here() {
    return location.href.replace(/#[^/!].*/, "");
  }

  function isPaying() {
    return paying.test("/" + location.hostname.split(".")[0] + location.pathname + location.hash);
  }

  /**
   * @param {string} tag
   * @param {string} name
   */
  function element(tag, name) {
    const made = document.createElement(tag);
    made.className = name;
    return made;
  }

  // A face is drawn of paths, because a shop's policy may refuse pictures from elsewhere.
  /** @param {Expert} expert */
  function face(expert) {
    if (!expert.face) {
      const letter = element("span", "");
      letter.textContent = expert.name[0];
      return letter;
    }
    const drawing = shape("svg", "viewBox", "-6 -5 76 76");
    const shapes = expert.face.split("|");
    for (let i = 0; i < shapes.length; i++) {
      const path = shape("path", "fill", "#" + shapes[i].slice(0, 3));
      path.setAttribute("d", shapes[i].slice(3));
      drawing.append(path);
    }
    return drawing;
  }

  /**
   * @param {string} tag
   * @param {string} name
   * @param {string} value
   */
  function shape(tag, name, value) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    made.setAttribute(name, value);
    return made;
  }

  /**
   * @template {object} T
   * @param {T} object
   * @returns {T}
   */
  function bare(object) {
    return Object.setPrototypeOf(object, null);
  }

  // The product that the page describes to search engines, and nothing else of it.
  function product() {
    const scripts = document.querySelectorAll('script[type="application/ld+json"]');
    for (let i = 0; i < scripts.length; i++) {
      try {
        const found = find(JSON.parse(scripts[i].textContent || ""));
        if (found) return found;
      } catch {
        // Not JSON: the next one may be.
      }
    }
  }

  /**
   * @param {any} node
   * @returns {any}
   */
  function find(node) {
    if (/\bProduct(,|$)/.test(node["@type"])) return node;
    const list = node["@graph"] || node;
    for (let i = 0; i < list.length; i++) if (list[i] && find(list[i])) return find(list[i]);
  }
})();
