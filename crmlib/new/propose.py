"""Which column of an export is which column of a table: proposed from a preset or the aliases, never silently."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from crmlib.data.keys import is_personal, is_personal_header, what_is_personal
from crmlib.data.mapping import meaning, plain
from crmlib.data.naming import holds_phone, listed, one_line, shown_header
from crmlib.data.parse import moment
from crmlib.data.shapes import shape
from crmlib.data.tables import INPUTS, REQUIRED
from crmlib.new.look import SAMPLES, Look

if TYPE_CHECKING:
    from crmlib.new.presets import Preset

LONGEST = 24
LISTED = 5
_JOINS = re.compile(r"\s*[,，、;；]\s*")
# Money of the whole order is used only where the lines have none of their own.
_INSTEAD = {"order_amount": ("unit_price", "line_amount")}


@dataclass(frozen=True)
class Mapped:
    """A canonical column, the header it is taken from, and what its values mean; `unknown` have rows and no meaning."""

    name: str
    header: str
    values: dict[str, str] = field(default_factory=dict)
    unknown: dict[str, int] = field(default_factory=dict)


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

    def samples(self, one: Mapped) -> list[str]:
        """Up to three values of a column as they may be shown: personal ones only as their shape."""
        return [shown(text, one) for text in self.look.samples[one.header][:SAMPLES]]


def shown(text: str, column: Mapped) -> str:
    """A value on one line, cut where it is long; only its shape where it is, or may be, of a person.

    Example:
        >>> shown("hanako@example.jp", Mapped("customer_id", "Email")), shown("501", Mapped("customer_id", "会員ID"))
        ('aaaaaa@aaaaaaa.aa', '501')
        >>> shown("090-1234-5678 へ", Mapped("status", "状況"))
        '999-9999-9999 a'
    """
    key = column.name == "customer_id" and (is_personal_header(column.header) or is_personal(text))
    if key or what_is_personal(text) or holds_phone(text):
        return shape(text)
    line = one_line(text)
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def headers(look: Look, preset: Preset) -> dict[str, str]:
    """Which header each canonical column would be taken from, by names alone: no value is read."""
    found: dict[str, str] = {}
    for name, candidates in preset.columns.items():
        header = next((own for one in candidates if (own := look.name_of(one.header)) is not None), None)
        if header is not None:
            found[name] = header
    return {name: header for name, header in found.items() if not found.keys() & {*_INSTEAD.get(name, ())}}


def propose(table: str, look: Look, preset: Preset, share: float) -> Proposal:
    """Map a table's columns by a preset, or by the aliases; say what is lacking and what must be filled in by hand."""
    found = [one for name in preset.columns if (one := _mapped(look, name, preset, table))]
    names = {one.name for one in found}
    found = [one for one in found if not names.intersection(_INSTEAD.get(one.name, ()))]
    # Other columns may fill with next month's export: a shop without a cancellation today has one tomorrow.
    blank = [one for one in found if one.name == "product_id" and "product_name" in names and look.is_blank(one.header)]
    mapped = [one for one in found if one not in blank]
    names = {one.name for one in mapped}
    lacking = [group for group in REQUIRED[table] if not names.intersection(group)]
    told = [
        f"column '{shown_header(one.header)}' is blank in every row, a product is told by its name." for one in blank
    ]
    proposal = Proposal(
        table=table, preset=preset, share=share, look=look, mapped=mapped, lacking=lacking, to_do=[], to_know=told
    )
    proposal.to_do.extend([*map(_lacks, [table] * len(lacking), lacking), *map(_unknown, mapped)])
    proposal.to_do[:] = [sentence for sentence in proposal.to_do if sentence]
    if table == "orders":
        proposal.to_do.extend(_unread_dates(proposal))
        proposal.to_know.extend([*_no_status(proposal), *_guests(proposal), *_joined(proposal)])
    return proposal


def _mapped(look: Look, name: str, preset: Preset, table: str) -> Mapped | None:
    for candidate in preset.columns[name]:
        header = look.name_of(candidate.header)
        if header is not None:
            one = _with_values(look, table, name, header, candidate.values)
            return one if preset.name else _occurring(look, one)
    return None


def _occurring(look: Look, one: Mapped) -> Mapped:
    """Without the values that other shops have: a preset's are known, those of the aliases are only likely."""
    found = (look.values(one.header) or {}) if one.values else {}
    return replace(one, values={text: means for text, means in one.values.items() if text in found})


def _with_values(look: Look, table: str, name: str, header: str, known: dict[str, str]) -> Mapped:
    """The column with the meanings of its values; those that occur without one are listed."""
    column = INPUTS[table][name]
    if column.kind not in ("code", "flag") and not known:
        return Mapped(name, header)
    found = look.values(header)
    if found is None:
        return Mapped(name, header, known, {} if column.kind != "code" else {"": 0})
    unknown = {text: n for text, n in found.items() if meaning(text, known, column) is None}
    # A blank on an order's later lines stands for the value of its first line.
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


def _no_status(proposal: Proposal) -> list[str]:
    if proposal.header_of("status") or proposal.header_of("cancelled_at"):
        return []
    return ["no column tells which orders were cancelled or returned: all of them count."]


def _joined(proposal: Proposal) -> list[str]:
    """Cells that hold several products, each of which also stands alone in another cell."""
    header = proposal.header_of("product_id") or proposal.header_of("product_name")
    if header is None:
        return []
    rows = Counter(text for (text,) in proposal.look.rows(header))
    several = [text for text in rows if {*_JOINS.split(text)} & rows.keys() - {text, ""}]
    n = sum(rows[text] for text in several)
    if not n:
        return []
    said = (
        f"column '{shown_header(header)}' holds several products in one cell in {n:,} {'row' if n == 1 else 'rows'}, "
        f"such as '{one_line(several[0])[:LONGEST]}': each combination counts as a product of its own. For figures of "
        f"products, export a row a product."
    )
    return [said]


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


def _guests(proposal: Proposal) -> list[str]:
    """How many orders have no customer, and so will be left out."""
    order, customer = proposal.header_of("order_id"), proposal.header_of("customer_id")
    if customer is None or order is None:
        return []
    known: dict[str, bool] = {}
    for number, who in proposal.look.rows(order, customer):
        known[number] = known.get(number, False) or bool(who)
    n = Counter(known.values())[False]
    if not n:
        return []
    orders = f"1 order of {len(known):,} has" if n == 1 else f"{n:,} orders of {len(known):,} have"
    said = (
        f"{orders} no {shown_header(customer)} (guests): left out, in the ledger's line 'no customer'. "
        f"To count them, map customer_id to a column that every order has{_instead(proposal)}."
    )
    return [said]


def _instead(proposal: Proposal) -> str:
    mails = [name for name in proposal.look.header if is_personal_header(name) and "メール" in plain(name)]
    return f", such as {listed(mails[:1])}" if mails else ""
