/** A request that the server, or the way to it, has refused. */
export class RequestError extends Error {
  /**
   * @param {string} code as in docs/protocol.md; "unreachable" when there was no answer
   * @param {string} message for people
   * @param {boolean} isPermanent the same request would be refused again
   */
  constructor(code, message, isPermanent) {
    super(message);
    this.code = code;
    this.isPermanent = isPermanent;
  }
}

/** No answer: the same request may succeed later. */
export const unreachable = () => new RequestError("unreachable", "There is no connection at the moment.", false);
