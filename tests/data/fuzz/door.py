"""The door without what stands around it: one connection, a file in, the lines and the ledger out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crmlib.data import bulk
from crmlib.data.files import SourceFile, _format
from crmlib.data.prepare import _notes, _read, _tables, connect
from crmlib.data.settings import Settings, Source
from crmlib.data.unpack import unpack

if TYPE_CHECKING:
    from crmlib.data.ledger import Ledger
    from tests.data.fuzz.model import Line, Mutant

LEAST = bulk.LEAST


@dataclass(frozen=True)
class Outcome:
    """What became of a file."""

    ledger: Ledger
    lines: Counter[Line]
    orders: int
    notes: list[str]


class Door:
    """Reads file after file through one connection to DuckDB, each into a fresh database in memory."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.con = connect(Settings("fuzz", home, {}))
        self.con.execute("SET threads = 1")

    def read(self, mutant: Mutant, content: bytes, *, large: bool = False) -> Outcome:
        """What the door makes of a file; `large`: as it would of one of many megabytes.

        Raises:
            UserError: it is refused.
        """
        path = self.home / "orders.csv"
        path.write_bytes(content)
        source = Source(path="orders.csv", columns=mutant.columns, customer_key="plain")
        settings = Settings("fuzz", self.home, {"orders": source})
        self.con.execute("ATTACH ':memory:' AS fresh; USE fresh")
        files = {"orders": [SourceFile(path, "orders.csv", _format(path, source))]}
        try:
            bulk.LEAST = 0 if large else LEAST
            readings = _read(self.con, settings, files)
            unpack(self.con, source, readings["orders"])
            count = _tables(self.con, settings, readings)["orders"]
            found = self.con.execute(
                "SELECT order_id, customer_id, (DATE '1970-01-01' + order_day::INTEGER)::VARCHAR, line_amount "
                "FROM order_items WHERE line_amount <> 0"
            ).fetchall()
            ((orders,),) = self.con.execute("SELECT count(*) FROM orders").fetchall()
            return Outcome(count.ledger(None), Counter(found), orders, _notes(settings, files, readings))
        finally:
            bulk.LEAST = LEAST
            self.con.execute("USE memory; DETACH fresh")
