"""What the house refuses, said once: a code for programs, a sentence for people, a status for HTTP.

`RefusalMiddleware` makes a page or a JSON body of a Refusal, consumers an error frame.
"""


class Refusal(Exception):
    """A request that cannot be done as asked. Nothing of it has been written when this leaves a door."""

    code = "refused"
    status = 400
    message = "This cannot be done."

    def __init__(self, message: str = "", **details: object) -> None:
        super().__init__(message or self.message)
        self.message = message or self.message
        self.details = details


class BadInput(Refusal):
    code = "bad_input"
    message = "Something in this request cannot be read. Check it and try again."


class BadAmount(BadInput):
    code = "bad_amount"


class NotAuthentic(Refusal):
    """A signature, key or token that is missing or wrong. Says no more than that."""

    code = "not_authentic"
    status = 401
    message = "The signature or key is missing or wrong."


class NotAllowed(Refusal):
    code = "not_allowed"
    status = 403
    message = "Your role does not allow this. Ask an owner of the store."


class NotFound(Refusal):
    """Missing, and hidden alike: the answer is the same, byte for byte."""

    code = "not_found"
    status = 404
    message = "There is nothing here."


class Conflict(Refusal):
    """The state has moved on: somebody was quicker, or it was done before."""

    code = "conflict"
    status = 409
    message = "This has changed in the meantime. Reload and try again."


class Expired(Refusal):
    code = "expired"
    status = 410
    message = "This link has expired. Ask for a new one."


class TooLarge(Refusal):
    code = "too_large"
    status = 413
    message = "This is larger than we accept."


class TooMany(Refusal):
    code = "too_many"
    status = 429
    message = "That was too fast. Wait a moment and try again."
