/** A `details.menu` closes with Escape, with a click elsewhere and when the focus leaves it. */

/** @param {(menu: HTMLDetailsElement) => boolean} isToClose */
function closeMenus(isToClose) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu instanceof HTMLDetailsElement && isToClose(menu)) menu.open = false;
  }
}

document.addEventListener("click", (event) => {
  closeMenus((menu) => !(event.target instanceof Node && menu.contains(event.target)));
});

document.addEventListener("focusin", (event) => {
  closeMenus((menu) => !(event.target instanceof Node && menu.contains(event.target)));
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  closeMenus((menu) => {
    if (menu.contains(document.activeElement)) menu.querySelector("summary")?.focus();
    return true;
  });
});
