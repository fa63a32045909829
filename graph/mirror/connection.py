"""The connection to a Neo4j: address, sign-in, managed transactions, and its errors in one sentence each.

This is the only module that imports the driver. Reads and writes go through the driver's managed transactions, which
try deadlocks, changes of the leader and lost connections again; what they run must therefore be safe to run twice.
"""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from ...ontology.errors import BadParameter, MultilateralError

if TYPE_CHECKING:
    from neo4j import Driver, ManagedTransaction

T = TypeVar("T")
SCHEMES = ("bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc")
OLDEST = (5, 0)
#: Seconds for which the driver tries a transaction again, and for which it waits for an answer to a first call.
RETRY_SECONDS = 30.0
_FETCH = 5_000
_LOST_ANSWERS = 5


class MissingDriver(MultilateralError):
    """Raised when the optional driver is not installed."""


class ServerUnavailable(MultilateralError):
    """Raised when no server answers, or when it goes away for longer than the driver tries again."""


class SignInRefused(MultilateralError):
    """Raised when the server refuses the user or the password, or wants one and has none."""


class ServerRefused(MultilateralError):
    """Raised when the server answers and does not do what was asked: no such database, no right, too old, full."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a Neo4j is, and who asks. The password is never shown.

    ``database`` is the server's own default where it is ``None``.
    """

    url: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    database: str | None = None

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.username is not None or parts.password is not None:
            raise BadParameter(
                "The address must hold no user and no password, because others can read it in the list of processes; "
                "give the user with --user and the password in MULTILATERAL_NEO4J_PASSWORD or at the prompt."
            )
        if parts.scheme not in SCHEMES or not parts.hostname:
            raise BadParameter(
                f"{self.url!r} is not the address of a Neo4j; write for instance bolt://localhost:7687 or "
                "neo4j+s://name.example.org."
            )


class Server:
    """A Neo4j that answers; use it as ``with Server(address) as server``.

    :raises MissingDriver: If the driver is not installed.
    :raises ServerUnavailable: If nothing answers.
    :raises SignInRefused: If the user or password is refused.
    :raises ServerRefused: If the database does not exist or the server is too old.
    """

    def __init__(self, address: Address, *, retry_seconds: float = RETRY_SECONDS) -> None:
        self.address = address
        self._driver = _driver(address, retry_seconds)
        try:
            with self.told():
                self._driver.verify_connectivity()  # at once, and not tried again: nobody waits for a wrong address
            self._check_version(self.read(lambda tx: tx.run("RETURN 1").consume()).server.agent)
        except MultilateralError:
            self._driver.close()
            raise

    def __enter__(self) -> Server:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._driver.close()

    def _check_version(self, agent: str) -> None:
        found = re.match(r"Neo4j/(\d+)\.(\d+)", agent)
        if found and (int(found[1]), int(found[2])) < OLDEST:
            raise ServerRefused(
                f"The server at {self.address.url} is {agent.replace('/', ' ')}, which is too old; "
                f"use Neo4j {OLDEST[0]} or later."
            )

    def read(self, work: Callable[[ManagedTransaction], T]) -> T:
        """Run ``work`` in a transaction that can only read; it may be run again, so it must begin anew each time."""
        with self.told(), self._session(write=False) as session:
            return session.execute_read(work)  # type: ignore[no-any-return]

    def write(self, work: Callable[[ManagedTransaction], T]) -> T:
        """Run ``work`` in a transaction that writes; it may be run again after it was committed."""
        from neo4j.exceptions import IncompleteCommit

        with self.told(), self._session(write=True) as session:
            for _ in range(_LOST_ANSWERS):
                try:
                    return session.execute_write(work)  # type: ignore[no-any-return]
                except IncompleteCommit:
                    # The answer to the commit was lost, and the driver cannot know whether to try again. We can: what
                    # we write is found by its key the second time.
                    continue
            return session.execute_write(work)  # type: ignore[no-any-return]

    def run(self, text: str, **parameters: Any) -> list[dict[str, Any]]:
        """Run one statement that changes data in a transaction of its own and return its rows."""
        return self.write(lambda tx: tx.run(text, parameters).data())

    def schema(self, text: str) -> None:
        """Run one statement that changes indexes or constraints."""
        self.write(lambda tx: tx.run(text).consume())

    def rows(self, text: str, **parameters: Any) -> list[dict[str, Any]]:
        """Run one statement that reads and return its rows."""
        return self.read(lambda tx: tx.run(text, parameters).data())

    def _session(self, *, write: bool) -> Any:
        return self._driver.session(
            database=self.address.database,
            default_access_mode="WRITE" if write else "READ",
            fetch_size=_FETCH,
        )

    @contextlib.contextmanager
    def told(self) -> Iterator[None]:
        """Turn the driver's errors into one sentence each."""
        from neo4j.exceptions import DriverError, Neo4jError

        try:
            yield
        except (DriverError, Neo4jError, OSError) as error:
            raise _sentence(self.address, error) from error


