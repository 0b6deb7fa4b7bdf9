/** Elements and words. Content goes in as text nodes only. */

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {string} [className]
 * @param {string} [text]
 */
export function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

/** @param {string} id */
export function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/**
 * A portrait, or the first letter of the name.
 * @param {{name: string, face: string}} person
 * @param {string} [size]
 */
export function face({ name, face: address }, size = "") {
  const className = `face ${size}`.trim();
  if (!address) {
    const letter = element("span", className, [...name][0] ?? "");
    letter.ariaHidden = "true";
    return letter;
  }
  const image = element("img", className);
  image.src = address;
  image.alt = "";
  return image;
}

const clockFormat = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const dayFormat = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const monthFormat = new Intl.DateTimeFormat("en", { month: "short", year: "numeric", timeZone: "UTC" });

/** @param {string} at "14:05", in the shopper's own zone */
export const timeOfDay = (at) => clockFormat.format(new Date(at));

/** @param {string} at */
export const dayOf = (at) => dayFormat.format(new Date(at));

/** @param {string} on "2025-04-30" → "Apr 2025" */
export const monthOf = (on) => monthFormat.format(new Date(on));

/** @param {number} milliseconds 12,000 → "0:12" */
export function clock(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/**
 * What is kept for this visit, and only here.
 * @param {string} name
 */
export function note(name) {
  return {
    read() {
      try {
        return sessionStorage.getItem(name) ?? "";
      } catch {
        return "";
      }
    },
    /** @param {string} text */
    write(text) {
      try {
        if (text) sessionStorage.setItem(name, text);
        else sessionStorage.removeItem(name);
      } catch {
        // Refused: it lives as long as the page.
      }
    },
  };
}
