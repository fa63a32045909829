"""The parts of a mapping: where values come from and how cells are read, what files there are and what is joined."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Mapping
from typing import Final

from ..ontology.currencies import is_currency
from ..ontology.model import CERTAINTIES, STATUSES
from ..ontology.vocabulary import vocabulary
from . import cells
from .mapping_spec import Condition, Dates, FileSpec, JoinSpec, Reading, Value
from .mapping_values import clean_text
from .mapping_yaml import Fields, Items, Node, Reader, Text
from .problems import CellError

FILE_KEYS: Final = ("file", "sheet", "header_row", "encoding", "delimiter", "records", "unpivot")
READING_KEYS: Final = ("dates", "decimal", "thousands", "missing")
SOURCE_KEYS: Final = ("id", "title", "licence", "version", "issued", "url")
VALUE_KEYS: Final = ("column", "constant", "split", "part", "values", "otherwise", *READING_KEYS)
_THOUSANDS: Final = (" ", ",", ".", "'", "")
_ORDERS: Final[tuple[Dates, ...]] = ("day-first", "month-first")


def word_of(text: str, what: str) -> str | None:
    """Return the class, relation, status, certainty or currency that a text is; its label in English or French too.

    >>> word_of("membre de", "relation"), word_of("Pays", "class"), word_of("x", "class")
    ('memberOf', 'Country', None)
    """
    if what == "currency":
        return text if is_currency(text) else None
    if what in ("status", "certainty"):
        return text if text in (*STATUSES, *CERTAINTIES) else None
    known = vocabulary()
    names = known.entity_classes() if what == "class" else tuple(known.relations)
    if text in names:
        return text
    terms: Mapping[str, Mapping[str, str]] = known.labels
    return next((n for n in names if text.casefold() in (label.casefold() for label in terms[n].values())), None)


def words_of(what: str) -> tuple[str, ...]:
    """Return the words of a vocabulary."""
    if what == "class":
        return vocabulary().entity_classes()
    return {"relation": tuple(sorted(vocabulary().relations)), "status": STATUSES, "certainty": CERTAINTIES}[what]


class PartParser:
    """Makes the small parts of a mapping; ``_reading`` is what is declared for the whole file."""

    def __init__(self, reader: Reader) -> None:
        self._reader, self._reading = reader, Reading()

    # --- the file and the source -------------------------------------------------------------------------------

    def _described(self, node: Node) -> dict[str, str]:
        fields = self._reader.fields(node, "source", SOURCE_KEYS)
        described: dict[str, str] = {}
        for name, item in fields.fields.items():
            if isinstance(item, Text) and not item.value.strip():
                continue
            parse = {"issued": cells.parse_date, "url": cells.parse_url}.get(name, cells.parse_line)
            described[name] = self._checked(parse, self._reader.text(item, name), item.line)
        made = described.get("id")
        if made is not None and cells.slug(made) != made:
            raise self._reader.wrong(
                fields.fields["id"].line,
                f"the source id {cells.short(made)!r} is not in small letters, digits and hyphens",
                f"write {cells.slug(made) or 'my-table'!r}",
            )
        return described

    def _checked(self, parse: Callable[[str], str], text: str, line: int) -> str:
        try:
            return parse(text if parse is clean_text else cells.clean(text))
        except CellError as error:
            raise self._reader.wrong(line, error.problem, error.advice or "correct it") from None

    def _file(self, node: Fields) -> FileSpec:
        at, reader = node.fields, self._reader
        given = {name: reader.text(at[name], name) for name in ("file", "sheet", "encoding") if name in at}
        row = reader.text(at["header_row"], "header_row") if "header_row" in at else None
        if row is not None and not re.fullmatch("[1-9][0-9]{0,5}", row):
            raise reader.wrong(at["header_row"].line, f"header_row is a row, not {cells.short(row)!r}", "write 3")
        if "encoding" in given:
            self._check_encoding(given["encoding"], at["encoding"].line)
        delimiter = at.get("delimiter")
        if delimiter is not None and (not isinstance(delimiter, Text) or len(_tab(delimiter.value)) != 1):
            raise reader.wrong(delimiter.line, "a delimiter is one character", "write ';', ',', '|' or tab")
        if str(given.get("file", "")).startswith(("http://", "https://")):
            raise reader.wrong(at["file"].line, "file is not an address", "download it, or give it to `--mapping`")
        records = reader.text(at["records"], "records") if "records" in at else ""
        steps = tuple(step for step in records.replace("[]", ".*").split(".") if step)
        turned, rest = at.get("unpivot"), False
        if isinstance(turned, Fields):
            rest = True
            turned = reader.fields(turned, "unpivot", ("except",)).fields.get("except", Items((), turned.line))
        unpivot = reader.texts(turned, "unpivot") if turned is not None else ()
        return FileSpec(
            line=node.line,
            file=given.get("file"),
            sheet=given.get("sheet"),
            header_row=int(row) if row else None,
            encoding=given.get("encoding"),
            delimiter=_tab(delimiter.value) if isinstance(delimiter, Text) else None,
            records=steps,
            unpivot=unpivot,
            unpivot_rest=rest,
        )

    def _check_encoding(self, name: str, line: int) -> None:
        try:
            "é".encode(codecs.lookup(name).name)
        except (LookupError, ValueError):  # unknown; no encoding of text; without accents
            raise self._reader.wrong(
                line,
                f"{cells.short(name)!r} is not an encoding",
                "use one of utf-8, utf-16, cp1252, latin-1, mac-roman",
            ) from None

    def _join(self, node: Node) -> JoinSpec:
        fields = self._reader.fields(node, "join", (*FILE_KEYS[:5], "on", "columns", "prefix"))
        at = fields.fields
        if "on" not in at:
            raise self._reader.wrong(fields.line, "the join does not say on which column", "write `on: {ours: theirs}`")
        if isinstance(at["on"], Fields):
            if len(at["on"].fields) != 1:
                raise self._reader.wrong(at["on"].line, "a join is on one column", "write `on: {ours: theirs}`")
            ours, theirs = next((k, self._reader.text(v, "on")) for k, v in at["on"].fields.items())
        else:
            ours = theirs = self._reader.text(at["on"], "on")
        prefix = at.get("prefix", Text("", fields.line))
        return JoinSpec(
            source=self._file(fields),
            on=(ours, theirs),
            columns=self._reader.texts(at["columns"], "columns") if "columns" in at else (),
            prefix=self._reader.text(prefix, "prefix") if "prefix" in at else "",
        )

    def _declared(self, node: Fields, before: Reading) -> Reading:
        """Return how cells are read where these keys are declared."""
        at, reader = node.fields, self._reader
        given = {name: at[name].value if isinstance(at[name], Text) else None  # type: ignore[union-attr]
                 for name in ("dates", "decimal", "thousands") if name in at}  # fmt: skip
        dates, decimal, thousands = before.dates, before.decimal, before.thousands
        if "dates" in given:
            found = reader.word(reader.text(at["dates"], "dates"), _ORDERS, "an order of dates", at["dates"].line)
            dates = _ORDERS[_ORDERS.index(found)]
        if "decimal" in given:
            decimal = given["decimal"] or ""
            if decimal not in (".", ","):
                raise reader.wrong(at["decimal"].line, "the decimal sign is ',' or '.'", 'write `decimal: ","`')
        if "thousands" in given:
            thousands = given["thousands"] if given["thousands"] is not None else "?"
            if thousands not in _THOUSANDS:
                raise reader.wrong(at["thousands"].line, "thousands are divided by ' ', ',', '.' or \"'\"", "write one")
        if thousands == decimal:
            line = min(at[name].line for name in given) if given else node.line
            raise reader.wrong(line, f"the decimal sign and that of thousands are both {decimal!r}", "correct one")
        missing = before.missing
        if "missing" in at:
            missing = frozenset(reader.texts(at["missing"], "missing"))
        return Reading(dates, decimal, thousands, missing)

    # --- values ------------------------------------------------------------------------------------------------

    def _values(self, node: Node, what: str) -> tuple[Value, ...]:
        """Return the values that a node lists; one may stand alone."""
        items = node.items if isinstance(node, Items) else (node,)
        return tuple(self._value(item, what) for item in items)

    def _value(self, node: Node, what: str, word: str | None = None) -> Value:
        """Return where a value comes from. ``word`` names the vocabulary whose words may stand there as they are."""
        reader, line = self._reader, node.line
        if isinstance(node, Items):
            raise reader.wrong(line, f"{what} is one column, not a list", "name one column")
        if isinstance(node, Text):
            text = reader.text(node, what)
            if text.startswith("=") and len(text) > 1:
                return Value(line, constant=self._constant(text[1:].strip(), word, line))
            if word and (known := word_of(text, word)):
                return Value(line, constant=known)
            return Value(line, columns=(text,), reading=self._reading, word=word)
        fields = reader.fields(node, what, VALUE_KEYS)
        at = fields.fields
        if ("constant" in at) == ("column" in at):
            raise reader.wrong(line, f"{what} has either a column or a constant", "write `{column: …}`")
        if "constant" in at:
            if len(at) > 1:
                raise reader.wrong(line, "a constant stands alone", "write `{constant: …}`")
            return Value(line, constant=self._constant(reader.text(at["constant"], "constant"), word, line))
        split = at.get("split")
        if split is not None and (not isinstance(split, Text) or not split.value):
            raise reader.wrong(split.line, "split is the sign between the parts", 'write `split: ";"`')
        part = reader.text(at["part"], "part") if "part" in at else None
        if part is not None and (not re.fullmatch("[1-9][0-9]?", part) or split is None):
            raise reader.wrong(
                at["part"].line, "part counts the parts of a split from 1", "write `split` and `part: 1`"
            )
        values: dict[str, str | None] | None = None
        if "values" in at:
            values = {}
            for text, item in reader.fields(at["values"], "values").fields.items():
                values[self._checked(clean_text, text, item.line)] = self._translated(item, word)
        otherwise = at.get("otherwise")
        if otherwise is not None and values is None:
            raise reader.wrong(otherwise.line, "otherwise goes with values", "write `values: {a: b}` before it")
        return Value(
            line,
            columns=reader.texts(at["column"], "column"),
            split=_tab(split.value) if isinstance(split, Text) else None,
            part=int(part) if part else None,
            values=values,
            otherwise=None if otherwise is None else self._translated(otherwise, word) or "",
            reading=self._declared(fields, self._reading),
            word=None,
        )

    def _translated(self, node: Node, word: str | None) -> str | None:
        if isinstance(node, Text) and not node.value.strip():
            return None
        return self._constant(self._reader.text(node, "a value"), word, node.line)

    def _constant(self, text: str, word: str | None, line: int) -> str:
        text = self._checked(cells.parse_text, text, line)
        if word is None:
            return text
        if (known := word_of(text, word)) is not None:
            return known
        if word == "currency":
            return self._checked(cells.parse_currency, text, line)
        return self._reader.word(text, words_of(word), f"a {word}", line)

    def _conditions(self, node: Node | None) -> tuple[Condition, ...]:
        if node is None:
            return ()
        found = []
        for column, item in self._reader.fields(node, "when").fields.items():
            negated = isinstance(item, Fields)
            if isinstance(item, Fields):
                item = self._reader.fields(item, "a condition", ("not",)).fields.get("not", Items((), item.line))
            among = frozenset(
                part.value.strip() if isinstance(part, Text) else self._reader.text(part, "a condition")
                for part in (item.items if isinstance(item, Items) else (item,))
            )
            if not among:
                raise self._reader.wrong(item.line, "the condition is empty", "write a value, or `{not: value}`")
            found.append(Condition(column, item.line, among, negated))
        return tuple(found)


def _tab(text: str) -> str:
    return {"tab": "\t", "\\t": "\t", "newline": "\n", "\\n": "\n"}.get(text, text)
