/** Growing pauses with full jitter: many clients that lost one server come back spread out. */
export class Backoff {
  #attempt = 0;

  /**
   * @param {number} baseMs the first pause is shorter than this, each further one may be twice as long
   * @param {number} capMs the longest
   * @param {() => number} random 0 ≤ x < 1
   */
  constructor(baseMs, capMs, random = Math.random) {
    this.baseMs = baseMs;
    this.capMs = capMs;
    this.random = random;
  }

  /** The next pause in milliseconds. */
  next() {
    return this.random() * Math.min(this.capMs, this.baseMs * 2 ** this.#attempt++);
  }

  reset() {
    this.#attempt = 0;
  }
}
