"""The Python face of a store: ``multilateral.open(path)`` and the verbs of the command line."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from .graph.names import Hit
from .graph.projections import truth
from .graph.reading import Reader, Thing
from .graph.resolve import resolve
from .graph.selection import Chosen, Selection, left_out
from .graph.store import LoadReport, Store, is_store
from .ontology.errors import BadParameter, NoStore
from .ontology.model import Entity, Link, Loaded, Source
from .ontology.vocabulary import vocabulary

if TYPE_CHECKING:
    import networkx as nx

    from .graph.analysis.model import Result
    from .graph.export import ExportReport
    from .graph.paths import Explanation
    from .graph.remote.address import Address
    from .graph.status import Status
    from .graph.validation import Violation
    from .queries.engines import Engine
    from .queries.runner import Answer

EngineName: TypeAlias = Literal["sparql", "cypher"]

#: The name by which `load` knows the facts that ship with the package.
FIVE_DOCUMENTS = "five-documents"
#: The name by which `load` knows the authority file that ships with the package.
AUTHORITY = "authority"


@dataclass(frozen=True, slots=True)
class Found:
    """A thing that a search found, the name that matched, and how well (1 is the whole name)."""

    thing: Thing
    matched: str
    score: float


@dataclass(frozen=True, slots=True)
class Portrait:
    """All that is known of a thing: what each source says of it, and its links with the id of their source."""

    entity: Entity
    records: list[tuple[str, Entity]]
    links: list[tuple[Link, str]]


class Map:
    """A map that Jupyter shows inline and that :meth:`save` writes as one offline file.

    ``note`` says what a selection by date left out because nothing says when it held.
    """

    def __init__(self, html: str, note: str | None = None) -> None:
        self.html, self.note = html, note

    def save(self, path: str | Path) -> Path:
        """Write the page and return its path."""
        target = Path(path)
        target.write_text(self.html, encoding="utf-8")
        return target

    def _repr_html_(self) -> str:
        from html import escape

        # A frame of its own keeps the page's scripts and styles away from the notebook's.
        return (
            f'<iframe srcdoc="{escape(self.html, quote=True)}" width="100%" height="720" '
            'sandbox="allow-scripts allow-downloads" style="border:0"></iframe>'
        )


def _warn(sentence: str) -> None:
    warnings.warn(sentence, stacklevel=2)


def is_url(path: str | Path) -> bool:
    """Tell whether a store is given as the URL of a SPARQL service."""
    return isinstance(path, str) and path.partition("://")[0].lower() in ("http", "https")


def open(
    path: str | Path = "multilateral.db", *, notice: Callable[[str], None] = _warn, address: Address | None = None
) -> KnowledgeGraph:
    """Open the store at ``path``; where there is none, the first :meth:`KnowledgeGraph.load` makes it.

    ``path`` may be the URL of a SPARQL service, which is only read (``docs/remote.md``); who asks comes from the
    environment, or from an ``address`` with user and password. ``notice`` is told one sentence for each stored source
    that cannot be read, and for what is copied from a service; by default it is a warning.

    :raises NoStore: If there is something else at ``path``.
    :raises NewerStore: If a newer version of this package made the store.
    :raises BadParameter: If the URL is none of a SPARQL service.
    """
    if address is not None or is_url(path):
        from .remote_knowledge import RemoteKnowledgeGraph, address_of

        return RemoteKnowledgeGraph(address or address_of(str(path)), notice=notice)
    graph = KnowledgeGraph(path, notice=notice)
    if graph.path.exists():
        Store.open(graph.path)
    return graph


class KnowledgeGraph:
    """A store and what can be asked of it. Entities may be given by name, acronym, identifier or IRI.

    Keyword arguments called ``selection`` in the signatures are those of the command line: ``as_of``, ``from_``,
    ``until`` (ISO 8601 dates), ``relation``, ``type_``, ``source``, ``status`` (a word or a list of words).
    """

    def __init__(self, path: str | Path, *, notice: Callable[[str], None] = _warn) -> None:
        self.path = Path(path)
        self._notice = notice
        self._reader: Reader | None = None
        self._state = ""

    @property
    def reader(self) -> Reader:
        """The store opened for reading; opened anew when another process has changed it."""
        state = truth(Store.open(self.path)).fingerprint
        if self._reader is None or state != self._state:
            self._reader, self._state = Reader(self.path, self._notice), state
        return self._reader

    # --- loading ---------------------------------------------------------------------------------------------

    def load(
        self,
        *sources: str | Path,
        kind: str | None = None,
        skip_bad: bool = False,
        mapping: str | Path | None = None,
        progress: Callable[[str, int], None] = lambda source, count: None,
    ) -> list[LoadReport]:
        """Read files, folders or URLs into the store, all of them or none.

        ``"five-documents"`` stands for the facts that ship with the package, ``"authority"`` for its authority file.
        Things of different sources that the rules of ``docs/identity.md`` find to be one are tied. A folder is
        looked through for everything that is known; what is left out is told by ``notice``. ``skip_bad`` counts what
        is wrong in a source and reads the rest; a file of a folder that cannot be read at all, or not to its end, is
        left out and told, and what the store has of it stays. With a ``mapping`` (``docs/mapping.md``) all files given
        are one source, read through it. A file that has the name of one in another folder is another source.
        ``progress`` is told the source and the number of records read so far.

        :raises UnreadableSource: If an input is wrong; the store is as it was.
        :raises StoreLocked: If another process is writing.
        """
        from .graph.identity.keys import Watch
        from .graph.index_early import EarlyIndex
        from .loaders.authority import authority

        with Store.writing(self.path) as store, contextlib.closing(Watch(store, authority)) as watch:
            before = self._stored()
            loads = self._loaders(sources, before, kind=kind, skip_bad=skip_bad, mapping=mapping)
            with EarlyIndex(store) as early:
                reports = store.load(watch(loads), progress=progress, decide=watch.decide, witness=early)
                watch.keep()
                if early.under_way:
                    _ = Reader(self.path, self._notice).names  # this process has nothing else to do meanwhile
                early.keep(reports)
        from .loaders.places import replaced_by_another

        for report in reports:
            if report.outcome == "replaced" and (told := replaced_by_another(report.source, before)):
                self._notice(told)
        return reports

    def _stored(self) -> dict[str, Source]:
        return {source.id: source for source in self.sources()} if self.path.exists() else {}

    def loaders(
        self,
        *sources: str | Path,
        kind: str | None = None,
        skip_bad: bool = False,
        mapping: str | Path | None = None,
    ) -> Iterator[Loaded]:
        """Yield what :meth:`load` would store, one :class:`~multilateral.ontology.model.Loaded` a source."""
        yield from self._loaders(sources, self._stored(), kind=kind, skip_bad=skip_bad, mapping=mapping)

    def _loaders(
        self,
        sources: tuple[str | Path, ...],
        stored: Mapping[str, Source],
        *,
        kind: str | None,
        skip_bad: bool,
        mapping: str | Path | None,
    ) -> Iterator[Loaded]:
        from .loaders.authority import authority
        from .loaders.fetch import fetched
        from .loaders.five_documents import five_documents
        from .loaders.gather import Gathering
        from .loaders.iati_known import LinksSoFar
        from .loaders.mapping import load_mapping

        if mapping is not None:
            with contextlib.ExitStack() as fetching:
                data = [fetching.enter_context(fetched(source)) for source in sources]
                yield load_mapping(Path(mapping), data=data, skip_bad=skip_bad)
            return
        known = LinksSoFar(self.reader.stated_elsewhere("iati-tables") if self.path.exists() else None)
        gathering = Gathering(stored=stored, known=known, notice=self._notice, is_store=is_store, skip_bad=skip_bad)
        yield from gathering.read(sources, kind, {FIVE_DOCUMENTS: five_documents, AUTHORITY: authority})

    def forget(self, source_id: str) -> None:
        """Take a source out.

        :raises UnknownSource: If there is no such source.
        """
        if not self.path.exists():
            raise NoStore(f"There is no store at {self.path}, so there is nothing to forget.")
        from .graph.identity.keys import Watch
        from .loaders.authority import authority

        with Store.writing(self.path) as store:
            with contextlib.closing(Watch(store, authority)) as watch:
                store.forget(source_id, decide=watch.decide_without(source_id))
                watch.keep()

    def sources(self) -> list[Source]:
        """Return what is loaded."""
        return self.reader.sources()

    def status(self) -> Status:
        """Return counts of things, links and sources, and of what is undated or undescribed."""
        from .graph.status import status

        return status(self.reader)

    def validate(self) -> Iterator[Violation]:
        """Yield every record that breaks a rule of ``shapes.ttl``."""
        from .graph.validation import validate

        reader = self.reader
        readable = [source.id for source in reader.sources()]
        return validate(lambda: (quad for source_id in readable for quad in reader.store.quads(source_id)))

    # --- looking ---------------------------------------------------------------------------------------------

    def find(self, text: str, *, limit: int = 20, type_: str | None = None, lang: str = "en") -> list[Found]:
        """Return the things whose names come nearest to a text, best first, in spite of spelling and accents."""
        reader = self.reader
        hits: Iterable[Hit] = reader.names.find(text, limit if type_ is None else 200)
        if type_ is not None:
            wanted = next(iter(Selection.parse(vocabulary(), type_=type_).types))
            hits = [h for h in hits if h.type in vocabulary().classes and vocabulary().is_a(h.type, wanted)]
        return [Found(reader.thing(h.iri, lang), h.text, round(h.score, 3)) for h in list(hits)[:limit]]

    def resolve(self, text: str, *, lang: str = "en") -> str:
        """Return the IRI of the one thing that a name, acronym, identifier or IRI stands for.

        :raises AmbiguousName: With the candidates, if there are several.
        :raises UnknownEntity: With near names, if there is none.
        """
        return resolve(self.reader, text, lang=lang)

    def show(self, entity: str, *, lang: str = "en", **selection: Any) -> Portrait:
        """Return all that is known of a thing."""
        reader = self.reader
        iri = resolve(reader, entity, lang=lang)
        return Portrait(
            reader.entity(iri), reader.records(iri), list(self._chosen(reader, reader.links_of(iri), **selection))
        )

    def explain(
        self,
        start: str,
        end: str,
        *,
        longest: int = 6,
        limit: int = 10,
        through_all: bool = False,
        lang: str = "en",
        **selection: Any,
    ) -> Explanation:
        """Return the direct links and the shortest chains of links between two things."""
        from .graph.paths import explain

        reader = self.reader
        return explain(
            reader,
            resolve(reader, start, lang=lang),
            resolve(reader, end, lang=lang),
            selection=self.selection(**selection),
            longest=longest,
            limit=limit,
            through_all=through_all,
            lang=lang,
        )

    # --- asking ----------------------------------------------------------------------------------------------

    def answer(
        self, name: str, parameters: Mapping[str, Any], *, engine: EngineName | Engine = "sparql", lang: str = "en"
    ) -> Answer:
        """Run a canned question and return its columns and rows; things are :class:`Thing` objects."""
        from .queries.runner import run

        return run(self.reader, name, parameters, engine=engine, lang=lang)

    def query(self, name: str, *, engine: EngineName = "sparql", lang: str = "en", **parameters: Any) -> Any:
        """Run a canned question: a pandas ``DataFrame`` where pandas is installed, else a list of dictionaries.

        In both, a thing is its name; :meth:`answer` gives identifiers and IRIs too.
        """
        answer = self.answer(name, parameters, engine=engine, lang=lang)
        return _frame([c.name for c in answer.columns], answer.rows)

    def sparql(self, text: str) -> Any:
        """Run a SPARQL SELECT or ASK: a table as :meth:`query` gives it, or a truth value.

        :raises BadQuery: If the text is wrong, writes, or gives triples (use :meth:`export` for those).
        """
        columns, rows = self.rows_of(text)
        asked = columns == ["answer"] and len(rows) == 1 and isinstance(rows[0]["answer"], bool)
        return rows[0]["answer"] if asked else _frame(columns, rows)

    def rows_of(self, text: str) -> tuple[list[str], list[dict[str, Any]]]:
        """Run a SPARQL query of any form that reads, and return its columns and rows.

        :raises BadQuery: If the text is wrong or writes.
        """
        return table_of(self.reader.index.query(text))

    def cypher(self, text: str, **parameters: Any) -> Any:
        """Run a Cypher query on the embedded property graph: a table as :meth:`query` gives it."""
        return _frame(*self.reader.property_graph.rows(text, parameters))

    # --- the whole graph -------------------------------------------------------------------------------------

    def selection(self, **words: Any) -> Selection:
        """Return the selection that keyword arguments ask for, checked.

        :raises BadSelection: For a date, relation, class, status or source that does not exist.
        """
        known = {"as_of", "from_", "until", "relation", "type_", "source", "status"}
        for word in words:
            if word not in known:
                raise BadParameter(f"There is no selection {word!r}; there are {', '.join(sorted(known))}.")
        given = {k: v for k, v in words.items() if v is not None}
        return Selection.parse(vocabulary(), known_sources=list(self.reader.store.files()), **given)

    def _chosen(
        self, reader: Reader, links: Iterable[tuple[Link, str]], **selection: Any
    ) -> Iterator[tuple[Link, str]]:
        chosen = Chosen(self.selection(**selection), vocabulary())
        if chosen.selection.empty:
            return iter(links)
        return chosen(
            (link, source, reader.thing(link.source_iri).type, reader.thing(link.target_iri).type)
            for link, source in links
        )

    def to_networkx(self, *, lang: str = "en", **selection: Any) -> nx.MultiDiGraph[str]:
        """Return the graph as a ``networkx.MultiDiGraph``; :mod:`multilateral.graph.network` says what is in it.

        Its attributes ``undated`` and ``open`` count the links that a selection by date left out because nothing
        says when they held.
        """
        from .graph.network import to_networkx

        reader = self.reader
        entities = reader.entities()
        chosen = Chosen(self.selection(**selection), vocabulary())
        links = (
            (link, source, entities[link.source_iri].type, entities[link.target_iri].type)
            for link, source in reader.links()
        )
        kept = [e for e in entities.values() if chosen.selection.admits_type(e.type, vocabulary())]
        graph = to_networkx(kept, chosen(links), lang=lang)
        graph.graph.update(undated=chosen.undated, open=chosen.open)
        return graph

    def analyze(
        self, name: str, *, lang: str = "en", selection: dict[str, Any] | None = None, **options: Any
    ) -> Result:
        """Run an analysis on the selected network and return named rows with their definition."""
        from .graph.analysis.registry import analyses, run

        parameters = analyses()[name].parameters if name in analyses() else ()
        for parameter in parameters:
            if parameter.kind == "thing" and options.get(parameter.name):
                options[parameter.name] = self.resolve(str(options[parameter.name]), lang=lang)
        graph = self.to_networkx(lang=lang, **(selection or {}))
        result = run(name, graph, **options)
        note = left_out(graph.graph["undated"], graph.graph["open"])
        return result if note is None else replace(result, notes=(*result.notes, note))

    def map(
        self,
        *,
        focus: str | None = None,
        depth: int = 1,
        only: Iterable[str] | None = None,
        title: str | None = None,
        lang: str = "en",
        **selection: Any,
    ) -> Map:
        """Return an interactive map, of everything selected or of what lies within ``depth`` links of ``focus``."""
        from .viz.build import map_data
        from .viz.page import map_html

        reader = self.reader
        iri = resolve(reader, focus, lang=lang) if focus else None
        heading = title or (reader.thing(iri, lang).name if iri else self.path.name)
        data, note = map_data(
            reader, focus=iri, depth=depth, selection=self.selection(**selection), only=only, title=heading
        )
        return Map(map_html(data, lang=lang), note)

    def export(self, to: str, path: str | Path, **selection: Any) -> ExportReport:
        """Write the graph in a format that other programs read, each link with its identity and sources."""
        from .graph.export import export

        return export(self.reader, to, Path(path), self.selection(**selection))


def table_of(result: Any) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the columns and rows of a SELECT, ASK, CONSTRUCT or DESCRIBE as pyoxigraph answers it, values plain."""
    import pyoxigraph as ox

    if isinstance(result, ox.QueryBoolean):
        return ["answer"], [{"answer": bool(result)}]
    if isinstance(result, ox.QueryTriples):
        return ["subject", "predicate", "object"], [
            {"subject": _plain(t.subject), "predicate": _plain(t.predicate), "object": _plain(t.object)} for t in result
        ]
    names = [v.value for v in result.variables]
    return names, [{name: _plain(solution[name]) for name in names} for solution in result]


def _plain(term: Any) -> Any:
    import pyoxigraph as ox

    if not isinstance(term, ox.Literal):
        return None if term is None else getattr(term, "value", str(term))
    kind = term.datatype.value.rpartition("#")[2]
    if kind == "integer":
        return int(term.value)
    if kind in ("decimal", "double", "float"):
        return float(term.value)
    return term.value == "true" if kind == "boolean" else term.value


def _frame(columns: list[str], rows: list[dict[str, Any]]) -> Any:
    plain = [{c: str(v) if isinstance(v := row[c], Thing) else v for c in columns} for row in rows]
    try:
        import pandas as pd
    except ImportError:
        return plain
    return pd.DataFrame(plain, columns=columns)
