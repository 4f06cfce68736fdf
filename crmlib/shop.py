"""A client's shop as the notebooks see it: the counted tables up to the base date, and the ledgers behind them."""

# ruff: noqa: S608 - the statements are put together from our own names; texts from outside go through `literal`.

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from crmlib.client import Client, load_client
from crmlib.data.ledger import SAID, unused
from crmlib.data.left_out import NAME as LEFT_OUT
from crmlib.data.matching import matching_notes
from crmlib.data.naming import nearest
from crmlib.data.prepare import Prepared, connect, prepare
from crmlib.data.sql import parquet
from crmlib.data.tables import DAY, OUTPUTS, empty, types
from crmlib.errors import UserError

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

    from crmlib.data.ledger import Ledger, Unused

_EPOCH = date(1970, 1, 1)
_EVER = "ever_"
_CANCELLED = ("cancel_date", "cancel_day", "cancel_reason")
_DONE = ("opened", "clicked", "unsubscribed")
# The base date is the last day of the first of these that has rows.
_CLOCKS = ("orders", "surveys", "assignments", "surveys_sent")


class Shop:
    """The tables of one client up to a base date.

    Attributes:
        client: the client file. as_of: the base date, where observation ends. as_of_day: the same in days since
        1970-01-01. first_day: day of the first counted order. ledgers: one a table. read_notes: what the reading met,
        as `code: facts`. inputs: hash of every file read. policy_known: for each key of the policy, whether the export
        has a column and a value by which it can be told; empty without orders. left_out: the file that lists every
        row left out before the base date is looked at (file, row, reason). health: what in
        the whole export of orders looks wrong, see `data.health`.
    """

    def __init__(self, client: Client, prepared: Prepared, as_of: date) -> None:
        self.client = client
        self.as_of = as_of
        self.as_of_day = (as_of - _EPOCH).days
        self.read_notes = [*prepared.notes, *_orders_end(prepared, self.as_of_day)]
        self.inputs = dict(prepared.inputs)
        self.left_out = client.settings().folder / LEFT_OUT
        self.policy_known = dict(prepared.known)
        self.health = dict(prepared.health)
        self.prepared_key = prepared.key
        self.ledgers: dict[str, Ledger] = {
            table: count.ledger(self.as_of_day if table in DAY else None) for table, count in prepared.counts.items()
        }
        # Relations live as long as their connection.
        self._con = connect(client.settings())
        for table in OUTPUTS:
            self._con.execute(f"CREATE VIEW {table} AS {_up_to(prepared, table, self.as_of_day)}")
            self._con.execute(f"CREATE VIEW {_EVER}{table} AS SELECT * FROM {parquet(prepared.parquet(table))}")
        self.read_notes += matching_notes(self._ask, self.ledgers)

    @property
    def ledger(self) -> Ledger:
        """The ledger of the orders.

        Raises:
            UserError: the client has no orders.
        """
        if "orders" not in self.ledgers:
            raise UserError(f"client '{self.client.name}' has no source for orders.")
        return self.ledgers["orders"]

    @property
    def orders(self) -> duckdb.DuckDBPyRelation:
        """One row a counted order, up to the base date."""
        return self._con.table("orders")

    @property
    def order_items(self) -> duckdb.DuckDBPyRelation:
        """One row a counted line, up to the base date."""
        return self._con.table("order_items")

    @cached_property
    def first_day(self) -> int:
        """Day of the first counted order; the base date's where there is none."""
        found = self._ask("SELECT min(order_day) FROM orders")[0][0]
        return self.as_of_day if found is None else int(found)

    def table(self, name: str) -> pd.DataFrame:
        """Any canonical table up to the base date; an empty frame with its columns where the client has none.

        Raises:
            ValueError: there is no such table.
        """
        relation = self.relation(name)
        if not self.has(name):
            return empty(name)
        # A text column without a single text comes back as objects.
        return relation.df().astype(types(name))

    def ever(self, name: str) -> pd.DataFrame:
        """Any canonical table, the rows after the base date included: for what must be respected whatever its date.

        A refusal on a call counts for the next list, although calls come after the last order. Never for a figure.

        Raises:
            ValueError: there is no such table.
        """
        self.relation(name)
        frame = self._con.table(f"{_EVER}{name}").df()
        return frame.astype(types(name))

    def relation(self, name: str) -> duckdb.DuckDBPyRelation:
        """Any canonical table up to the base date, for the aggregates.

        Raises:
            ValueError: there is no such table.
        """
        if name not in OUTPUTS:
            raise ValueError(f"unknown table '{name}'{nearest(name, OUTPUTS)}")
        return self._con.table(name)

    def has(self, name: str) -> bool:
        """True when the table has at least one row up to the base date."""
        return name in OUTPUTS and bool(self._ask(f"SELECT 1 FROM {name} LIMIT 1"))

    def why_empty(self, name: str) -> Unused | None:
        """Why a table of the client file has no row up to the base date; None where it has one, or is not there.

        As text: `92 rows read, none used: 83 after_as_of, 9 bad_score`.

        Raises:
            ValueError: there is no such table.
        """
        if name not in OUTPUTS:
            raise ValueError(f"unknown table '{name}'{nearest(name, OUTPUTS)}")
        table = "orders" if name == "order_items" else name
        return unused([self.ledgers[table]]) if table in self.ledgers else None

    def _ask(self, question: str) -> list[tuple[int, ...]]:
        # A cursor of its own: a relation that is being read elsewhere must not be disturbed.
        with self._con.cursor() as cursor:
            return cursor.execute(question).fetchall()

    def __repr__(self) -> str:
        return f"Shop('{self.client.name}', as_of={self.as_of})"


