"""The version of its data that one of our own endpoints tells: the quickest way to see that nothing has changed.

The description at ``/.well-known/void`` (W3C, Describing Linked Datasets with VoID) names the endpoint to which it
belongs, and the ``ETag`` of our endpoints begins with the fingerprint of the store. Of other services it may mean the
text of the description only, so that of those nothing is taken.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin

import pyoxigraph as ox

from ...ontology.model import ID
from .errors import SignInRefused, StoreUnavailable
from .service import Service

_VOID = "http://rdfs.org/ns/void#"
_TAG = re.compile(r'(?:W/)?"([0-9a-f]{16})-\w+"')
_MOST = 4 << 20


def edition_of(service: Service) -> str | None:
    """Return the version of the data behind one of our own endpoints; ``None`` where it is none, or does not tell.

    :raises SignInRefused: If the service lets nobody in.
    """
    try:
        status, headers, body = service.fetch(urljoin(service.address.url, "/.well-known/void"), "text/turtle", _MOST)
    except SignInRefused:
        raise
    except StoreUnavailable:
        return None
    tag = _TAG.fullmatch(headers.get("ETag") or "")
    if status != 200 or tag is None or len(body) == _MOST or ID.encode() not in body:
        return None
    try:
        found = {(t.predicate.value, str(t.object)) for t in ox.parse(body, format=ox.RdfFormat.TURTLE)}
    except (SyntaxError, ValueError):
        return None
    ours = (f"{_VOID}uriSpace", str(ox.Literal(ID))) in found
    same = (f"{_VOID}sparqlEndpoint", str(ox.NamedNode(service.address.url))) in found
    return tag[1] if ours and same else None
