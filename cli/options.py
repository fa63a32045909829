"""Options that several commands share, so that they mean the same everywhere."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from ..knowledge import KnowledgeGraph

FORMATS = ("table", "csv", "tsv", "json", "jsonl", "markdown")
F = TypeVar("F", bound=Callable[..., Any])


def lang_option(function: F) -> F:
    """Add ``--lang``."""
    return click.option(
        "--lang",
        type=click.Choice(["en", "fr"]),
        default="en",
        show_default=True,
        envvar="MULTILATERAL_LANG",
        help="Language of names and headings.",
    )(function)


def rows_options(function: F) -> F:
    """Add what every command that gives rows takes: ``--format`` and ``--lang``."""
    shown = click.option(
        "--format",
        "format_",
        type=click.Choice(FORMATS),
        default="table",
        show_default=True,
        help="How to write the rows.",
    )
    return lang_option(shown(function))


def name_value(ctx: click.Context, option: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """Return the pairs of an option given several times as ``name=value``.

    :raises click.BadParameter: If one has another form.
    """
    found = {}
    for value in values:
        name, sign, given = value.partition("=")
        if not sign or not name.strip():
            raise click.BadParameter(f"{value!r} is not of the form name=value.")
        found[name.strip()] = given.strip()
    return found


def _complete_terms(kind: str) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    def complete(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
        from ..ontology.vocabulary import vocabulary

        words = vocabulary().relations if kind == "relation" else vocabulary().entity_classes()
        return [w for w in sorted(words) if w.lower().startswith(incomplete.lower())]

    return complete


def complete_sources(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Complete the id of a loaded source."""
    from ..graph.store import Store
    from ..ontology.errors import MultilateralError

    try:
        return [s for s in Store.open(_store(ctx)).files() if s.startswith(incomplete)] if _is_folder(ctx) else []
    except MultilateralError:
        return []  # no store yet, so nothing to complete


def complete_entities(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Complete the name of a thing."""
    from ..knowledge import open
    from ..ontology.errors import MultilateralError

    try:
        found = open(_store(ctx)).find(incomplete, limit=20) if _is_folder(ctx) else []
    except MultilateralError:
        return []
    return [f.matched for f in found if f.matched.lower().startswith(incomplete.lower())]


def _store(ctx: click.Context) -> Path:
    given = ctx.find_root().params.get("store")
    return Path(given or "multilateral.db")


def _is_folder(ctx: click.Context) -> bool:
    """Tell whether names may be completed from the store: a service on the network is too far away for that."""
    return not isinstance(ctx.find_root().params.get("store"), str)


def selection_options(function: F) -> F:
    """Add the selections; the command receives them as one dictionary ``selection`` for the Python API."""

    @wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        selection = {
            "as_of": kwargs.pop("as_of"),
            "from_": kwargs.pop("from_"),
            "until": kwargs.pop("until"),
            "relation": list(kwargs.pop("relation")),
            "type_": list(kwargs.pop("type_")),
            "source": list(kwargs.pop("source")),
            "status": list(kwargs.pop("status")),
        }
        return function(*args, selection={k: v for k, v in selection.items() if v}, **kwargs)

    options = [
        click.option("--as-of", metavar="DATE", help="Only links known to hold at a date (2012, 2012-04, 2012-04-25)."),
        click.option("--from", "from_", metavar="DATE", help="Only links known to hold at this date or later."),
        click.option("--until", metavar="DATE", help="Only links known to hold at this date or earlier."),
        click.option(
            "--relation",
            multiple=True,
            metavar="NAME",
            shell_complete=_complete_terms("relation"),
            help="Only links of this relation or one below it; may be repeated.",
        ),
        click.option(
            "--type",
            "type_",
            multiple=True,
            metavar="CLASS",
            shell_complete=_complete_terms("class"),
            help="Only links both of whose ends are of this class or one below it; may be repeated.",
        ),
        click.option(
            "--source",
            multiple=True,
            metavar="ID",
            shell_complete=complete_sources,
            help="Only what this source says; may be repeated.",
        ),
        click.option(
            "--status",
            multiple=True,
            type=click.Choice(["completed", "ongoing", "planned", "proposed"]),
            help="Only links of this status; may be repeated.",
        ),
    ]
    decorated: Any = wrapper
    for option in reversed(options):
        decorated = option(decorated)
    result: F = decorated
    return result


class StoreType(click.ParamType):  # type: ignore[type-arg]  # generic only in newer versions of Click
    """A store: a folder as a path, or the URL of a SPARQL service as text."""

    name = "path"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path | str:
        """Return what is given as a path or a URL; refuse the URL of anything else."""
        scheme, sign, _ = str(value).partition("://")
        if not sign or isinstance(value, Path):
            return Path(value)
        if scheme.lower() in ("http", "https"):
            return str(value)
        if scheme.lower().partition("+")[0] in ("bolt", "neo4j"):
            self.fail("A Neo4j is asked with `query --engine cypher --on URL` and `cypher --on URL`; --store is a "
                      "folder or the http(s) URL of a SPARQL service.")  # fmt: skip
        self.fail(f"{scheme}:// is no store; give a folder, or the http(s) URL of a SPARQL service.")

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[click.shell_completion.CompletionItem]:
        """Complete folders."""
        return [click.shell_completion.CompletionItem(incomplete, type="dir")]


def opened(store: Path | str) -> KnowledgeGraph:
    """Return the store or the SPARQL service of the command line, with its notices on standard error."""
    from ..knowledge import open

    def notice(sentence: str) -> None:
        click.echo(f"Note: {sentence}", err=True)

    if isinstance(store, Path):
        return open(store, notice=notice)
    from .sign_in import service

    with service(store, {}) as found:  # it may ask for a password
        return open(store, notice=notice, address=found.address)
