"""``status``, ``validate``, ``find``, ``show`` and ``explain``: looking at what is there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .options import complete_entities, opened, rows_options, selection_options
from .output import write_rows
from .progress import working

if TYPE_CHECKING:
    from ..graph.reading import Reader
    from ..ontology.model import Link


@click.command(short_help="Count things, links and sources, and what is undated.")
@rows_options
@click.pass_obj
def status(store: Path, format_: str, lang: str) -> None:
    """Count things by class, links by relation, sources, and what is undated, undescribed or unidentified."""
    from ..ontology.vocabulary import vocabulary

    graph = opened(store)
    with working("Counting"):
        found = graph.status()
    label = vocabulary().label
    rows: list[dict[str, Any]] = [
        {"what": "sources", "count": found.sources, "share": None},
        {"what": "things", "count": found.thing_count, "share": None},
        {"what": "links", "count": found.link_count, "share": None},
        {"what": "links without a date", "count": found.undated, "share": _share(found.undated, found.link_count)},
        {
            "what": "things that links name and no source describes",
            "count": found.undescribed,
            "share": _share(found.undescribed, found.thing_count + found.undescribed),
        },
        {
            "what": "things without an identifier of a public scheme",
            "count": found.unidentified,
            "share": _share(found.unidentified, found.thing_count),
        },
    ]
    rows += [
        {"what": f"class: {label(k, lang)}", "count": n, "share": _share(n, found.thing_count)}
        for k, n in found.things.items()
    ]
    rows += [
        {"what": f"relation: {label(r, lang)}", "count": n, "share": _share(n, found.link_count)}
        for r, n in found.links.items()
    ]
    write_rows(["what", "count", "share"], rows, format_)


def _share(part: int, whole: int) -> str | None:
    return f"{100 * part / whole:.1f} %" if whole else None


@click.command(short_help="Say which record of which source breaks which rule.")
@rows_options
@click.pass_context
def validate(ctx: click.Context, format_: str, lang: str) -> None:
    """Check every record against the shapes (SHACL) of the ontology; exit with 1 if one breaks a rule."""
    graph = opened(ctx.obj)
    with working("Checking") as tick:
        rows = []
        for number, violation in enumerate(graph.validate(), 1):
            tick("violations", number)
            rows.append(
                {
                    "source": violation.source,
                    "record": violation.record,
                    "rule": violation.rule,
                    "value": violation.value,
                    "message": violation.message(lang),
                }
            )
    if not rows and format_ == "table":
        click.echo("Every record keeps every rule.")
        return
    write_rows(["source", "record", "rule", "value", "message"], rows, format_)
    ctx.exit(1 if rows else 0)


@click.command(short_help="Find things by name, acronym or identifier.")
@click.argument("text", nargs=-1, required=True)
@click.option("--type", "type_", metavar="CLASS", help="Only things of this class or one below it.")
@click.option("--limit", type=click.IntRange(1), default=10, show_default=True, help="How many to show at most.")
@rows_options
@click.pass_obj
def find(store: Path, text: tuple[str, ...], type_: str | None, limit: int, format_: str, lang: str) -> None:
    """Find things by name, acronym or identifier, in any language; spelling, accents and case may be off.

    \b
    Examples:
      multilateral find OIE
      multilateral find organistion mondiale sante
    """
    from ..ontology.vocabulary import vocabulary

    found = opened(store).find(" ".join(text), limit=limit, type_=type_, lang=lang)
    rows = [
        {"thing": f.thing, "type": vocabulary().label(f.thing.type, lang), "id": f.thing.id, "matched": f.matched}
        | {"score": f.score}
        for f in found
    ]
    write_rows(["thing", "type", "id", "matched", "score"], rows, format_)


@click.command(short_help="Show all that is known of one thing, with sources.")
@click.argument("entity", nargs=-1, required=True, shell_complete=complete_entities)
@selection_options
@rows_options
@click.pass_obj
def show(store: Path, entity: tuple[str, ...], selection: dict[str, Any], format_: str, lang: str) -> None:
    """Show all that is known of one thing: names, identifiers, and every link with document and paragraph.

    \b
    Examples:
      multilateral show UNICRI
      multilateral show "European Union" --relation funds --format json
    """
    graph = opened(store)
    portrait = graph.show(" ".join(entity), lang=lang, **selection)
    if format_ == "table":
        _describe(graph.reader, portrait.entity, portrait.records, lang)
    rows = [
        row | {"of": graph.reader.thing(portrait.entity.iri, lang)}
        for link, source_id in portrait.links
        for row in _link_rows(graph.reader, link, source_id, portrait.entity.iri, lang)
    ]
    columns = ["relation", "other", *_LINK_COLUMNS]
    if format_ in ("json", "jsonl"):
        columns = ["of", *columns, "link", "source"]
    write_rows(columns, rows, format_)


_LINK_COLUMNS = ["from", "to", "status", "details", "document", "locator", "certainty", "quote"]


def _describe(reader: Reader, entity: Any, records: list[tuple[str, Any]], lang: str) -> None:
    from ..ontology.vocabulary import vocabulary

    known = vocabulary()
    kind = known.label(entity.type, lang) if entity.type in known.classes else entity.type
    click.secho(f"{entity.name(lang)}", bold=True)
    lines = [("class", kind + (" (collective)" if entity.collective else "")), ("id", reader.thing(entity.iri).id)]
    lines.append(("IRI", entity.iri))
    for name in entity.names:
        when = (
            "" if not (name.valid_from or name.valid_to) else f" ({name.valid_from or '…'} to {name.valid_to or '…'})"
        )
        lines.append(
            (f"{name.kind} name" if name.kind != "acronym" else "acronym", f"{name.text} [{name.lang or '?'}]{when}")
        )
    lines += [(i.scheme, i.value) for i in entity.identifiers]
    for field in ("valid_from", "valid_to", "status", "issued", "language", "homepage", "description"):
        if (value := getattr(entity, field)) is not None:
            lines.append((field.replace("valid_", ""), value))
    if entity.body:
        lines.append(("issued by", reader.thing(entity.body, lang).name))
    if len({r.names for _, r in records}) > 1:
        for source, record in records:
            lines.append((f"recorded by {source}", "; ".join(dict.fromkeys(n.text for n in record.names))))
    lines += [("recorded as", iri) for iri, top in sorted(reader.canonical.items()) if top == entity.iri]
    by_document: dict[str, list[str]] = {}
    for evidence in entity.evidence:
        by_document.setdefault(reader.thing(evidence.document, lang).name, []).append(f"¶{evidence.locator}")
    lines += [("named in", f"{document}: {', '.join(places)}") for document, places in by_document.items()]
    width = max(len(label) for label, _ in lines)
    for label, value in lines:
        click.echo(f"  {label:<{width}}  {value}")
    click.echo()


def _link_rows(reader: Reader, link: Link, source_id: str, seen_from: str, lang: str) -> list[dict[str, Any]]:
    """Return a row for each piece of evidence of a link, as read from one of its ends."""
    from ..ontology.vocabulary import vocabulary

    forward = link.source_iri == seen_from
    label = vocabulary().label if forward else vocabulary().inverse_label
    row = {
        "relation": label(link.relation, lang),
        "other": reader.thing(link.target_iri if forward else link.source_iri, lang),
        "from": link.valid_from,
        "to": link.valid_to,
        "status": link.status,
        "details": details(reader, link, lang),
        "link": link.iri,
        "source": source_id,
    }
    return [
        row
        | {
            "document": reader.thing(e.document, lang),
            "locator": e.locator,
            "certainty": e.certainty,
            "quote": e.quote,
        }
        for e in link.evidence
    ]


def details(reader: Reader, link: Link, lang: str) -> str:
    """Return the qualifiers of a link, without its dates and status, as one line."""
    from ..ontology.convert import QUALIFIERS
    from ..ontology.vocabulary import vocabulary

    said = []
    for field, (local, form) in QUALIFIERS.items():
        value = getattr(link, field)
        if value is None or field in ("valid_from", "valid_to", "status", "currency", "unit"):
            continue
        if form == "thing":
            value = reader.thing(value, lang).name
        elif form == "decimal":
            unit = {"amount": link.currency, "count": link.unit, "amount_usd": "USD", "share": "%"}.get(field)
            value = f"{value:,f} {unit or ''}".strip()
        said.append(f"{vocabulary().label(local, lang)}: {value}")
    for reference in link.discussed_in:
        where = f" ¶{reference.locator}" if reference.locator else ""
        said.append(f"{vocabulary().label('discussedIn', lang)}: {reader.thing(reference.document, lang).name}{where}")
    return "; ".join(said)


@click.command(short_help="Show how two things hang together, step by step.")
@click.argument("start", metavar="A", shell_complete=complete_entities)
@click.argument("end", metavar="B", shell_complete=complete_entities)
@click.option(
    "--longest", type=click.IntRange(1), default=6, show_default=True, help="How many steps a chain may have."
)
@click.option("--limit", type=click.IntRange(1), default=10, show_default=True, help="How many chains to show at most.")
@click.option("--through-all", is_flag=True, help="Let chains pass through topics, documents and places too.")
@selection_options
@rows_options
@click.pass_obj
def explain(
    store: Path,
    start: str,
    end: str,
    longest: int,
    limit: int,
    through_all: bool,
    selection: dict[str, Any],
    format_: str,
    lang: str,
) -> None:
    """Show every direct link and the shortest chains between two things, each step with document and paragraph.

    \b
    Examples:
      multilateral explain OIE UNICRI
      multilateral explain WIPO "Republic of Korea" --as-of 2009
    """
    graph = opened(store)
    with working("Searching"):
        found = graph.explain(start, end, longest=longest, limit=limit, through_all=through_all, lang=lang, **selection)
    reader = graph.reader
    rows = [_step_row(reader, 0, 1, step, e, lang) for step in found.direct for e in step.link.evidence]
    for number, chain in enumerate(found.chains, 1):
        for place, steps in enumerate(chain, 1):
            rows += [_step_row(reader, number, place, step, e, lang) for step in steps for e in step.link.evidence]
    if format_ == "table":
        _narrate(reader, found, lang)
        return
    columns = ["chain", "step", "start", "relation", "end", *_LINK_COLUMNS, "link", "source"]
    write_rows(columns, rows, format_)


def _step_row(reader: Reader, chain: int, place: int, step: Any, evidence: Any, lang: str) -> dict[str, Any]:
    from ..ontology.vocabulary import vocabulary

    link = step.link
    label = vocabulary().label if step.forward else vocabulary().inverse_label
    return {
        "chain": chain,
        "step": place,
        "start": reader.thing(step.start, lang),
        "relation": label(link.relation, lang),
        "end": reader.thing(step.end, lang),
        "from": link.valid_from,
        "to": link.valid_to,
        "status": link.status,
        "details": details(reader, link, lang),
        "document": reader.thing(evidence.document, lang),
        "locator": evidence.locator,
        "certainty": evidence.certainty,
        "quote": evidence.quote,
        "link": link.iri,
        "source": step.source_id,
    }


def _narrate(reader: Reader, found: Any, lang: str) -> None:
    """Write direct links and chains as a person would tell them."""
    click.secho(f"{found.start.name} — {found.end.name}", bold=True)
    if not found.direct:
        click.echo("No direct link.")
    for step in found.direct:
        _tell(reader, step, lang, "  ")
    if not found.chains:
        click.echo("No chain of links through others." if found.direct else "No chain of links either.")
    for number, chain in enumerate(found.chains, 1):
        way = " → ".join([found.start.name, *(reader.thing(steps[0].end, lang).name for steps in chain)])
        click.echo(f"\n{number}. {way}")
        for steps in chain:
            for step in steps:
                _tell(reader, step, lang, "   ")
    if not found.complete:
        click.echo("\nThere are more chains of this length; --limit shows more.", err=True)


def _tell(reader: Reader, step: Any, lang: str, indent: str) -> None:
    from ..ontology.vocabulary import vocabulary

    link = step.link
    label = vocabulary().label if step.forward else vocabulary().inverse_label
    start, end = reader.thing(step.start, lang), reader.thing(step.end, lang)
    when = _period(link.valid_from, link.valid_to)
    extra = "; ".join(p for p in (link.status or "", when, details(reader, link, lang)) if p)
    click.echo(f"{indent}{start.name} {label(link.relation, lang)} {end.name}" + (f" ({extra})" if extra else ""))
    for evidence in link.evidence:
        document = reader.thing(evidence.document, lang).name
        sure = "" if evidence.certainty == "explicit" else f" [{evidence.certainty}]"
        quote = f" “{evidence.quote}”" if evidence.quote else ""
        click.secho(f"{indent}  {document}, ¶{evidence.locator}{sure}{quote}", dim=True)


def _period(start: str | None, end: str | None) -> str:
    if start and end:
        return start if start == end else f"{start} to {end}"
    return f"from {start}" if start else f"until {end}" if end else ""


commands = {"status": status, "validate": validate, "find": find, "show": show, "explain": explain}
