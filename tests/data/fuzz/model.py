"""Orders that are known before they are written: real headers, and rows whose money is counted by hand."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random

from crmlib.new.presets import presets

SHARED = Path(__file__).resolve().parents[4] / "shared" / "presets.json"
WANTED = (
    "order_id",
    "customer_id",
    "ordered_at",
    "unit_price",
    "quantity",
    "line_amount",
    "order_amount",
    "product_id",
)
MONEY = ("line_amount", "unit_price", "order_amount")
# Order, customer, day and yen of one line that counts.
Line = tuple[str, str, str, int]


@dataclass(frozen=True)
class Form:
    """A real header, and which of its columns an order is read from."""

    name: str
    header: tuple[str, ...]
    columns: dict[str, str]


@cache
def forms() -> tuple[Form, ...]:
    """Every order export whose header we know, once as we keep it and once as it was found."""
    kept = [(name, p) for name, p in presets().items() if p.table == "orders"]
    made = [_form(name, p.headers, {c: [one.header for one in of] for c, of in p.columns.items()}) for name, p in kept]
    found = [form for form in made if form]
    found.append(Form("canonical", (*WANTED[:5], "memo", "note"), {name: name for name in WANTED[:5]}))
    if SHARED.is_file():
        listed = json.loads(SHARED.read_text(encoding="utf-8"))["presets"]
        given = {form.name: form for form in found}
        for name, known in listed.items():
            headers = known.get("headers", ()) if isinstance(known, dict) else ()
            if name in given and headers:
                again = _form(f"{name} as found", tuple(headers), {c: [h] for c, h in given[name].columns.items()})
                found += [again] if again else []
    return tuple(found)


def _form(name: str, headers: tuple[str, ...], candidates: dict[str, list[str]]) -> Form | None:
    columns = {c: next((h for h in candidates[c] if h in headers), "") for c in WANTED if c in candidates}
    columns = {c: h for c, h in columns.items() if h}
    if not {"order_id", "ordered_at"} <= set(columns) or not set(MONEY) & set(columns):
        return None
    money = next(c for c in MONEY if c in columns)
    for other in MONEY:
        if other != money:
            columns.pop(other, None)
    if money != "unit_price":
        columns.pop("quantity", None)
    free = [h for h in dict.fromkeys(headers) if h not in columns.values() and headers.count(h) == 1]
    columns.setdefault("customer_id", free[0])
    return Form(name, tuple(headers), columns)


@dataclass
class Mutant:
    """A file in the making, and what may become of it.

    `lines`: for each row that was written the line it must give, None for a row that must give none. `free`: rows that
    may be left out, and must give their line where they are not. `records`: how many more or fewer records than `lines`
    the file has at least and at most. `wild`: nothing is known of the rows. `refused`: it must be, or may be.
    """

    form: Form
    header: list[str]
    rows: list[list[str]]
    lines: list[Line | None]
    columns: dict[str, str]
    free: set[int] = field(default_factory=set)
    records: tuple[int, int] = (0, 0)
    wild: bool = False
    refused: str = "never"
    says: list[str] = field(default_factory=list)
    encoding: str = "utf-8"
    start: str = ""
    end: str = "\n"
    mark: str = ","
    quote_all: bool = False
    raw: set[tuple[int, int]] = field(default_factory=set)
    above: str = ""
    below: str = ""
    bytes_last: list[Callable[[bytes, Random], bytes]] = field(default_factory=list)

    def place(self, name: str) -> int:
        """Where a canonical column stands."""
        return self.header.index(self.columns[name])

    def fillers(self) -> list[int]:
        """The places of columns that nothing is read from."""
        used = set(self.columns.values())
        return [i for i, name in enumerate(self.header) if name not in used]

    def may(self, what: str) -> None:
        """Allow a refusal, or call for one; what must happen is never taken back."""
        self.refused = what if self.refused != "must" else "must"

    def content(self, rng: Random) -> bytes:
        """The file."""
        every = [self.header, *self.rows]
        text = self.start + self.above
        for n, cells in enumerate(every):
            text += self.mark.join(self._cell(n - 1, i, cell) for i, cell in enumerate(cells)) + self.end
        content = (text + self.below).encode(self.encoding)
        for change in self.bytes_last:
            content = change(content, rng)
        return content

    def _cell(self, row: int, place: int, cell: str) -> str:
        if (row, place) in self.raw:
            return cell
        special = any(mark in cell for mark in (self.mark, '"', "\n", "\r"))
        return '"' + cell.replace('"', '""') + '"' if special or self.quote_all else cell

    def must(self) -> Counter[Line]:
        """The lines that have to be there."""
        return Counter(line for n, line in enumerate(self.lines) if line and n not in self.free)

    def may_be(self) -> Counter[Line]:
        """Those that may be there besides."""
        return Counter(line for n, line in enumerate(self.lines) if line and n in self.free)


def unmutated(form: Form, rng: Random) -> Mutant:
    """A dozen lines of orders, as a careful shop would export them."""
    header = list(form.header)
    mutant = Mutant(form, header, [], [], dict(form.columns))
    whole = "order_amount" in form.columns
    for n in range(rng.randint(6, 14)):
        # Every third row belongs to the order above, except where only whole orders have money.
        order = n if whole else n - (n % 3 == 2)
        quantity = rng.randint(1, 4) if "quantity" in form.columns else 1
        price, day = rng.choice([980, 1980, 12800, 350]) + n, f"2024-{1 + order % 12:02d}-{1 + order % 12:02d}"
        cells = [f"f{i % 7}" if i % 3 else "" for i in range(len(header))]
        given = {
            "order_id": f"A{order:04d}", "customer_id": f"c{order % 5:03d}", "ordered_at": f"{day} 10:0{order % 10}",
            "unit_price": str(price), "line_amount": str(price), "order_amount": str(price), "quantity": str(quantity),
            "product_id": f"p{n}",
        }  # fmt: skip
        for name, at in form.columns.items():
            cells[header.index(at)] = given[name]
        mutant.rows.append(cells)
        mutant.lines.append((given["order_id"], given["customer_id"], day, price * quantity))
    return mutant
