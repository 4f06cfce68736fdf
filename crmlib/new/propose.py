"""Which column of an export is which column of a table: proposed from a preset or the aliases, never silently."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from crmlib.data.mapping import meaning, plain
from crmlib.data.naming import one_line, shown_header
from crmlib.data.parse import moment
from crmlib.data.shapes import shape
from crmlib.data.tables import INPUTS, REQUIRED
from crmlib.data.unpack import LINE
from crmlib.new.amounts import money
from crmlib.new.counts import below_zero, blank_orders, contradicted, guests, totals, undone, worth_knowing
from crmlib.new.look import SAMPLES, Look
from crmlib.new.presets import loose
from crmlib.new.shown import LONGEST, Mapped, shown
from crmlib.new.who import Who, who

if TYPE_CHECKING:
    from crmlib.new.presets import Preset

LISTED = 5
_JOINS = re.compile(r"\s*[,，、;；]\s*")
_OTHER = "those of members and products go to --customers and --products"
NO_ORDERS = f"orders: this does not look like an export of orders; {_OTHER}."
_NUMBER = "(?:cd|コード|番号|no\\.?|id)"
_NUMBERED = {
    "order_id": re.compile(f"(?:ご?注文|受注|伝票|売上伝票|売上|オーダー|レシート|取引|order|invoice){_NUMBER}"),
    "product_id": re.compile(f"(?:商品|品目|製品|アイテム|品|product|item){_NUMBER}"),
}
# Money of the whole order is used only where the lines have none of their own.
_INSTEAD = {"order_amount": ("unit_price", "line_amount")}


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """One table's mapping. `lacking`: required columns that were not found; `to_know`: a sentence each."""

    table: str
    preset: Preset
    share: float
    look: Look
    mapped: list[Mapped]
    lacking: list[tuple[str, ...]]
    to_do: list[str]
    to_know: list[str]

    @property
    def unmapped(self) -> list[str]:
        """Headers of the export that no column is taken from, as they may be shown."""
        used = {one.header for one in self.mapped}
        return [shown_header(name) for name in self.look.header if name and name not in used]

    @property
    def missing(self) -> list[str]:
        """Columns that the table could have and the export does not."""
        found = {one.name for one in self.mapped} | {name for group in self.lacking for name in group}
        same = {"order_date"} if "ordered_at" in found else set()
        return [name for name in INPUTS[self.table] if name not in found | same]

    def header_of(self, name: str) -> str | None:
        """The header a column is taken from; None where it is not mapped."""
        return next((one.header for one in self.mapped if one.name == name), None)

    def items(self) -> dict[str, str]:
        """The mapped columns whose cells hold several items, and what stands between these; "" where it is `L1=`."""
        known = dict.fromkeys(self.preset.packed, "") | self.preset.split
        return {one.name: known[one.name] for one in self.mapped if one.name in known and self.header_of("order_id")}

    def samples(self, one: Mapped) -> list[str]:
        """Up to three values of a column as they may be shown: personal ones only as their shape."""
        return [shown(text, one) for text in self.look.samples[one.header][:SAMPLES]]


def headers(look: Look, preset: Preset, like: str = "") -> dict[str, str]:
    """Which header each canonical column would be taken from: by the names, or by the first rows where names do not do.

    `like`: the header that tells the customers in the orders.
    """
    return _plan(look, preset, like).headers


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """The header of each column, and a sentence on each choice."""

    headers: dict[str, str]
    to_do: tuple[str, ...] = ()
    to_know: tuple[str, ...] = ()


def _plan(look: Look, preset: Preset, like: str) -> _Plan:
    found = {name: header for name in preset.columns if (header := _header(look, preset, name)) is not None}
    if preset.name:
        return _Plan(headers={n: h for n, h in found.items() if not found.keys() & {*_INSTEAD.get(n, ())}})
    whose = who(look, preset, like) if "customer_id" in preset.columns else Who(None)
    order = {name: header for name, header in found.items() if name != "customer_id"}
    order = ({"customer_id": whose.header} if whose.header else {}) | order
    told: list[str] = []
    if "order_amount" in preset.columns:
        order, told = money(look, order)
        if not {"status", "cancelled_at"} & order.keys() and (other := undone(look, {*order.values()})):
            order["status"] = other
    named = {name: order[name] for name in _ordered(order, preset)}
    return _Plan(headers=named, to_do=whose.to_do, to_know=(*whose.to_know, *told))


