/** Keeps `time[data-when]` ("4 minutes ago") and `time[data-clock]` ("0:12") true while a page stays open. */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

/**
 * How long ago in words, as `time_words` of stores/templatetags/peerside.py says it.
 * @param {number} seconds
 * @returns {string | null} null where the date should stand
 */
export function timeWords(seconds) {
  if (seconds < 0 || seconds >= WEEK) return null;
  if (seconds < MINUTE) return "just now";
  const [size, unit] = seconds >= DAY ? [DAY, "day"] : seconds >= HOUR ? [HOUR, "hour"] : [MINUTE, "minute"];
  const count = Math.floor(seconds / Number(size));
  return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
}

/**
 * A running clock: 12 → "0:12", 3723 → "1:02:03".
 * @param {number} seconds
 */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (/** @type {number} */ part) => String(part).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(whole / HOUR), Math.floor((whole % HOUR) / MINUTE), whole % MINUTE];
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** @param {HTMLTimeElement} element */
function secondsSince(element) {
  return (Date.now() - Date.parse(element.dateTime)) / 1000;
}

/**
 * @param {string} selector
 * @param {(seconds: number) => string | null} words
 */
function refresh(selector, words) {
  for (const element of document.querySelectorAll(selector)) {
    if (!(element instanceof HTMLTimeElement)) continue;
    const text = words(secondsSince(element));
    if (text !== null && text !== element.textContent) element.textContent = text;
  }
}

setInterval(() => refresh("time[data-clock]", clock), 1000);
setInterval(() => refresh("time[data-when]", timeWords), 20_000);
