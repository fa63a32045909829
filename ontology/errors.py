"""The errors that users see: one root, children named after the fact, each one sentence of what, where, what to do."""

from __future__ import annotations

from pathlib import Path


class MultilateralError(Exception):
    """Root of all errors that this package raises on purpose."""


class UnreadableSource(MultilateralError):
    """Raised when an input cannot be read, or a record in it is wrong.

    The message names the place as precisely as it is known: file, sheet, row (1 is the header) and column.
    """

    def __init__(
        self,
        problem: str,
        *,
        path: str | Path | None = None,
        sheet: str | None = None,
        row: int | None = None,
        column: str | None = None,
        advice: str | None = None,
    ) -> None:
        self.problem, self.path, self.sheet = problem, path, sheet
        self.row, self.column, self.advice = row, column, advice
        where = [Path(path).name] if path is not None else []
        where += [f"sheet {sheet!r}"] if sheet else []
        where += [f"row {row}"] if row is not None else []
        where += [f"column {column!r}"] if column else []
        text = f"{', '.join(where)}: {problem}" if where else problem
        super().__init__(f"{text}; {advice}." if advice else f"{text}.")


class NoStore(MultilateralError):
    """Raised when a folder is not a store."""


class NewerStore(MultilateralError):
    """Raised when a store was made by a newer version of this package."""


class StoreLocked(MultilateralError):
    """Raised when another process is writing to the store."""


class StorageFailed(MultilateralError):
    """Raised when the disk refuses: full, read-only, no permission. Nothing stored before is lost."""


class DamagedSource(MultilateralError):
    """Raised when the file of a loaded source cannot be read back; the others stay usable."""

    def __init__(self, source_id: str, path: Path, reason: str) -> None:
        self.source_id, self.path, self.reason = source_id, path, reason
        super().__init__(
            f"Source {source_id!r} is left out because its file {path} is damaged ({reason}); "
            "load it again or put the file back from a copy."
        )


class DamagedLog(MultilateralError):
    """Raised when a line of the decision log does not match its checksum."""


class UnknownSource(MultilateralError):
    """Raised when a source is named that the store does not hold."""


class UnknownEntity(MultilateralError):
    """Raised when nothing in the store bears the name given; ``near`` lists what comes close."""

    def __init__(self, text: str, near: tuple[str, ...] = ()) -> None:
        self.text, self.near = text, near
        hint = f"; did you mean {', '.join(near)}?" if near else "; `multilateral find` searches all names."
        super().__init__(f"Nothing in the store is called {text!r}{hint}")


class AmbiguousName(MultilateralError):
    """Raised when several things bear the name given; ``candidates`` describes each."""

    def __init__(self, text: str, candidates: tuple[str, ...]) -> None:
        self.text, self.candidates = text, candidates
        listed = "".join(f"\n  {c}" for c in candidates)
        super().__init__(f"{text!r} may mean several things; give the identifier or IRI of one of them:{listed}")


class BadQuery(MultilateralError):
    """Raised when a query text is wrong, or tries to write."""


class BadParameter(MultilateralError):
    """Raised when a parameter or an option has a value that it cannot have."""
