"""Asking a Neo4j: Cypher texts that read, with the same face as the embedded property graph."""

from __future__ import annotations

from typing import Any

from ...ontology.errors import BadQuery, MultilateralError
from ..rows import Row
from .connection import Address, Server

_TIMEOUT = 60.0


class RemoteCypher:
    """A Neo4j opened for asking; use it as ``with RemoteCypher(address) as graph``, or close it."""

    def __init__(self, address: Address) -> None:
        self._server = Server(address)

    def __enter__(self) -> RemoteCypher:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._server.__exit__(None, None, None)

    def rows(self, text: str, parameters: dict[str, Any] | None = None) -> tuple[list[str], list[Row]]:
        """Run a Cypher query that reads; return its columns and its rows.

        It runs in the server's read access mode: the server itself refuses what would write.

        :raises BadQuery: If the text is wrong, would write, or takes longer than a minute.
        """
        import neo4j
        from neo4j.exceptions import ClientError, Neo4jError

        def ask(tx: Any) -> tuple[list[str], list[Row]]:
            result = tx.run(text, parameters or {})
            return list(result.keys()), [{k: _plain(v) for k, v in record.items()} for record in result]

        try:
            return self._server.read(neo4j.unit_of_work(timeout=_TIMEOUT)(ask))
        except MultilateralError as error:
            cause = error.__cause__ if isinstance(error.__cause__, Neo4jError) else None
            if cause is None:
                raise
            code = str(cause.code or "")
            if code.endswith("Statement.AccessMode"):
                raise BadQuery(
                    "The Cypher text would write, and this command only reads; the server has refused it and nothing "
                    "was changed."
                ) from error
            if "TimedOut" in code or "Timeout" in code:
                raise BadQuery(f"The Cypher query ran longer than {_TIMEOUT:.0f} seconds; narrow it.") from error
            if isinstance(cause, ClientError) and code.startswith("Neo.ClientError.Statement"):
                raise BadQuery(f"The Cypher text is wrong: {_first_line(cause)}.") from error
            raise


def _first_line(error: Any) -> str:
    return (str(error.message).splitlines() or [""])[0].rstrip(".")


def _plain(value: Any) -> Any:
    """Return a value as rows hold it: a node or relationship by its properties, a date as ISO text."""
    from neo4j import graph

    if isinstance(value, graph.Node):
        return {**{k: _plain(v) for k, v in value.items()}, "labels": sorted(value.labels)}
    if isinstance(value, graph.Relationship):
        return {**{k: _plain(v) for k, v in value.items()}, "type": value.type}
    if isinstance(value, graph.Path):
        steps = zip(value.nodes, (*value.relationships, None), strict=True)
        return [_plain(step) for pair in steps for step in pair][:-1]
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return value.iso_format() if hasattr(value, "iso_format") else value
