"""How rows are written: a table for people, CSV, TSV, Markdown and JSON for programs."""

from __future__ import annotations

import csv
import json
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from decimal import Decimal
from itertools import zip_longest
from string import ascii_uppercase
from typing import Any

import click
from wcwidth import wcswidth, wrap

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
        _table(names, list(labels or names), list(rows))


def _table(names: list[str], labels: list[str], rows: list[Row]) -> None:
    if not rows:
        click.echo("No rows.", err=True)
        return
    # Titles of documents are long and come again in every row: the table has a letter, and a list below it the title.
    letters = _letters([row.get("document") for row in rows]) if "document" in names else {}
    # A column that is empty in every row says nothing, and leaves the others less room.
    kept = [i for i, name in enumerate(names) if any(text(row.get(name)) for row in rows)] or [0]
    cells = [
        [letters.get(text(row.get(names[i])), "") if names[i] == "document" else text(row.get(names[i])) for i in kept]
        for row in rows
    ]
    for line in _grid([labels[i] for i in kept], cells, _room()):
        click.echo(line)
    for title, letter in letters.items():
        click.echo(f"{letter}  {title}")
    click.echo(f"{len(rows)} row{'' if len(rows) == 1 else 's'}", err=True)


def _room() -> int:
    """Return the columns of the terminal, or what fits on a page of landscape where there is none."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 180


def _grid(labels: list[str], rows: list[list[str]], room: int) -> Iterator[str]:
    """Yield the lines of a table: the widest columns give way until it fits, and their cells are wrapped."""
    widths = [max(wcswidth(r[i].replace("\n", " ")) for r in [labels, *rows]) for i in range(len(labels))]
    words = [max(map(wcswidth, label.split()), default=0) for label in labels]
    least = [min(width, max(10, word)) for width, word in zip(widths, words, strict=True)]
    while sum(widths) + 2 * (len(widths) - 1) > room and any(w > m for w, m in zip(widths, least, strict=True)):
        widest = max(range(len(widths)), key=lambda i: widths[i] - least[i])
        widths[widest] -= 1
    for number, row in enumerate([labels, *rows]):
        wrapped = [wrap(cell, width) or [""] for cell, width in zip(row, widths, strict=True)]
        for parts in zip_longest(*wrapped, fillvalue=""):
            padded = (part + " " * (w - wcswidth(part)) for part, w in zip(parts, widths, strict=True))
            yield "  ".join(padded).rstrip()
        if number == 0:
            yield "  ".join("─" * w for w in widths)


def _letters(documents: Iterable[Any]) -> dict[str, str]:
    """Return a sign for each document, by its title: A, B and so on, after Z A1 and B1."""
    titles = list(dict.fromkeys(text(document) for document in documents if document is not None))
    return {title: f"{ascii_uppercase[i % 26]}{i // 26 or ''}" for i, title in enumerate(titles)}


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
