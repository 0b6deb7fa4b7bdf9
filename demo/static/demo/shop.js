// The shop's own script. Its first part is what a shop's developer writes to connect Peerside: the marker that the
// widget hands over is put into the cart as an attribute, and so travels into the order.

const body = document.body;

/**
 * Keep the marker with the cart; the page may be left while the request is on its way.
 * @param {string} marker
 */
function keepMarker(marker) {
  fetch(body.dataset.attributesUrl ?? "", {
    method: "POST",
    keepalive: true,
    headers: { "Content-Type": "application/json", "X-CSRFToken": body.dataset.csrfToken ?? "" },
    body: JSON.stringify({ attributes: { peerside: marker } }),
  }).catch(() => {});
}

if (body.dataset.attributesUrl) {
  const page = /** @type {any} */ (window);
  page.peerside =
    page.peerside ||
    function () {
      (page.peerside.q = page.peerside.q || []).push(arguments);
    };
  page.peerside("on", "marker", keepMarker);
}

for (const form of document.querySelectorAll("form[data-submit-on-change]")) {
  form.addEventListener("change", () => /** @type {HTMLFormElement} */ (form).requestSubmit());
  form.classList.add("is-automatic");
}

// A second click on "pay" or "refund" must not send a second form; the server checks as well.
for (const form of document.querySelectorAll("form[data-submit-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.classList.contains("is-sent")) event.preventDefault();
    form.classList.add("is-sent");
  });
}

// A page that the browser shows again from its memory must be usable again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form.is-sent")) form.classList.remove("is-sent");
});

const first = /** @type {HTMLElement | null} */ (document.querySelector("[data-focus]"));
if (first) first.focus();
