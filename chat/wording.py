"""What Peerside itself says in a conversation. Every sentence must be true at the moment it is said."""

BEFORE_CLAIM = (
    "Answers come from customers of {store}, not from its staff. They earn a commission if you buy something "
    "after the conversation."
)
DISCLOSURE = "{expert} is a customer of {store} and earns a commission if you buy something after this conversation."
PROMISE = (
    "Nobody is free right now. Your question stays here, where the experts of {store} see it: come back to this "
    "page on this device and you will find the answer as soon as one of them has written it."
)


def disclosure(*, store: str, expert: str = "") -> str:
    """The line about the paid relationship, before and after it is known who answers."""
    return DISCLOSURE.format(store=store, expert=expert) if expert else BEFORE_CLAIM.format(store=store)


def promise(*, store: str) -> str:
    """What a shopper is told when nobody is free."""
    return PROMISE.format(store=store)
