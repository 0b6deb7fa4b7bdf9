"""What conversations refuse, beyond the house's own refusals."""

from stores.errors import Conflict


class Taken(Conflict):
    """Another expert claimed the conversation first."""

    code = "taken"
    message = "Another expert was quicker."


class NoRoom(Conflict):
    code = "no_room"
    message = "You already have as many conversations as you chose. Close one first."


class Closed(Conflict):
    code = "closed"
    message = "This conversation has ended."


class Undisclosed(Conflict):
    """An expert's words without the line about the paid relationship before them (DESIGN, rule 7)."""

    code = "undisclosed"
    message = "The shopper has not been told yet who you are. Claim the conversation first."
