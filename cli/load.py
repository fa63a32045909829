"""``load``, ``sources`` and ``forget``: what is in the store."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import complete_sources, opened, rows_options
from .output import write_rows
from .progress import working

if TYPE_CHECKING:
    from ..ontology.model import Loaded


def _complete_kinds(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    from ..loaders.detect import KINDS

    return [kind for kind in KINDS if kind.startswith(incomplete)]


@click.command(short_help="Read files, folders or URLs into the graph.")
@click.argument("sources", nargs=-1, metavar="SOURCE…")
@click.option(
    "--as", "kind", metavar="KIND", shell_complete=_complete_kinds, help="Read as this kind, instead of finding it out."
)
@click.option(
    "--skip-bad",
    is_flag=True,
    help="Leave out and count what is wrong in a source, or in a folder a file that breaks off; load the rest.",
)
@click.option("--dry-run", is_flag=True, help="Show what would come, and store nothing.")
@click.option(
    "--template",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.xlsx",
    help="Write an empty spreadsheet to code in, and load nothing.",
)
@click.option(
    "--mapping",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="MAPPING.yaml",
    help="Read all files given as one source, by what this mapping says of their columns.",
)
@click.option(
    "--suggest",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help="Look at a CSV, Excel or JSON file, write a first mapping for it, and load nothing.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    metavar="MAPPING.yaml",
    help="Where `--suggest` writes; by default beside FILE. `-` is the screen.",
)
@rows_options
@click.pass_obj
def load(
    store: Path,
    sources: tuple[str, ...],
    kind: str | None,
    skip_bad: bool,
    dry_run: bool,
    template: Path | None,
    mapping: Path | None,
    suggest: Path | None,
    output: Path | None,
    format_: str,
    lang: str,
) -> None:
    """Read files, folders or URLs into the graph, all of them or none.

    A source that is loaded again replaces what it brought before; nothing is ever doubled. `five-documents` stands
    for the facts of five UN documents that ship with the package.

    \b
    Examples:
      multilateral load five-documents
      multilateral load --template coding.xlsx
      multilateral load coding.xlsx
      multilateral load my-tables/ --dry-run
      multilateral load --suggest my-table.csv
      multilateral load my-table.mapping.yaml
    """
    if template is not None:
        from ..loaders.table_template import write_template

        write_template(template)
        click.echo(f"Wrote {template}; fill in its sheets, then run `multilateral load {template}`.")
        if not sources:
            return
    if suggest is not None:
        _suggest(suggest, output, lang)
        if not sources:
            return
    elif output is not None:
        raise click.UsageError("`-o` goes with `--suggest`.")
    if mapping is not None and kind not in (None, "mapping"):
        raise click.UsageError(f"`--mapping` says how to read the files; `--as {kind}` says it otherwise.")
    if mapping is not None and not sources:
        sources, mapping = (str(mapping),), None
    if not sources:
        raise click.UsageError("Name at least one file, folder or URL, or `five-documents`.")
    graph = opened(store)
    if dry_run:
        _dry_run(graph.loaders(*sources, kind=kind, skip_bad=skip_bad, mapping=mapping), format_, lang)
        return
    with working("Reading") as tick:
        reports = graph.load(*sources, kind=kind, skip_bad=skip_bad, mapping=mapping, progress=tick)
    with working("Indexing"):
        graph.reader.prepare()
    for report in reports:
        for reason, count in report.skipped.items():
            click.echo(f"Note: {report.source.id}: left out {count} × {reason}", err=True)
    rows = [
        {
            "source": r.source.id,
            "outcome": r.outcome,
            "entities": r.entities if r.outcome != "unchanged" else None,
            "links": r.links if r.outcome != "unchanged" else None,
            "title": r.source.title,
        }
        for r in reports
    ]
    write_rows(["source", "outcome", "entities", "links", "title"], rows, format_)


def _suggest(file: Path, output: Path | None, lang: str) -> None:
    """Write a first mapping for a file, beside it if nothing else is said; a file that is there is left alone."""
    from ..loaders.mapping_suggest import mapping_path, suggest, write_suggestion

    if output is not None and str(output) == "-":
        click.echo(suggest(file, file.parent, lang), nl=False)
        return
    path = output or mapping_path(file)
    with working("Looking"):
        write_suggestion(file, path, lang)
    click.echo(f"Wrote {path}; read what it says, correct it, then run `multilateral load {path} --dry-run`.")


def _dry_run(loads: Iterable[Loaded], format_: str, lang: str) -> None:
    """Read everything, as a load would, and show the first links of each source."""
    from ..ontology.errors import UnreadableSource
    from ..ontology.model import Entity, Link
    from ..ontology.vocabulary import vocabulary

    rows = []
    for loaded in loads:
        names: dict[str, str] = {}
        first: list[Link] = []
        links = 0
        try:
            for statement in loaded.statements:
                if isinstance(statement, Entity):
                    names[statement.iri] = statement.name(lang)
                else:
                    links += 1
                    if len(first) < 5:
                        first.append(statement)
        except UnreadableSource as error:
            if loaded.left_out is None:
                raise
            loaded.left_out(error)
            continue
        left_out = ", ".join(f"{count} × {reason}" for reason, count in loaded.skipped.items()) or "nothing"
        click.echo(f"{loaded.source.id}: {len(names)} entities, {links} links; left out: {left_out}", err=True)
        rows += [
            {
                "source": names.get(link.source_iri, link.source_iri),
                "relation": vocabulary().label(link.relation, lang),
                "target": names.get(link.target_iri, link.target_iri),
                "document": names.get(link.evidence[0].document, link.evidence[0].document),
                "locator": link.evidence[0].locator,
            }
            for link in first
        ]
    write_rows(["source", "relation", "target", "document", "locator"], rows, format_)
    click.echo("Nothing was stored.", err=True)


@click.command(short_help="List what is loaded, with licence and version.")
@rows_options
@click.pass_obj
def sources(store: Path, format_: str, lang: str) -> None:
    """List what is loaded: where it came from, when, under which licence."""
    columns = ["id", "title", "loader", "origin", "licence", "version", "issued", "url", "loaded", "checksum"]
    rows = [{c: getattr(s, c) for c in columns} for s in opened(store).sources()]
    write_rows(columns if format_ in ("json", "jsonl", "csv", "tsv") else columns[:-1], rows, format_)


@click.command(short_help="Take a source out again.")
@click.argument("source", shell_complete=complete_sources)
@click.pass_obj
def forget(store: Path, source: str) -> None:
    """Take a source out of the graph, with every link and name that only it brought."""
    graph = opened(store)
    graph.forget(source)
    with working("Indexing"):
        graph.reader.prepare()
    click.echo(f"Forgot {source}.")


commands = {"load": load, "sources": sources, "forget": forget}
