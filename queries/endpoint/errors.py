"""The one error of a request: its HTTP status and a sentence for the person who sent it."""

from __future__ import annotations

from ...ontology.errors import MultilateralError


class Refused(MultilateralError):
    """Raised when a request is not answered with a result.

    :ivar status: The HTTP status.
    :ivar headers: Further headers of the response, such as ``Allow`` or ``Retry-After``.
    """

    def __init__(self, status: int, sentence: str, **headers: str) -> None:
        self.status, self.sentence = status, sentence
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        super().__init__(sentence)