def _ordered(found: dict[str, str], preset: Preset) -> list[str]:
    """The columns as the aliases have them, others at the end."""
    return [*(name for name in preset.columns if name in found), *(n for n in found if n not in preset.columns)]


def _header(look: Look, preset: Preset, name: str) -> str | None:
    taxed = not preset.name
    found = [own for one in preset.columns[name] if (own := look.name_of(one.header, taxed=taxed))]
    filled = [own for own in found if look.samples[own]] if preset.name else []
    if not found and not preset.name and name in _NUMBERED:
        found = [header for header in look.header if _NUMBERED[name].fullmatch(loose(header))]
    return next(iter(filled or found), None)


def propose(table: str, look: Look, preset: Preset, share: float, *, like: str = "") -> Proposal:
    """Map a table's columns by a preset, or by the aliases; say what is lacking and what must be filled in by hand.

    `like`: the header that tells the customers in the orders.
    """
    plan = _plan(look, preset, like)
    found = [_mapped(look, name, header, preset, table) for name, header in plan.headers.items()]
    if table == "orders":
        found = [_with_blanks(look, one, found) for one in found]
    names = {one.name for one in found}
    # Other columns may fill with next month's export: a shop without a cancellation today has one tomorrow.
    blank = [one for one in found if one.name == "product_id" and "product_name" in names and look.is_blank(one.header)]
    mapped = [one for one in found if one not in blank]
    names = {one.name for one in mapped}
    lacking = [group for group in REQUIRED[table] if not names.intersection(group)]
    told = [
        f"column '{shown_header(one.header)}' is blank in every row, a product is told by its name." for one in blank
    ]
    proposal = Proposal(
        table=table, preset=preset, share=share, look=look, mapped=mapped, lacking=lacking, to_do=[*plan.to_do],
        to_know=[*plan.to_know, *told],
    )  # fmt: skip
    open_ends = [group for group in lacking if not (plan.to_do and group == ("customer_id",))]
    proposal.to_do.extend(said for said in (*(_lacks(table, one) for one in open_ends), *map(_unknown, mapped)) if said)
    if table == "orders":
        proposal.to_do.extend(_unread_dates(proposal))
        if not preset.name:
            proposal.to_do.extend(contradicted(proposal))
        if len(lacking) > 1:
            proposal.to_do.insert(0, NO_ORDERS)
        below = below_zero(proposal)
        told = [*worth_knowing(proposal), *_no_status(proposal, below), *guests(proposal), *totals(proposal)]
        proposal.to_know.extend([*told, *below, *_joined(proposal)])
    return proposal


def _with_blanks(look: Look, one: Mapped, found: list[Mapped]) -> Mapped:
    """A status is blank where its whole order has none; on an order's later lines a blank is that of the first."""
    if one.name != "status" or "" in one.values:
        return one
    headers_of = {other.name: other.header for other in found}
    n = blank_orders(look, headers_of.get("order_id"), one, headers_of.get("ordered_at"))
    unknown = {text: rows for text, rows in one.unknown.items() if text}
    if one.values and not unknown and all(means in ("cancelled", "returned") for means in one.values.values()):
        # Filled in only where a sale was taken back.
        return replace(one, values=one.values | {"": "valid"}, unknown={})
    return replace(one, unknown=unknown | ({"": n} if n else {}))


def _mapped(look: Look, name: str, header: str, preset: Preset, table: str) -> Mapped:
    taken = (one for one in preset.columns.get(name, ()) if look.name_of(one.header, taxed=not preset.name) == header)
    # A column that is known by its cells and not by its name means what the others of its kind do.
    candidate = next(taken, None) or next(iter(preset.columns.get(name, ())), None)
    one = _with_values(look, table, name, header, candidate.values if candidate else {})
    return one if preset.name else _occurring(look, one)


