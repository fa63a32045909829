"""``reconcile``: which things of different sources are one; candidates, decisions in and out, undone."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .options import complete_entities, opened, rows_options
from .output import write_rows
from .progress import working

if TYPE_CHECKING:
    from ..graph.identity.decide import Wish
    from ..graph.identity.reconcile import Reconciler


@click.command(short_help="Decide which things of different sources are one.")
@click.argument("thing", nargs=-1, shell_complete=complete_entities)
@click.option("--least", type=click.FloatRange(0, 1), default=0.5, show_default=True, help="The lowest score to show.")
@click.option("--each", type=click.IntRange(1), default=3, show_default=True, help="How many candidates a thing.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="How many to show or ask at most.")
@click.option("--ask", is_flag=True, help="Ask about the candidates one by one.")
@click.option("--decisions", is_flag=True, help="List the decisions that stand, the rules' and people's.")
@click.option("--same", nargs=2, metavar="A B", help="Decide that two things are one.")
@click.option("--different", nargs=2, metavar="A B", help="Decide that two things are not one.")
@click.option("--undo", nargs=2, metavar="A B", help="Take back the last decision on two things.")
@click.option(
    "--apply", "table", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Take the decisions of a table, CSV or XLSX: columns decision, left, right, why.",
)  # fmt: skip
@click.option(
    "--export", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Write decisions and candidates as a table to fill in, .csv or .xlsx.",
)  # fmt: skip
@click.option("--by", metavar="NAME", help="Who decides; by default the name that you are logged in with.")
@click.option("--why", default="", metavar="TEXT", help="Why, for --same, --different and --undo.")
@rows_options
@click.pass_obj
def reconcile(
    store: Path,
    thing: tuple[str, ...],
    least: float,
    each: int,
    limit: int,
    ask: bool,
    decisions: bool,
    same: tuple[str, str] | None,
    different: tuple[str, str] | None,
    undo: tuple[str, str] | None,
    table: Path | None,
    export: Path | None,
    by: str | None,
    why: str,
    format_: str,
    lang: str,
) -> None:
    """Show which things of different sources may be one, and take decisions on them.

    What is certain by a rule is decided when sources are loaded; --decisions lists it. The rest is for a person: a
    table (--export, fill in the column decision, --apply), one by one (--ask), or by name. Every decision keeps who,
    when and why, and can be undone.

    \b
    Examples:
      multilateral reconcile
      multilateral reconcile "World Bank"
      multilateral reconcile --export to-judge.csv
      multilateral reconcile --apply to-judge.csv --by "second coder"
      multilateral reconcile --undo organization/unece organization/un-open-ece
    """
    from ..graph.identity.decide import Wish
    from ..graph.identity.reconcile import Reconciler, table_rows, wishes_of, write_table
    from ..graph.store import Store

    told = [name for name, value in (("--same", same), ("--different", different), ("--undo", undo)) if value]
    if len(told) + bool(table) + ask > 1:
        raise click.UsageError("Give one of --same, --different, --undo, --apply and --ask.")
    opened_store = Store.open(store)
    who = by or os.environ.get("MULTILATERAL_USER") or getpass.getuser()
    if table is not None:
        standing = opened_store.decisions.standing()
        _write(store, wishes_of(table, _rows_of(table), standing.of), who)
        return
    with working("Reading"):
        reconciler = Reconciler(opened_store)
    pair = same or different or undo
    if pair:
        left, right = (_one(store, reconciler, text, lang) for text in pair)
        verdict: Any = told[0].removeprefix("--")
        _write(store, [Wish(verdict, left, right, why)], who)
        return
    if decisions and export is None:
        _list_decisions(reconciler, format_, lang)
        return
    of = _one(store, reconciler, " ".join(thing), lang) if thing else None
    with working("Comparing") as tick:
        found = reconciler.candidates(
            of, least=least, each=max(each, 10) if of else each, progress=lambda n: tick("things", n)
        )
    if export is not None:
        count = write_table(export, table_rows(reconciler, found))
        click.echo(f"Wrote {count} rows to {export}; fill in the column decision, then --apply it.")
    elif ask:
        _write(store, list(_asked(reconciler, found[:limit])), who)
    else:
        rows = [
            {
                "left": _thing(reconciler, c.left),
                "right": _thing(reconciler, c.right),
                "score": c.score,
                "reasons": "; ".join(c.reasons),
                "left_id": c.left.removeprefix("https://w3id.org/multilateral/id/"),
                "right_id": c.right.removeprefix("https://w3id.org/multilateral/id/"),
            }
            for c in found[:limit]
        ]
        write_rows(["score", "left", "right", "reasons", "left_id", "right_id"], rows, format_)
        if len(found) > limit:
            click.echo(f"There are {len(found) - limit} more; --limit shows more.", err=True)


def _rows_of(table: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the cells of each row of a CSV file or of a workbook's first sheet."""
    from ..loaders.cells import Fault
    from ..loaders.reading import csv_rows
    from ..loaders.sheets import WORKBOOK_SUFFIXES
    from ..loaders.workbook import open_sheets
    from ..ontology.errors import UnreadableSource

    if not table.is_file():
        raise UnreadableSource("there is no such file", path=table, advice="check its name")
    if table.suffix.casefold() not in WORKBOOK_SUFFIXES:
        yield from csv_rows(table)
        return
    sheet = open_sheets(table, {})[0]
    for number, cells in sheet.rows():
        fault = next((cell for cell in cells if isinstance(cell, Fault)), None)
        if fault is not None:
            raise UnreadableSource(fault.problem, path=table, sheet=sheet.title, row=number, advice=fault.advice)
        if any(cells):
            yield number, [str(cell or "") for cell in cells]


