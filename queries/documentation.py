"""The reference of the catalogue, written from it: what each question asks, takes and gives, in both languages."""

from __future__ import annotations

from collections.abc import Iterator

from .catalogue import Catalogue, Parameter, Question, catalogue

_INTRODUCTION = """# Questions

The questions of the catalogue, by topic. Ask one with `multilateral query NAME -p parameter=value`, in Python with
`kg.query("NAME", parameter="value")`; `--show` prints its SPARQL and Cypher texts, which give the same rows.

- An entity is named by its name, acronym, identifier or IRI, in any language.
- A date is a year, a month or a day. `from` and `until` keep what is known to hold in that time; what has no date is
  then left out. `as_of` stands for both.
- A row is one place where a document states one link: `document`, `locator` and `certainty` cite it.
- A link with the status `proposed` is no fact. Where a question takes `include_proposed`, `no` leaves such links out.

This page is made from the catalogue (`python -m multilateral.queries.documentation`): change the questions' files,
not it.
"""


def document(questions: Catalogue | None = None) -> str:
    """Return the reference of a catalogue, by default of the one that ships, as Markdown."""
    known = questions if questions is not None else catalogue()
    out = [_INTRODUCTION]
    topic = ""
    for question in known.values():
        if question.topic != topic:
            topic = question.topic
            out.append(f"## {topic.capitalize()}\n")
        out.append("\n".join(_question(question)) + "\n")
    return "\n".join(out)


def _question(question: Question) -> Iterator[str]:
    yield f"### {question.name}"
    yield ""
    for lang in ("en", "fr"):
        yield f"**{question.title[lang]}** {question.purpose[lang]}"
        yield ""
    yield "| parameter | takes | default | |"
    yield "| --- | --- | --- | --- |"
    for parameter in question.parameters:
        default = "required" if parameter.required else f"`{parameter.default}`" if parameter.default else ""
        said = f"{parameter.help['en']} {parameter.help['fr']}"
        yield f"| `{parameter.name}` | {_takes(parameter)} | {default} | {said} |"
    yield ""
    yield "Columns: " + ", ".join(f"`{column.name}`" for column in question.columns) + "."
    yield ""
    example = "".join(f" -p {name}={value}" for name, value in question.example.items())
    yield f"Example: `multilateral query {question.name}{example}`"


def _takes(parameter: Parameter) -> str:
    if parameter.type == "entity":
        return ", ".join(parameter.values_from)
    if parameter.type == "boolean":
        return "yes or no"
    if parameter.type == "number" and parameter.least is not None:
        return f"number from {parameter.least}" + (f" to {parameter.most}" if parameter.most is not None else "")
    return parameter.type


if __name__ == "__main__":
    from pathlib import Path

    (Path(__file__).parents[1] / "docs" / "questions.md").write_text(document(), encoding="utf-8")
