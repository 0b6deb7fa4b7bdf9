/** Says on the page what allauth's passkey script would only write into the console. */

const WORDS = new Map([
  ["NotAllowedError", "That did not work, or it was cancelled. Try once more, or choose another way."],
  ["InvalidStateError", "This device is already among your keys."],
  ["NotSupportedError", "This browser cannot use passkeys here. Choose another way."],
]);
const OTHERWISE = "The key could not be used just now. Try once more, or choose another way.";

document.addEventListener("allauth.error", (event) => {
  const place = document.querySelector(".flashes");
  if (!(event instanceof CustomEvent) || !place) return;
  event.preventDefault();
  const note = document.createElement("p");
  note.className = "note note--bad";
  note.textContent = WORDS.get(event.detail?.exception?.name) ?? OTHERWISE;
  place.replaceChildren(note);
  place.scrollIntoView({ block: "nearest" });
});
