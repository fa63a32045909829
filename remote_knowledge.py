"""The Python face of a SPARQL service: what a store in a folder answers, a service answers too."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from .graph.reading import Reader
from .graph.remote.address import Address
from .graph.remote.errors import shown
from .graph.remote.reading import copy_of
from .graph.remote.reading_layout import Found
from .graph.remote.service import Service
from .knowledge import EngineName, KnowledgeGraph, Map
from .ontology.errors import BadParameter

if TYPE_CHECKING:
    from .queries.engines import Engine
    from .queries.runner import Answer

#: Seconds for which what a service holds is taken to be as it was: one command asks several times within them.
FRESH = 5.0


def address_of(url: str) -> Address:
    """Return the address of a service with user, password, token and time limit from the environment.

    :raises BadParameter: If the URL or the time limit is none.
    """
    seconds = os.environ.get("MULTILATERAL_SPARQL_SECONDS") or "120"
    try:
        limit = float(seconds)
    except ValueError:
        limit = 0.0
    if not 0 < limit < float("inf"):
        raise BadParameter(
            f"MULTILATERAL_SPARQL_SECONDS: {seconds!r} is not a number of seconds above 0; write for instance 300."
        )
    user, password, token = (
        os.environ.get(f"MULTILATERAL_SPARQL_{word}") or None for word in ("USER", "PASSWORD", "TOKEN")
    )
    return Address(url, user, password, token, seconds=limit)


class RemoteKnowledgeGraph(KnowledgeGraph):
    """A SPARQL service and what can be asked of it. ``path`` is the folder of the copy from which most is answered."""

    def __init__(self, address: Address, *, notice: Callable[[str], None]) -> None:
        super().__init__(Path(), notice=notice)
        self.address = address
        self._found: Found | None = None
        self._looked = 0.0

    def __repr__(self) -> str:
        return f"<RemoteKnowledgeGraph {shown(self.address.url)}>"

    @property
    def reader(self) -> Reader:
        """A fresh copy of what the service holds, opened for reading.

        :raises StoreUnavailable: If the service does not answer, or not in full.
        """
        if self._found is None or time.monotonic() - self._looked > FRESH:
            with Service(self.address) as service:
                self.path, self._found = copy_of(service, self._notice)
            self._looked = time.monotonic()
        return super().reader

    def load(self, *sources: Any, **options: Any) -> NoReturn:
        """Refuse: a service is only read.

        :raises BadParameter: Always.
        """
        raise self._only_read()

    def forget(self, source_id: str) -> NoReturn:
        """Refuse: a service is only read.

        :raises BadParameter: Always.
        """
        raise self._only_read()

    def _only_read(self) -> BadParameter:
        return BadParameter(
            f"{shown(self.address.url)} is a SPARQL service, and services are only read; write to a store in a folder "
            "and send it there with `multilateral mirror push`."
        )

    def answer(
        self, name: str, parameters: Mapping[str, Any], *, engine: EngineName | Engine = "sparql", lang: str = "en"
    ) -> Answer:
        """Run a canned question: in SPARQL by the service where it has the ontology too, else on the copy."""
        from .graph.remote.reading_query import with_prefixes
        from .graph.remote.reading_whole import check_whole
        from .queries.engines import SparqlEngine
        from .queries.runner import run

        reader = self.reader
        found = self._found
        if engine != "sparql" or found is None or not found.ontology or found.own_default:
            return run(reader, name, parameters, engine=engine, lang=lang)
        with Service(self.address) as service:
            service.dataset = found.dataset()

            def select(text: str) -> list[dict[str, Any]]:
                rows = list(service.select(with_prefixes(text)))
                check_whole(service, with_prefixes(text), len(rows), self._notice)
                return rows

            return run(reader, name, parameters, engine=SparqlEngine(select), lang=lang)

    def rows_of(self, text: str) -> tuple[list[str], list[dict[str, Any]]]:
        """Send a SPARQL text that reads to the service, whatever it holds.

        :raises BadParameter: If it is an update.
        :raises BadQuery: If it is wrong.
        """
        from .graph.remote.reading_query import ask, form_of, with_prefixes
        from .graph.remote.reading_whole import check_whole
        from .knowledge import table_of

        with Service(self.address) as service:
            columns, rows = table_of(ask(service, text, self._notice))
            check_whole(service, with_prefixes(text), len(rows), self._notice, select=form_of(text) == "select")
        return columns, rows

    def map(self, *, focus: str | None = None, title: str | None = None, **options: Any) -> Map:
        """Return an interactive map, as :meth:`KnowledgeGraph.map` does."""
        return super().map(focus=focus, title=title or (None if focus else shown(self.address.url)), **options)
