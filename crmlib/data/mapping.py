"""Export columns to canonical columns, and export values to canonical values."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from fnmatch import fnmatchcase
from itertools import islice
from typing import TYPE_CHECKING

from crmlib.data.keys import what_is_personal
from crmlib.data.naming import listed, nearest
from crmlib.data.tables import INPUTS, REQUIRED, Column
from crmlib.errors import UserError

if TYPE_CHECKING:
    from crmlib.data.settings import Source

# A header names things; numbers, dates and times are what stands below it.
_DATUM = re.compile(r"[¥\\]?[+-]?\d[\d,.]*円?|\d{4}([-/年]\d{1,2}){2}.*|\d{1,2}[-/]\d{1,2}[-/]\d{4}.*")
HIDDEN = "(hidden)"
# The first word of a header such as 購入者 住所, which is written like a name.
_WHOSE = re.compile(r"(購入者|購入商品|注文者|注文商品|配送先|送付先|お?届け先|請求先) ")
SEARCHED_ROWS = 50
TRUE = ("true", "1", "yes", "はい", "済")
FALSE = ("false", "0", "no", "いいえ", "未")


def plain(name: str) -> str:
    """A header name as it is compared: NFKC, without spaces at the ends. Only for matching, never stored."""
    return unicodedata.normalize("NFKC", name).strip()


def is_header(names: list[str]) -> bool:
    """False where a cell holds a number, a date or something of a person: a file without a header row.

    Example:
        >>> is_header(["注文番号", "単価"]), is_header(["A1", "2024-01-01"]), is_header(["山田 花子", "x"])
        (True, False, False)
    """
    return not any(name.startswith(HIDDEN) or _DATUM.fullmatch(plain(name)) for name in unique_names(names))


def unique_names(header: list[str]) -> list[str]:
    """Header names in which a repeated name gets a suffix, and one that is of a person is hidden.

    Example:
        >>> unique_names(["注文番号", "送料", "送料"])
        ['注文番号', '送料', '送料_2']
        >>> unique_names(["山田 花子", "購入者 住所"])
        ['(hidden)', '購入者 住所']
    """
    seen: dict[str, int] = {}
    names: list[str] = []
    for cell in header:
        name = HIDDEN if _is_of_person(cell) else cell
        key = plain(name)
        seen[key] = seen.get(key, 0) + 1
        names.append(name.strip() if seen[key] == 1 or not key else f"{name.strip()}_{seen[key]}")
    return names


def _is_of_person(cell: str) -> bool:
    what = what_is_personal(cell)
    return what is not None and not (what == "a name" and _WHOSE.match(plain(cell)))


def match_columns(table: str, source: Source, header: list[str], file: str) -> dict[str, int]:
    """Position of every mapped canonical column in a header; without a mapping, of the canonical names it holds.

    Raises:
        UserError: a mapped column is not in the header, or a required one is not mapped.
    """
    places = {plain(name): i for i, name in reversed(list(enumerate(header)))}
    if not source.columns:
        found = {name: places[name] for name in INPUTS[table] if name in places}
        _check_required(table, list(found), header, file)
        return found
    for name, wanted in source.columns.items():
        if plain(wanted) not in places:
            _check_header(f"{source.place('columns', name)}: column '{wanted}' for {name}", header, file)
            raise UserError(
                f"{source.place('columns', name)}: column '{wanted}' for {name} is not in the header of {file}"
                f"{nearest(wanted, header)}"
            )
    return {name: places[plain(wanted)] for name, wanted in source.columns.items()}


def find_header(rows: Iterable[list[str]], source: Source, file: str) -> list[str]:
    """The first row that holds every mapped header; what stands above it, titles and notes, is passed over.

    Raises:
        UserError: nothing is mapped, or none of the first rows holds them all.
    """
    wanted = list(source.columns.values())
    if not wanted:
        raise UserError(f"{source.place('header_row')}: header_row is 'find', which needs columns to look for.")
    missing = wanted
    for cells in islice(rows, SEARCHED_ROWS):
        names = unique_names(cells)
        found = {plain(name) for name in names}
        left = [name for name in wanted if plain(name) not in found]
        if not left:
            return names
        missing = min(missing, left, key=len)
    raise UserError(
        f"{source.place('columns')}: none of the first {SEARCHED_ROWS} rows of {file} holds every mapped header; "
        f"{listed(missing)} {'is' if len(missing) == 1 else 'are'} not in the row that holds most of them."
    )


def _check_required(table: str, found: list[str], header: list[str], file: str) -> None:
    for group in REQUIRED[table]:
        if not any(name in found for name in group):
            wanted = " or ".join(f"'{name}'" for name in group)
            _check_header(f"{file}: column {wanted} for {table}", header, file)
            raise UserError(
                f"{file}: no column {wanted} for {table}, and no mapping; the header has {listed(header)}. Say under "
                f"sources.{table}.columns which header is which column; where titles stand above the header, also "
                f"header_row: find."
            )


def _check_header(wanted: str, header: list[str], file: str) -> None:
    """What stands in the first row is not quoted where it is no header: it is a customer's."""
    if not is_header(header):
        raise UserError(
            f"{wanted} is not there, and the first row of {file} does not look like a header; "
            f"is the header row missing? If so, give the names in order with header: [...]."
        )


def meaning(text: str, values: dict[str, str], column: Column) -> str | None:
    """The canonical value of an export value: exact match, then globs in order, then the value itself.

    A code, flag or consent without a meaning gives None; other columns keep what they say.
    """
    for given in (text, plain(text)):
        if given in values:
            return values[given]
    for pattern, value in values.items():
        if any(mark in pattern for mark in "*?[") and fnmatchcase(text, pattern):
            return value
    if column.kind in ("flag", "consent"):
        return _flag(plain(text).casefold(), "" if column.kind == "consent" else column.default)
    if column.kind == "code":
        return text if text in column.allowed else column.default if text == "" else None
    return text


def _flag(text: str, default: str | None) -> str | None:
    if text in TRUE:
        return "true"
    return "false" if text in FALSE else default if text == "" else None
