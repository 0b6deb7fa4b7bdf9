/** Shows how far an upload is. Without this script the form is sent as any other. */

/** @param {HTMLFormElement} form */
function send(form) {
  const request = new XMLHttpRequest();
  const progress = /** @type {HTMLElement} */ (form.querySelector("[data-upload-progress]"));
  const bar = /** @type {HTMLProgressElement} */ (progress.querySelector("progress"));
  const words = /** @type {HTMLElement} */ (progress.querySelector("[data-upload-words]"));
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("[type=submit]"));
  request.upload.addEventListener("progress", (event) => {
    const share = event.lengthComputable ? event.loaded / event.total : 0;
    bar.value = Math.round(share * 100);
    words.textContent = share < 1 ? `${bar.value} %` : "looking at the file";
  });
  request.addEventListener("load", () => finish(form, request));
  request.addEventListener("error", () => fail(form, "The connection broke. Please try again."));
  progress.hidden = false;
  button.disabled = true;
  request.open("POST", form.action);
  request.send(new FormData(form));
}

/**
 * Go where the server sent us, or show its page's form with what is wrong with the file.
 * @param {HTMLFormElement} form
 * @param {XMLHttpRequest} request
 */
function finish(form, request) {
  if (request.status < 300) {
    window.location.assign(request.responseURL);
    return;
  }
  const answer = new DOMParser().parseFromString(request.responseText, "text/html").getElementById(form.id);
  if (answer) {
    form.replaceWith(answer);
    /** @type {HTMLElement | null} */ (answer.querySelector("input[type=file]"))?.focus();
  } else {
    fail(form, "The upload was refused. Reload the page and try again.");
  }
}

/**
 * @param {HTMLFormElement} form
 * @param {string} sentence
 */
function fail(form, sentence) {
  const input = /** @type {HTMLInputElement} */ (form.querySelector("input[type=file]"));
  /** @type {HTMLElement} */ (form.querySelector("[data-upload-progress]")).hidden = true;
  /** @type {HTMLButtonElement} */ (form.querySelector("[type=submit]")).disabled = false;
  input.setCustomValidity(sentence);
  input.reportValidity();
  input.addEventListener("change", () => input.setCustomValidity(""), { once: true });
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.matches("[data-upload]")) return;
  event.preventDefault();
  const file = /** @type {HTMLInputElement} */ (form.querySelector("input[type=file]")).files?.[0];
  if (file && file.size > Number(form.dataset.mostBytes)) {
    fail(form, "The file is larger than 100 MB. Split it by date and upload the parts one after the other.");
  } else {
    send(form);
  }
});
