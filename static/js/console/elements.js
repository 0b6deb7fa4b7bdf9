/** Elements of the console's lists. Content goes in as text nodes only. */

import { element } from "../widget/elements.js";

export { byId, dayOf, element, note, timeOfDay } from "../widget/elements.js";

const SVG = "http://www.w3.org/2000/svg";
const HUES = 8;

/**
 * A symbol of img/icons.svg.
 * @param {string} name
 */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  svg.classList.add("icon");
  svg.ariaHidden = "true";
  use.setAttribute("href", `${document.getElementById("inbox")?.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}

/**
 * Make an avatar stand for a pseudonym: its initials on a colour of its own.
 * @param {HTMLElement} avatar
 * @param {string} name
 */
export function stand(avatar, name) {
  if (avatar.dataset.name === name) return;
  avatar.dataset.name = name;
  const hue = [...name].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0) % HUES;
  avatar.className = `avatar avatar--h${hue}`;
  avatar.textContent = name.split(" ").map((word) => word[0] ?? "").join("");
}

/**
 * A button that does something and cannot be pressed twice meanwhile.
 * @param {string} className
 * @param {string} text
 * @param {() => Promise<unknown>} act
 */
export function button(className, text, act) {
  const made = element("button", className, text);
  made.type = "button";
  made.addEventListener("click", async () => {
    made.disabled = true;
    try {
      await act();
    } finally {
      made.disabled = false;
    }
  });
  return made;
}

/**
 * Write a text where it differs, so that nothing is read out twice.
 * @param {Element} place
 * @param {string} text
 */
export function write(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

/**
 * Bring a list up to date without drawing anew what stays: focus and selection stay with it.
 * @template T
 * @param {HTMLElement} list
 * @param {T[]} items
 * @param {{key: (item: T) => string, make: (item: T) => HTMLElement, update: (made: HTMLElement, item: T) => void}} how
 */
export function reconcile(list, items, { key, make, update }) {
  const keys = new Set(items.map(key));
  /** @type {Map<string, HTMLElement>} */
  const present = new Map();
  for (const child of [...list.children]) {
    const known = child instanceof HTMLElement ? child.dataset.key : undefined;
    if (known !== undefined && keys.has(known)) present.set(known, /** @type {HTMLElement} */ (child));
    else child.remove();
  }
  items.forEach((item, index) => {
    let made = present.get(key(item));
    if (!made) {
      made = make(item);
      made.dataset.key = key(item);
    }
    const there = list.children[index] ?? null;
    if (there !== made) list.insertBefore(made, there);
    update(made, item);
  });
}

/**
 * @param {HTMLElement} root
 * @param {string} part the value of its data-part
 */
export function part(root, part) {
  return /** @type {HTMLElement} */ (root.querySelector(`[data-part="${part}"]`));
}

/**
 * An element that `part` finds again.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {string} name
 * @param {string} [className]
 */
export function named(tag, name, className = "") {
  const made = element(tag, className);
  made.dataset.part = name;
  return made;
}