def _driver(address: Address, retry_seconds: float) -> Driver:
    try:
        import neo4j
    except ImportError as error:
        raise MissingDriver(
            "The driver for Neo4j is not installed; install it with `pip install multilateral[neo4j]`."
        ) from error
    # Without a handler Python would print the driver's notes on transactions that it tries again.
    logging.getLogger("neo4j").addHandler(logging.NullHandler())
    signed = address.user is not None or address.password is not None
    try:
        return neo4j.GraphDatabase.driver(
            address.url,
            auth=(address.user or "neo4j", address.password or "") if signed else None,
            max_transaction_retry_time=retry_seconds,
            connection_timeout=10.0,
            connection_acquisition_timeout=max(20.0, retry_seconds),
            notifications_min_severity="OFF",
            user_agent="multilateral",
        )
    except (neo4j.exceptions.ConfigurationError, ValueError) as error:
        raise BadParameter(f"{address.url!r} cannot be used as an address: {error}.") from error


def _sentence(address: Address, error: Exception) -> MultilateralError:
    """Return an error of ours that says what happened, where, and what to do."""
    from neo4j import exceptions as e

    url = address.url
    text = " ".join(str(getattr(error, "message", None) or error).split())
    code = str(getattr(error, "code", None) or "")
    database = f"database {address.database!r}" if address.database else "default database"
    if "No space left" in text or code.endswith(("TransactionLogError", "TransactionCommitFailed")):
        return ServerRefused(
            f"The server at {url} could not write to its disk, which is full or failing ({_brief(text)}); make room "
            "there and start it again, then push again: the next push finishes this one."
        )
    if code.endswith(("TransactionStartFailed", "DatabaseUnavailable")) and "restart" in text:
        return ServerUnavailable(
            f"The {database} at {url} has stopped itself, often because of a full disk ({_brief(text)}); look there, "
            "start it again, then push again."
        )
    if isinstance(error, e.AuthError) or code.startswith("Neo.ClientError.Security.Auth"):
        if code.endswith("AuthenticationRateLimit"):
            return SignInRefused(f"The server at {url} refuses after too many wrong passwords; wait a minute.")
        who = f"the user {address.user or 'neo4j'!r}" if address.user or address.password else "an unknown user"
        return SignInRefused(
            f"The server at {url} does not let {who} in; give the right --user, and the password in "
            "MULTILATERAL_NEO4J_PASSWORD or at the prompt."
        )
    if code.endswith("DatabaseNotFound"):
        return ServerRefused(f"There is no {database} on the server at {url}; name another with --database.")
    if code.endswith(("CredentialsExpired",)):
        return SignInRefused(f"The password at {url} has to be changed first; set a new one with Neo4j's own tools.")
    if code.startswith("Neo.ClientError.Security"):
        return ServerRefused(
            f"The user has no right to do this in the {database} at {url} ({_brief(text)}); ask its administrator."
        )
    if "Constraint" in code or "EquivalentSchemaRuleAlreadyExists" in code or "IndexAlreadyExists" in code:
        return ServerRefused(
            f"A constraint or index of the {database} at {url} stands in the way ({_brief(text)}); use a database of "
            "its own with --database, or drop it there."
        )
    if code.endswith(("NotALeader", "ForbiddenOnReadOnlyDatabase", "WriteOnReadOnlyAccessDatabase")):
        return ServerRefused(f"The server at {url} only reads; write to the leader, for a cluster by neo4j://.")
    if isinstance(error, (e.ServiceUnavailable, e.SessionExpired, OSError)) or "Unavailable" in code:
        return ServerUnavailable(f"No Neo4j answers at {url} ({_brief(text)}); check that it runs, then try again.")
    if "Bolt" in type(error).__name__ or isinstance(error, e.UnsupportedServerProduct):
        return ServerRefused(f"What answers at {url} is no Neo4j {OLDEST[0]} or later ({_brief(text)}).")
    if "MemoryPool" in code or "OutOfMemory" in text:
        return ServerRefused(f"The server at {url} has too little memory ({_brief(text)}); give it more.")
    return ServerRefused(f"The server at {url} refused: {_brief(text)} ({code or type(error).__name__}).")


def _brief(text: str) -> str:
    return (text if len(text) <= 300 else text[:300] + " …").rstrip(". ")
