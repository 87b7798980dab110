"""The one error that landing raises on purpose."""


class Refusal(Exception):
    """An export or a command that cannot be accepted; the text is one line for the user.

    It names the file, the row and the column where that is known, and how to mend it.
    """

    def __init__(self, message: str) -> None:
        """Whatever the message quotes, it stays one line."""
        super().__init__(" ".join(message.split()))
