"""Where a SPARQL service is and who asks; no message and no ``repr`` shows a password or a token."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ...ontology.errors import BadParameter
from .errors import shown


@dataclass(frozen=True, slots=True)
class Address:
    """Where a SPARQL service is, and who asks. Password and token are never shown.

    ``url`` answers queries. ``update`` and ``graphs`` are the URLs for SPARQL Update and for the Graph Store Protocol,
    which are looked for beside it where they are not given. ``seconds`` is how long one answer may take.

    :raises BadParameter: If an URL is none, or holds a user and password.
    """

    url: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    update: str | None = None
    graphs: str | None = None
    seconds: float = 120.0

    def __post_init__(self) -> None:
        for url in (self.url, self.update, self.graphs):
            if url is None:
                continue
            try:
                parts = urlsplit(url)
                fits = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
            except ValueError:
                raise BadParameter(f"{shown_or(url)!r} is not an address; write https://example.org/sparql.") from None
            if parts.username is not None or parts.password is not None:
                raise BadParameter(
                    "The address must hold no user and no password, because others can read it in the list of "
                    "processes; put them into MULTILATERAL_SPARQL_USER and MULTILATERAL_SPARQL_PASSWORD."
                )
            if not fits or not url.isprintable() or " " in url:
                raise BadParameter(
                    f"{shown_or(url)!r} is not the address of a SPARQL service; write for instance "
                    "http://localhost:3030/ds/sparql."
                )
        if any(not (v or "").isprintable() for v in (self.user, self.password, self.token)):
            raise BadParameter("User, password and token cannot hold line ends and control characters; give them anew.")


def shown_or(url: str) -> str:
    """Return an address as messages show it, also one that is none."""
    try:
        return shown(url)
    except ValueError:
        return "the address given"
