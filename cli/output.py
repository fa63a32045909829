"""How rows are written: a table for people, CSV, TSV, Markdown and JSON for programs."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

import click

Row = dict[str, Any]


def write_rows(columns: Sequence[str], rows: Iterable[Row], format_: str, labels: Sequence[str] | None = None) -> None:
    """Write rows to standard output.

    ``labels`` are the headings of the formats for people, ``table`` and ``markdown``; the others head with the
    columns' own names. A thing is an object with id, iri, name and type in JSON, its name elsewhere.
    """
    names = list(columns)
    if format_ == "json":
        click.echo(json.dumps([_object(names, r) for r in rows], ensure_ascii=False, indent=2))
    elif format_ == "jsonl":
        for row in rows:
            click.echo(json.dumps(_object(names, row), ensure_ascii=False))
    elif format_ in ("csv", "tsv"):
        out = csv.writer(sys.stdout, delimiter="," if format_ == "csv" else "\t", lineterminator="\n")
        out.writerow(names)
        out.writerows([text(row.get(c)) for c in names] for row in rows)
    elif format_ == "markdown":
        click.echo("| " + " | ".join(labels or names) + " |")
        click.echo("|" + " --- |" * len(names))
        for row in rows:
            click.echo("| " + " | ".join(text(row.get(c)).replace("|", "\\|").replace("\n", " ") for c in names) + " |")
    else:
        _table(list(labels or names), [[text(row.get(c)) for c in names] for row in rows])


def _table(labels: list[str], rows: list[list[str]]) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    if not rows:
        click.echo("No rows.", err=True)
        return
    # A column that is empty in every row says nothing, and leaves the others less room.
    kept = [i for i in range(len(labels)) if any(row[i] for row in rows)] or [0]
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for i in kept:
        table.add_column(labels[i], overflow="fold")
    for row in rows:
        table.add_row(*(Text(row[i]) for i in kept))
    console = terminal()
    console.print(table)
    click.echo(f"{len(rows)} row{'' if len(rows) == 1 else 's'}", err=True)


def terminal() -> Any:
    """Return the console on standard output: as wide as the terminal, or as the text where there is none."""
    from rich.console import Console

    return Console(file=sys.stdout, width=None if sys.stdout.isatty() else 200, highlight=False, soft_wrap=False)


def text(value: Any) -> str:
    """Return a value as the text formats write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict):
        return str(value.get("name", json.dumps(value, ensure_ascii=False)))
    if isinstance(value, (list, tuple)):
        return "; ".join(text(v) for v in value)
    return str(value)


def _object(names: list[str], row: Row) -> Row:
    return {name: _json(row.get(name)) for name in names}


def _json(value: Any) -> Any:
    from ..graph.reading import Thing

    if isinstance(value, Thing):
        return asdict(value)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, (list, tuple)):
        return [_json(v) for v in value]
    return {k: _json(v) for k, v in value.items()} if isinstance(value, dict) else value
