"""What goes wrong with a SPARQL service, one class and one sentence each. No sentence holds a password or a token."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

from ...ontology.errors import MultilateralError


class StoreUnavailable(MultilateralError):
    """Raised when a service does not answer, stops in the middle or answers with something else than it should."""

    def __init__(self, url: str, problem: str, advice: str = "") -> None:
        self.url = shown(url)
        super().__init__(f"The SPARQL service at {self.url} {problem}{f'; {advice}' if advice else ''}.")


class TooSlow(StoreUnavailable):
    """Raised when a service takes longer than it is given, or gives up itself for lack of time."""


class NotSparql(StoreUnavailable):
    """Raised when what answers is no SPARQL service, or hides an error in an answer that claims success."""


class Refused(StoreUnavailable):
    """Raised when a service understands and does not do it: no right to write, only reading, too large."""


class SignInRefused(Refused):
    """Raised when a service refuses the user, the password or the token, or wants one and has none."""


class ChangedMeanwhile(StoreUnavailable):
    """Raised when what a push wrote is not there any more, because others wrote too or the service lost it."""


class NeedsStore(MultilateralError):
    """Raised when something is asked that only a store in a folder, or a Neo4j, can answer."""


def shown(url: str) -> str:
    """Return an address as messages show it: without user, password, query and fragment, which may be secrets.

    >>> shown("https://user:secret@example.org/sparql?key=secret")
    'https://example.org/sparql'
    """
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def brief(body: bytes | str, kind: str = "") -> str:
    """Return the beginning of what a service says of an error, on one line; of a page in HTML its text."""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
    if "html" in kind or text.lstrip()[:1] == "<":
        text = re.sub(r"(?is)<(style|script)\b.*?</\1>|<[^>]*>", " ", text)
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return (text if len(text) <= 200 else f"{text[:200]} …").rstrip(". ")