def open_shop(client: str | Path, as_of: date | str | None = None) -> Shop:
    """Read a client's exports, or their prepared tables, and open them up to a base date.

    `as_of`: argument, else the client file's, else the last date in the data; never today.

    Raises:
        UserError: client file or exports cannot be used as they are; the last date in the data lies in the future; or
            there are orders and none counts up to the base date.
    """
    loaded = load_client(client)
    prepared = prepare(loaded.settings())
    # An export of orders of which none is left would make an empty report.
    _refuse_no_order(loaded, prepared)
    day = _as_of(loaded, prepared, as_of)
    _refuse_too_early(loaded, prepared, day)
    _refuse_after_tenures(loaded, prepared, day)
    return Shop(loaded, prepared, day)


def _as_of(client: Client, prepared: Prepared, given: date | str | None) -> date:
    if given is not None:
        return _date(given)
    if client.as_of is not None:
        return client.as_of
    last = _last_day(prepared)
    if last is None:
        raise UserError(f"client '{client.name}': no dated row counts{_why(prepared, DAY)}.")
    found = _EPOCH + timedelta(days=last)
    if found > datetime.now(tz=ZoneInfo(client.timezone)).date():
        raise UserError(
            f"client '{client.name}': the last date in the data is {found}, which lies in the future; "
            f"set as_of in the client file, what comes after it is left out."
        )
    return found


def _date(given: date | str) -> date:
    if isinstance(given, date):
        return given
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise UserError(f"as_of is '{given}', must be a date such as 2026-03-31.") from None


def _last_day(prepared: Prepared) -> int | None:
    for table in _CLOCKS:
        if table in prepared.counts and prepared.counts[table].days:
            return prepared.counts[table].days[-1].day
    return None


def _orders_end(prepared: Prepared, day: int) -> list[str]:
    """A note of the last counted order, where the base date is later: the days between may be missing or quiet."""
    days = [found.day for found in prepared.counts["orders"].days if found.day <= day] if _sold(prepared) else []
    return [f"orders_end: orders: {_EPOCH + timedelta(days=days[-1])}"] if days and days[-1] < day else []


def _sold(prepared: Prepared) -> bool:
    return "orders" in prepared.counts and bool(prepared.counts["orders"].rows_read)


def _refuse_no_order(client: Client, prepared: Prepared) -> None:
    if _sold(prepared) and not prepared.counts["orders"].days:
        raise UserError(f"client '{client.name}': no order counts{_why(prepared, ['orders'])}.")


def _refuse_too_early(client: Client, prepared: Prepared, as_of: date) -> None:
    if not _sold(prepared):
        return
    first = _EPOCH + timedelta(days=prepared.counts["orders"].days[0].day)
    if first > as_of:
        raise UserError(
            f"client '{client.name}': no order counts up to the base date {as_of}, the first one is of {first}; "
            f"set a later as_of."
        )


def _refuse_after_tenures(client: Client, prepared: Prepared, as_of: date) -> None:
    """Who was still there when the tenures were counted has not been watched since."""
    durations = any(note.startswith("durations: ") for note in prepared.notes)
    if durations and client.as_of is not None and as_of > client.as_of:
        raise UserError(
            f"client '{client.name}': the base date {as_of} lies after the as_of {client.as_of} of the client file, on "
            f"which the tenures end; use that date or an earlier one."
        )


def _why(prepared: Prepared, tables: Iterable[str]) -> str:
    found = unused([prepared.counts[table].ledger(None) for table in tables if table in prepared.counts])
    if found is None or not found.rows_read:
        return "; the export has no rows"
    told = ", ".join(f"{n:,}: {SAID[reason]}" for reason, n in found.reasons)
    rows = "1 row" if found.rows_read == 1 else f"{found.rows_read:,} rows"
    return f"; {rows} read, none used ({told})"


def _up_to(prepared: Prepared, table: str, day: int) -> str:
    then = {"subscriptions": _as_of_then, "sends": _sends_then}.get(table, lambda _: "")(day)
    relation = f"SELECT * {then} FROM {parquet(prepared.parquet(table))}"
    return f"{relation} WHERE {DAY[table]} <= {day}" if table in DAY else relation


def _as_of_then(day: int) -> str:
    """A subscription that was cancelled after the base date was not cancelled on it."""
    later = f"coalesce(cancel_day > {day}, false)"
    gone = ", ".join(f"CASE WHEN {later} THEN NULL ELSE {name} END AS {name}" for name in _CANCELLED)
    return f"REPLACE (CASE WHEN {later} THEN 'active' ELSE status END AS status, {gone})"


def _sends_then(day: int) -> str:
    """What a customer did with a mail after the base date had not happened on it."""
    done = [(f"{what}_day", name) for what in _DONE for name in (f"{what}_at", f"{what}_day")]
    return f"REPLACE ({', '.join(f'CASE WHEN {on} <= {day} THEN {name} END AS {name}' for on, name in done)})"
