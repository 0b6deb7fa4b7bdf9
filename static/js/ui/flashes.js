/** `[data-dismiss]` inside a `[data-flash]` takes the message away. */

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element && event.target.closest("[data-dismiss]");
  if (button) button.closest("[data-flash]")?.remove();
});
