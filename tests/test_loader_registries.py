"""What all loaders of registries and open data have in common: detection, contract, damaged files, mutated files."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from multilateral.graph.validation import validate
from multilateral.loaders.detect import KINDS, detect
from multilateral.ontology.convert import quads, read, source_quads
from multilateral.ontology.errors import MultilateralError, UnreadableSource
from multilateral.ontology.model import ID, Entity, Link, Loaded, Statement
from multilateral.ontology.vocabulary import vocabulary

FIXTURES = Path(__file__).parent / "fixtures"
KIND_OF = {
    "un_open": "un-open",
    "un_entities": "un-entities",
    "cow_igo": "cow-igo",
    "igo_registry": "igo-registry",
    "ror": "ror",
    "countries": "countries",
    "sdg": "sdg",
    "ftm": "ftm",
}
FILES = sorted(path for folder in KIND_OF for path in (FIXTURES / folder).iterdir())
Load = Callable[..., Loaded]


def loader(kind: str) -> Load:
    return KINDS[kind].loader()


def kind_of(path: Path) -> str:
    return KIND_OF[path.parent.name]


def check(loaded: Loaded) -> list[Statement]:
    """Return the statements, having proved that they are valid, cite the file and survive the way to quads and back."""
    statements = list(loaded.statements)
    written = [quad for statement in statements for quad in quads(statement, loaded.source.id)]
    assert list(validate(lambda: [*source_quads(loaded.source), *written])) == []
    assert Counter(map(repr, read(written))) == Counter(map(repr, statements))
    document = f"{ID}document/{loaded.source.id}"
    iris = Counter(statement.iri for statement in statements)
    assert document in iris and max(iris.values()) == 1
    for statement in statements:
        if isinstance(statement, Link):
            assert statement.evidence[0].document == document and statement.evidence[0].method == loaded.source.loader
            assert statement.iri.startswith(f"{ID}link/{loaded.source.id}/")
        else:
            assert statement.iri.startswith(ID) and statement.type in vocabulary().entity_classes()
    assert all(isinstance(reason, str) and count > 0 for reason, count in loaded.skipped.items())
    return statements


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_every_file_is_known_by_its_content_and_gives_valid_statements(path: Path, tmp_path: Path) -> None:
    kind = kind_of(path)
    assert detect(path) == kind
    statements = check(loader(kind)(path))
    assert sum(isinstance(s, Entity) for s in statements) > 1
    # Neither the name of the file nor compression nor a byte-order mark changes what it is.
    renamed = tmp_path / f"renamed{''.join(path.suffixes)}.gz"
    renamed.write_bytes(gzip.compress(b"\xef\xbb\xbf" + path.read_bytes()))
    if path.name not in ("BEN.json", "member_states.csv"):
        assert detect(renamed) == kind
        again = loader(kind)(renamed, source_id="again")
        assert len(list(again.statements)) == len(statements)
    assert len(list(loader(kind)(path, skip_bad=True).statements)) == len(statements)


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_loading_twice_gives_the_same(path: Path) -> None:
    one, two = (loader(kind_of(path))(path, read_time="2025-01-01T00:00:00Z") for _ in range(2))
    assert list(one.statements) == list(two.statements) and one.source == two.source and one.skipped == two.skipped
    assert one.source.checksum.startswith("sha256:") and one.source.origin == path.name


def sentence(error: BaseException, path: Path) -> None:
    text = str(error)
    assert text.startswith(path.name) and text.endswith(".") and "\n" not in text and len(text) < 400, text


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}/{p.name}")
@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: b"<!DOCTYPE html><html><body>404 Not Found</body></html>",
        lambda data: data.decode().encode("utf-16"),
        lambda data: gzip.compress(data)[:-20],
        lambda data: b"\x00\x01\x02" + data,
        lambda data: b"PK\x03\x04" + data,
        lambda data: data[: len(data) // 2].rstrip() + b'\n"\xe9t\xe9',
        lambda data: b"[" * 100_000,
        lambda data: b'{"a":' * 100_000,
    ],
    ids=["empty", "html", "utf16", "gz", "binary", "zip", "latin1", "deep-list", "deep-object"],
)
def test_a_damaged_file_is_one_clear_sentence(path: Path, damage: Callable[[bytes], bytes], tmp_path: Path) -> None:
    broken = tmp_path / path.name
    broken.write_bytes(damage(path.read_bytes()))
    for skip_bad in (False, True):
        with pytest.raises(UnreadableSource) as caught:
            list(loader(kind_of(path))(broken, skip_bad=skip_bad).statements)
        sentence(caught.value, broken)
    assert all(kind.likeness(broken) in (0, 1, 2) for kind in KINDS.values())


@pytest.mark.parametrize("path", [p for p in FILES if p.suffix == ".json"], ids=lambda p: f"{p.parent.name}/{p.name}")
def test_a_cut_off_json_file_is_told_so(path: Path, tmp_path: Path) -> None:
    broken = tmp_path / path.name
    broken.write_bytes(path.read_bytes().rstrip()[:-3])
    with pytest.raises(UnreadableSource, match=r"cut off|not JSON"):
        list(loader(kind_of(path))(broken).statements)


def test_a_missing_file_and_a_wrong_id_are_told(tmp_path: Path) -> None:
    for kind in KIND_OF.values():
        with pytest.raises(UnreadableSource, match="no such file"):
            list(loader(kind)(tmp_path / "nothing.json").statements)
    with pytest.raises(UnreadableSource, match="source id"):
        loader("ror")(FIXTURES / "ror" / "both.jsonl", source_id="Not A Slug")


# --- mutated files -------------------------------------------------------------------------------------------------

PIECES = [
    b'"', b"{", b"}", b"[", b"]", b",", b":", b"\n", b"\x00", b"\xff", b"\xe9", b"\\ud800", b"\\u0000", b"null",
    b"NaN",
    b"1e999", b"9" * 5_000, b"-", b"true", b"2023-13-45", b"0000", b"99999", b"{}", b"[]", b'""', b"\xef\xbb\xbf",
    b" ",
    b"\t", b"&amp;", b"\xf0\x9f\x92\xa9", b"\xe2\x80\xae", b"%s", b"\r", b"a" * 3_000, b"? ", b"- ", b"*a", b"&a",
    b"<", b">",
]  # fmt: skip
VALUES: list[Any] = [
    None, True, -1, 0, 1.5, 10**30, "", " ", "x", "\ud800", "\u0001", "2023-13-45", "ZZ", "Q", "***", [], {}, [None],
    [[]], {"a": None}, "https://ror.org/01f80g185", "a" * 2_000, "Ð\xa0Ã©", "\ue000", "١٢", "BEN", "²", "#",
    "a b/c?d#e",
]  # fmt: skip


def mutate(data: bytes, rng: random.Random, suffix: str) -> bytes:
    """Return a file with one to three small damages: of its bytes, of its JSON values or of its cells."""
    for _ in range(rng.randint(1, 3)):
        if suffix in (".json", ".jsonl") and rng.random() < 0.6:
            data = mutate_json(data, rng)
        elif suffix == ".csv" and rng.random() < 0.5:
            data = mutate_cells(data, rng)
        else:
            at, length = rng.randrange(len(data) + 1), rng.choice((0, 0, 1, 1, 5, 40))
            piece = rng.choice((b"", rng.choice(PIECES), data[at : at + rng.randint(1, 60)]))
            data = data[:at] + piece + data[at + length :]
    return data


def mutate_json(data: bytes, rng: random.Random) -> bytes:
    try:
        lines = data.decode().splitlines()
        whole = [json.loads(data)] if data[:1] == b"[" or len(lines) == 1 or not lines[0].endswith("}") else None
        values = whole or [json.loads(line) for line in lines if line.strip()]
    except ValueError:
        return data
    spots: list[tuple[Any, Any]] = []
    stack: list[Any] = list(values)
    while stack:
        node = stack.pop()
        if isinstance(node, dict | list):
            for key in list(node) if isinstance(node, dict) else range(len(node)):
                spots.append((node, key))
                stack.append(node[key])
    if spots:
        node, key = rng.choice(spots)
        change = rng.random()
        if change < 0.2 and isinstance(node, dict):
            del node[key]
        elif change < 0.35 and isinstance(node, dict):
            node[str(rng.choice(VALUES))] = node.pop(key)
        elif change < 0.5 and isinstance(node, list):
            node.append(node[key])
        else:
            node[key] = rng.choice((rng.choice(VALUES), rng.choice(spots)[1]))
    return "\n".join(json.dumps(value) for value in values).encode()


def mutate_cells(data: bytes, rng: random.Random) -> bytes:
    try:
        rows = list(csv.reader(io.StringIO(data.decode())))
    except (csv.Error, UnicodeDecodeError):
        return data
    row = rng.choice(rows) if rows else []
    if row:
        row[rng.randrange(len(row))] = str(rng.choice(VALUES)).replace("\ud800", "")
    if rng.random() < 0.3 and rows:
        rows.append(list(rng.choice(rows)))
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


@pytest.mark.parametrize("folder", KIND_OF)
def test_mutated_files_are_read_or_refused_with_a_sentence(
    folder: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    originals = [(path, path.read_bytes()) for path in sorted((FIXTURES / folder).iterdir())]
    where, load = tmp_path_factory.mktemp(folder), loader(KIND_OF[folder])

    @settings(max_examples=1_000, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, 2**48))
    def run(seed: int) -> None:
        rng = random.Random(seed)
        path, data = rng.choice(originals)
        file = where / path.name
        file.write_bytes(mutate(data, rng, path.suffix))
        loaded = None
        try:
            loaded = load(file, skip_bad=bool(seed % 2))
            for statement in loaded.statements:
                for _ in quads(statement, loaded.source.id):
                    pass
        except MultilateralError as error:
            sentence(error, file)
        for kind in KINDS.values():
            assert kind.likeness(file) in (0, 1, 2)

    run()