def _thing(reconciler: Reconciler, iri: str) -> Any:
    from ..graph.identity.decide import short
    from ..graph.reading import Thing

    described = reconciler.described(iri)
    return Thing(short(iri), iri, described.name, described.type)


def _one(store: Path, reconciler: Reconciler, text: str, lang: str) -> str:
    """Return the IRI that a person means: a full or short IRI as it stands, else the one thing of that name."""
    return reconciler.of_name(text.strip()) or opened(store).resolve(text, lang=lang)


def _list_decisions(reconciler: Reconciler, format_: str, lang: str) -> None:
    rows = [
        {
            "decision": d.verdict,
            "left": _thing(reconciler, d.left),
            "right": _thing(reconciler, d.right),
            "who": d.who,
            "when": d.when,
            "rule": d.rule or None,
            "why": d.why,
            "left_id": d.left.removeprefix("https://w3id.org/multilateral/id/"),
            "right_id": d.right.removeprefix("https://w3id.org/multilateral/id/"),
        }
        for d in reconciler.standing.decisions()
    ]
    write_rows(["decision", "left", "right", "who", "when", "rule", "why", "left_id", "right_id"], rows, format_)


def _asked(reconciler: Reconciler, found: list[Any]) -> Any:
    """Yield what a person answers; an empty answer passes on, ``q`` ends."""
    from ..graph.identity.decide import Wish

    for number, candidate in enumerate(found, 1):
        click.echo(f"\n{number} of {len(found)}   score {candidate.score:.2f}")
        for iri in (candidate.left, candidate.right):
            described = reconciler.described(iri)
            click.secho(f"  {described.name}", bold=True)
            click.echo(f"    {iri}")
            click.echo(f"    {described.type}, in {', '.join(described.sources)}")
            for name in described.names[1:8]:
                click.echo(f"    also: {name}")
        for reason in candidate.reasons:
            click.echo(f"  - {reason}")
        answer = click.prompt(
            "One thing? (y)es, (n)o, (s)kip, (q)uit", default="s", show_default=False,
            type=click.Choice(["y", "n", "s", "q"], case_sensitive=False), show_choices=False,
        )  # fmt: skip
        if answer == "q":
            return
        if answer != "s":
            yield Wish(
                "same" if answer == "y" else "different", candidate.left, candidate.right, "asked in the terminal"
            )


def _write(store: Path, wishes: list[Wish], who: str) -> None:
    from ..graph.identity.decide import apply
    from ..graph.store import Store

    with Store.writing(store) as writing:
        people, rules = apply(writing, wishes, who)
    if people:
        graph = opened(store)
        with working("Indexing"):
            graph.reader.prepare()
    follow = f"; {rules} decisions of the rules follow" if rules else ""
    click.echo(f"Wrote {people} decision{'' if people == 1 else 's'} by {who}{follow}.")


commands = {"reconcile": reconcile}