def _occurring(look: Look, one: Mapped) -> Mapped:
    """Without the values that other shops have: a preset's are known, those of the aliases are only likely."""
    if look.cut:
        return one
    found = (look.values(one.header) or {}) if one.values else {}
    return replace(one, values={text: means for text, means in one.values.items() if text in found})


def _with_values(look: Look, table: str, name: str, header: str, known: dict[str, str]) -> Mapped:
    """The column with the meanings of its values; those that occur without one are listed."""
    column = INPUTS[table][name]
    if column.kind not in ("code", "flag") and not known:
        return Mapped(name, header)
    found = look.values(header)
    if found is None:
        return Mapped(name, header, known, {} if column.kind != "code" or "*" in known else {"": 0})
    unknown = {text: n for text, n in found.items() if meaning(text, known, column) is None}
    # A blank on an order's later lines stands for the value of its first line; that of a status is looked at later.
    if "" in unknown and len(found) > 1:
        unknown.pop("")
    by_alias = {text: known[plain(text)] for text in found if text not in known and plain(text) in known}
    return Mapped(name, header, known | by_alias, unknown)


def _lacks(table: str, group: tuple[str, ...]) -> str:
    return f"{table}: no column of the export is known to be {' or '.join(group)}; fill it in by hand."


def _unknown(one: Mapped) -> str:
    if not one.unknown:
        return ""
    told = [
        f"{_quoted(text, one)} ({n:,} {'row' if n == 1 else 'rows'})" for text, n in [*one.unknown.items()][:LISTED]
    ]
    more = f" and {len(one.unknown) - LISTED:,} more" if len(one.unknown) > LISTED else ""
    return (
        f"{one.name}: column '{shown_header(one.header)}' holds values without a meaning: {', '.join(told)}{more}; say "
        f"under values what each means."
    )


def _quoted(text: str, one: Mapped) -> str:
    return f"'{shown(text, one)}'" if text else "a blank"


def _no_status(proposal: Proposal, below: list[str]) -> list[str]:
    if proposal.header_of("status") or proposal.header_of("cancelled_at"):
        return []
    apart = ", rows below zero apart" if below else ""
    return [f"no column tells which orders were cancelled or returned: all of them count{apart}."]


def _joined(proposal: Proposal) -> list[str]:
    """Cells that hold several products, each of which also stands alone in another cell."""
    header = proposal.header_of("product_id") or proposal.header_of("product_name")
    if header is None or proposal.items():
        return []
    rows = Counter(text for (text,) in proposal.look.rows(header))
    several = [text for text in rows if {*_JOINS.split(text)} & rows.keys() - {text, ""}]
    n = sum(rows[text] for text in several)
    if not n:
        return []
    said = (
        f"column '{shown_header(header)}' holds several products in one cell in {n:,} {'row' if n == 1 else 'rows'}, "
        f"such as '{one_line(several[0])[:LONGEST]}': each combination counts as a product of its own. For figures of "
        f"products, export a row a product{_or_split(proposal, several)}."
    )
    return [said]


def _or_split(proposal: Proposal, several: list[str]) -> str:
    """The key that makes a line of each product, where the money is the order's and nothing is told of one product."""
    told = {one.name for one in proposal.mapped} & {*LINE}
    if len(told) != 1 or not proposal.header_of("order_amount") or not proposal.header_of("order_id"):
        return ""
    marks = Counter(mark for text in several for mark in _JOINS.findall(text))
    (between,) = {mark.strip() for mark, _ in marks.most_common(1)}
    return f', or set split: {{{told.pop()}: "{between}"}} in the client file'


def _unread_dates(proposal: Proposal) -> list[str]:
    """What the dates look like where the door could not read them as they are."""
    header = proposal.header_of("ordered_at")
    texts = proposal.look.samples[header] if header else []
    if not texts or readable(texts):
        return []
    return [f"ordered_at: dates that look like '{shape(texts[0])}' are not read by themselves; set date_format."]


def readable(texts: list[str]) -> bool:
    """Whether the door reads any of these dates without being told their form."""
    import duckdb

    with duckdb.connect() as con:
        con.execute("CREATE TABLE cells AS SELECT unnest(?) AS text", [texts])
        return bool(con.execute(f"SELECT count({moment('text', None, 'UTC')}) FROM cells").fetchall()[0][0])  # noqa: S608
