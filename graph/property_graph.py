"""The embedded property graph: a kglite file that answers Cypher, made from the truth and checked against it."""

from __future__ import annotations

import warnings
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from ..ontology.errors import BadQuery, MultilateralError
from ..ontology.model import ID, Entity
from .projections import Built, discard, projection
from .rows import Row, entity_row, labels, link_row, relationship_type

if TYPE_CHECKING:
    from .reading import Reader

_FILE = "graph.kgl"
_TIMEOUT_MS = 60_000


class PropertyGraph:
    """The property graph of a store's present truth, opened for reading.

    A node is an entity, with its class and superclasses as labels; a relationship is a link. Two links between
    the same two things are two relationships.
    """

    def __init__(self, reader: Reader) -> None:
        import kglite

        # A label or type that nothing bears yet is no fault of the reader's: no word on standard error.
        kglite.set_query_warning_policy("silent")
        self.built = projection(reader.store, "cypher", lambda built, before: _build(reader, built))
        try:
            self.graph = kglite.load(str(self.built.folder / _FILE))
        except (kglite.KgError, OSError):
            discard(self.built)
            self.built = projection(reader.store, "cypher", lambda built, before: _build(reader, built))
            self.graph = kglite.load(str(self.built.folder / _FILE))
        self.graph.read_only(True)

    def rows(self, text: str, parameters: dict[str, Any] | None = None) -> tuple[list[str], list[Row]]:
        """Run a Cypher query that reads; return its columns and its rows.

        :raises BadQuery: If the text is wrong, would write, or takes longer than a minute.
        """
        import kglite

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a label that nothing bears yet is no fault of the reader's
                result: Any = self.graph.cypher(text, params=parameters or {}, timeout_ms=_TIMEOUT_MS)
        except kglite.ReadOnlyError as error:
            raise BadQuery(
                "The Cypher text would write, and this command only reads; use `load` and `forget` to change the store."
            ) from error
        except kglite.CypherTimeoutError as error:
            raise BadQuery(f"The Cypher query ran longer than {_TIMEOUT_MS // 1000} seconds; narrow it.") from error
        except kglite.KgError as error:
            raise BadQuery(f"The Cypher text is wrong: {str(error).splitlines()[0]}.") from error
        return list(result.columns), result.to_list()


def _build(reader: Reader, built: Built) -> None:
    import kglite

    built.damaged = dict(reader.index.damaged)
    entities = reader.entities()
    relationships: dict[str, list[Row]] = defaultdict(list)
    expected = 0
    for link, source_id in reader.links():
        ends = {"from": link.source_iri, "to": link.target_iri}
        relationships[link.relation].append(link_row(link, source_id) | ends)
        expected += 1
    keys = _keys(entities)
    nodes = [entity_row(e) | {"id": keys[e.iri]} for e in entities.values()]
    for rows in relationships.values():
        for row in rows:
            row["from"], row["to"] = keys[row["from"]], keys[row["to"]]
    # One primary type and one group a relation: with a type a class, kglite merges parallel links in silence.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graph = kglite.from_records(
            {
                "nodes": [{"type": "Entity", "id_field": "id", "title_field": "name", "records": nodes}],
                "connections": [
                    {
                        "type": relationship_type(relation),
                        "source_type": "Entity",
                        "source_id_field": "from",
                        "target_type": "Entity",
                        "target_id_field": "to",
                        "records": rows,
                    }
                    for relation, rows in sorted(relationships.items())
                ],
            },
            on_missing_endpoint="error",
        )
    members: dict[str, list[str]] = defaultdict(list)
    for entity in entities.values():
        for label in labels(entity):
            members[label].append(keys[entity.iri])
    for label, ids in sorted(members.items()):
        if label != "Entity":
            graph.add_label("Entity", ids, label)
    graph.create_index("Entity", "iri")
    _check(graph, expected, {row["iri"] for rows in relationships.values() for row in rows})
    graph.save(str(built.folder / _FILE))


def _keys(entities: dict[str, Entity]) -> dict[str, str]:
    """Return the id of every thing: its own identifier where that is unique, else the end of its IRI."""
    times = Counter(e.identifier for e in entities.values())
    times.update(iri.removeprefix(ID) for iri in entities)  # an identifier that is the end of another's IRI is no key
    return {
        iri: e.identifier if e.identifier and times[e.identifier] == 1 else iri.removeprefix(ID)
        for iri, e in entities.items()
    }


def _check(graph: Any, expected: int, iris: set[str]) -> None:
    """Compare what arrived with what was sent: this engine has lost parallel links without a word before."""
    arrived = graph.cypher("MATCH ()-[r]->() RETURN r.iri AS iri").to_list() if expected else []
    if len(arrived) != expected or {row["iri"] for row in arrived} != iris:
        raise MultilateralError(
            f"The embedded property graph holds {len(arrived)} of {expected} links, so it is not used; "
            "ask the same in SPARQL and report this."
        )
