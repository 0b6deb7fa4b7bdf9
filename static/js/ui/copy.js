/** `<button data-copy="ID">` copies the text of that element and says so for a moment. */

const SAID_FOR_MS = 2000;

/** @param {Element} source */
function textOf(source) {
  return source instanceof HTMLInputElement || source instanceof HTMLTextAreaElement
    ? source.value
    : (source.textContent ?? "");
}

/** @param {HTMLElement} source */
function select(source) {
  const range = document.createRange();
  range.selectNodeContents(source);
  getSelection()?.removeAllRanges();
  getSelection()?.addRange(range);
}

/**
 * @param {HTMLElement} button
 * @param {string} said
 */
function say(button, said) {
  const word = button.querySelector("[data-copy-word]");
  if (!word || button.dataset.said) return;
  const before = word.textContent;
  button.dataset.said = "yes";
  word.textContent = said;
  word.setAttribute("aria-live", "polite");
  setTimeout(() => {
    word.textContent = before;
    delete button.dataset.said;
  }, SAID_FOR_MS);
}

document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element && event.target.closest("[data-copy]");
  if (!(button instanceof HTMLElement)) return;
  const source = document.getElementById(button.dataset.copy ?? "");
  if (!source) return;
  try {
    await navigator.clipboard.writeText(textOf(source));
    say(button, "Copied");
  } catch {
    // No clipboard without a secure origin or a permission: leave the text selected for the person's own keys.
    select(source);
    say(button, "Selected");
  }
});
