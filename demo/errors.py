"""What the shop says when it cannot do what was asked."""


class ShopProblem(Exception):
    """A refusal in words for the person in front of the page; nothing was changed."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
