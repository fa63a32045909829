"""Write a map as one HTML file that needs nothing else: no network, no server, no other file.

pyvis holds the nodes and edges; its page is not used, because it asks a server for its style sheets and lets
names act as HTML. Ours escapes everything, keeps the data in one JSON block that never is code, and carries a
Content-Security-Policy that names its one script by hash and allows no connection.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .layout import Layout, lay_out
from .look import COMMUNITY_COLOURS, FAMILIES, FAMILY_OF, NODE_LOOKS, OTHER_NODE, STATUS_DASHES
from .model import MapData, MapEdge, MapError, MapEvidence, MapNode

if TYPE_CHECKING:
    from ..ontology.vocabulary import Vocabulary

LANGUAGES = ("en", "fr")
GROUP_ABOVE = 3000  # nodes; above, communities are shown as single things that open
ARROWS_UP_TO = 4000  # links; above, only the links of what is selected have arrows
STATUS_ORDER = ("completed", "ongoing", "planned", "proposed", "")
SCRIPTS = (
    "texts", "tools", "data", "state", "look", "labels", "picture", "panel", "search", "legend", "table", "exports",
    "keys", "main",
)  # fmt: skip


def write_map(data: MapData, path: str | Path, *, lang: str = "en") -> None:
    """Write the page of :func:`map_html` to ``path`` (UTF-8).

    Raises :class:`MapError` if the data do not fit together or the file cannot be written.
    """
    page = map_html(data, lang=lang)
    try:
        # a lone surrogate in a name cannot be written as UTF-8; a question mark in its place can
        Path(path).write_bytes(page.encode("utf-8", errors="replace"))
    except OSError as error:
        raise MapError(
            f"Map {path}: cannot be written ({error.strerror}); choose a folder that exists and is yours."
        ) from error


def map_html(data: MapData, *, lang: str = "en") -> str:
    """Return the page as text.

    ``lang`` (``en`` or ``fr``) is the language that the page opens in; its reader can switch. Classes and relations
    are called what the ontology calls them.

    Raises :class:`MapError` for another language, or data that do not fit together, and
    :class:`~multilateral.ontology.vocabulary.UnknownTerm` for a relation that the ontology does not define.
    """
    if lang not in LANGUAGES:
        raise MapError(
            f"Map {data.title!r}: there is no language {lang!r} for the page; choose one of {', '.join(LANGUAGES)}."
        )
    data.check()
    network = _network(
        data, lay_out([node.id for node in data.nodes], [(edge.source, edge.target) for edge in data.edges])
    )
    from jinja2 import Environment
    from markupsafe import Markup

    from ..ontology.vocabulary import vocabulary

    script = _script()
    # pyvis renders the template that its environment holds: ours escapes, pyvis's own does not
    network.templateEnv = Environment(loader=_loader(), autoescape=True)
    network.path = "map.html.j2"
    network.templateEnv.globals.update(
        lang=lang,
        extra=_legend(data, vocabulary())
        | {"title": data.title, "lang": lang, "focus": data.focus, "documents": _documents(data)[0]},
        # our own files, and no word of the data
        script=Markup(script),  # noqa: S704
        style=Markup(_asset("page/map.css")),  # noqa: S704
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )
    return str(network.generate_html())


def _network(data: MapData, layout: Layout) -> Any:
    """Return a ``pyvis.network.Network`` of the map.

    Ids are made here (``n0``, ``e0``): vis-network uses ids as keys of plain objects, where a hostile one
    (``__proto__``) would do harm. Nodes and edges are appended to pyvis's lists, not added one by one, because
    its ``add_edge`` looks through all nodes each time.
    """
    from pyvis.edge import Edge
    from pyvis.network import Network
    from pyvis.node import Node

    network = Network(directed=True, heading=data.title, cdn_resources="in_line")
    number = {node.id: i for i, node in enumerate(data.nodes)}
    for i, node in enumerate(data.nodes):
        look = NODE_LOOKS.get(node.type, OTHER_NODE)
        x, y = layout.positions[i]
        place = {"x": x, "y": y, "size": layout.radii[i], "community": layout.groups[i]}
        network.nodes.append(Node(f"n{i}", look.shape, label="", **place, **_node_fields(node)).options)
    _, index = _documents(data)
    for i, edge in enumerate(data.edges):
        options = Edge(f"n{number[edge.source]}", f"n{number[edge.target]}", True, **_edge_fields(edge, index)).options
        network.edges.append({"id": f"e{i}", **options})
    return network


def _node_fields(node: MapNode) -> dict[str, Any]:
    fields: dict[str, Any] = {"iri": node.id, "type": node.type, "names": dict(node.names)}
    optional = {
        "acronyms": list(node.acronyms),
        "short": dict(node.short),
        "facts": [list(fact) for fact in node.facts],
        "url": node.url,
        "collective": node.collective,
    }
    return fields | {name: value for name, value in optional.items() if value}


def _edge_fields(edge: MapEdge, documents: dict[Any, int]) -> dict[str, Any]:
    fields: dict[str, Any] = {"iri": edge.id, "relation": edge.relation}
    optional = {
        "start": edge.from_,
        "end": edge.to,
        "status": edge.status,
        "facts": [list(fact) for fact in edge.facts],
        "evidence": [
            {"document": documents[_document_key(e)], "locator": e.locator, "quote": e.quote, "certainty": e.certainty}
            for e in edge.evidence
        ],
    }
    return fields | {name: value for name, value in optional.items() if value}


def _document_key(evidence: MapEvidence) -> Any:
    return (tuple(sorted(evidence.document_name.items())), evidence.url)


def _documents(data: MapData) -> tuple[list[dict[str, Any]], dict[Any, int]]:
    """Return the documents once each, and where each stands in that list: thousands of links share a few."""
    index: dict[Any, int] = {}
    for edge in data.edges:
        for evidence in edge.evidence:
            index.setdefault(_document_key(evidence), len(index))
    return [{"names": dict(names), "url": url} for names, url in index], index


def _legend(data: MapData, words: Vocabulary) -> dict[str, Any]:
    """Return what the page has to know of the classes, relations and statuses that occur, with their counts."""
    types = Counter(node.type for node in data.nodes)
    relations = Counter(edge.relation for edge in data.edges)
    statuses = Counter(edge.status or "" for edge in data.edges)
    order = [*NODE_LOOKS, *sorted(set(types) - set(NODE_LOOKS))]
    return {
        "types": [
            {
                "id": name,
                "label": {lang: words.label(name, lang) for lang in LANGUAGES},
                "shape": NODE_LOOKS.get(name, OTHER_NODE).shape,
                "colour": NODE_LOOKS.get(name, OTHER_NODE).colour,
                "count": types[name],
            }
            for name in order
            if types[name]
        ],
        "relations": [
            _relation(name, count, words) for name, count in sorted(relations.items(), key=lambda r: (-r[1], r[0]))
        ],
        "families": {name: {"en": f.en, "fr": f.fr, "colour": f.colour} for name, f in FAMILIES.items()},
        "statuses": [
            {"id": name, "dashes": STATUS_DASHES.get(name), "count": statuses[name]}
            for name in [*STATUS_ORDER, *sorted(set(statuses) - set(STATUS_ORDER))]
            if statuses[name]
        ],
        "communityColours": COMMUNITY_COLOURS,
        "groupAbove": GROUP_ABOVE,
        "arrowsUpTo": ARROWS_UP_TO,
    }


def _relation(name: str, count: int, words: Vocabulary) -> dict[str, Any]:
    label = {lang: words.label(name, lang) for lang in LANGUAGES}
    inverse = {lang: words.inverse_label(name, lang) for lang in LANGUAGES}
    return {
        "id": name,
        "label": label,
        "inverse": inverse,
        "family": FAMILY_OF.get(name, "other"),
        "symmetric": words.relation(name).symmetric,
        "count": count,
    }


@cache
def _asset(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def _loader() -> Any:
    from jinja2 import FunctionLoader

    return FunctionLoader(lambda name: _asset(f"page/{name}"))


@cache
def _script() -> str:
    """Return the one script of the page: vis-network and our files, as they are, in one scope."""
    ours = "\n".join(f"// {name}.js\n{_asset(f'page/{name}.js')}" for name in SCRIPTS)
    script = f"{_asset('vendor/vis-network.min.js')}\n(function () {{\n'use strict';\n{ours}\n}})();\n"
    if re.search(r"</script|<!--", script, re.IGNORECASE):
        raise MapError("Map page: a script of the package holds the end of a script element; write it in two pieces.")
    return script
