/** `<button data-opens="ID">` opens that `<dialog>`; `data-closes` and a click beside it close it. */

document.addEventListener("click", (event) => {
  const target = event.target;
  if (!(target instanceof Element)) return;
  const opener = target.closest("[data-opens]");
  if (opener instanceof HTMLElement) {
    const dialog = document.getElementById(opener.dataset.opens ?? "");
    if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
    return;
  }
  if (target.closest("[data-closes]")) {
    target.closest("dialog")?.close();
  } else if (target instanceof HTMLDialogElement && isBeside(target, event)) {
    target.close();
  }
});

/**
 * Whether a click that the dialog received fell on its backdrop.
 * @param {HTMLDialogElement} dialog
 * @param {MouseEvent} event
 */
function isBeside(dialog, event) {
  const box = dialog.getBoundingClientRect();
  const inside =
    event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
  // Enter on a control clicks at 0, 0: that is no click beside.
  return !inside && event.detail > 0;
}
