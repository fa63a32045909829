"""From what a person names to a file: a path as it is, an ``http(s)`` address fetched into a temporary folder."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from ..ontology.errors import UnreadableSource
from .cells import slug

_SECONDS = 60


@contextlib.contextmanager
def fetched(source: str | Path) -> Iterator[Path]:
    """Yield the path of an input, which an address keeps only as long as the context lasts.

    :raises UnreadableSource: If the address does not answer, or answers with an error.
    """
    address = str(source)
    if not address.startswith(("http://", "https://")):
        yield Path(source)
        return
    parts = urllib.parse.urlsplit(address)
    where = Path(urllib.parse.unquote(parts.path))
    # The file lies in a folder as on the server, by which it is told from one of the same name elsewhere.
    within = slug(where.parent.name) or slug(parts.hostname or "") or "download"
    if parts.query:
        within += f"-{hashlib.sha256(parts.query.encode()).hexdigest()[:8]}"
    with tempfile.TemporaryDirectory(prefix="multilateral-") as folder:
        path = Path(folder) / within[-100:] / (where.name or "download")
        path.parent.mkdir()
        try:
            with urllib.request.urlopen(address, timeout=_SECONDS) as answer, path.open("wb") as out:  # noqa: S310
                shutil.copyfileobj(answer, out)
        except urllib.error.HTTPError as error:
            raise UnreadableSource(
                f"{address} answers {error.code} {error.reason}", advice="check the address in a browser"
            ) from error
        except (urllib.error.URLError, TimeoutError) as error:
            reason = getattr(error, "reason", error)
            raise UnreadableSource(
                f"{address} does not answer ({reason})", advice="check the address and the network"
            ) from error
        yield path
