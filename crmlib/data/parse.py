"""DuckDB expressions that turn text into numbers and times; what they cannot read becomes NULL."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crmlib.data.sql import literal, literals

if TYPE_CHECKING:
    import duckdb

_NUMBER_FROM = "０１２３４５６７８９，．（）￥＋－−△▲\u3000\u00a0\t"
_NUMBER_TO = "0123456789,.()¥+----   "
_DATE_FROM = "０１２３４５６７８９／－：\u3000\u00a0\t"
_DATE_TO = "0123456789/-:   "

# A thousands mark stands before every three digits or nowhere: "1,5" is not fifteen. The backslash is cp932's yen sign.
_DIGITS = r"((\d{1,3}([, ]\d{3})+|\d+)(\.\d*)?|\.\d+)"
_PLAIN = rf"([+-]? ?[¥\\]?|[¥\\] ?[+-]) ?{_DIGITS} ?円?"
_BRACKETS = rf"\( ?[¥\\]? ?{_DIGITS} ?円? ?\)"
# On a Japanese price tag the stroke after the number says "and nothing more": it is no minus.
_PRICE_TAG = rf"[¥\\] ?{_DIGITS} ?-"
_NUMBER = rf"({_PLAIN}|{_BRACKETS}|{_PRICE_TAG})"

# 12 digits before the point and 9 after it: a price in smallest units times a quantity stays exact in 38 digits.
EXACT = "DECIMAL(21, 9)"
WHOLE = "DECIMAL(12, 0)"

# A line of 10^12 smallest units is a slip of the key; below it, the sum of millions of lines fits 64 bits and a float.
MOST = 10**12

# No web shop is older; 1900-01-00 and 1970-01-01 are what Excel and servers make of an empty date.
OLDEST = 1990
_FIRST, _LAST = f"TIMESTAMP '{OLDEST}-01-01'", "TIMESTAMP '9999-12-30'"
# The widest offsets on Earth are -12:00 and +14:00.
_WIDEST = 14 * 60

_CLOCK = r"(([01]?\d|2[0-3]):\d{2}(:\d{2}(\.\d+)?)?)"
_DASHES = rf"[1-9]\d{{3}}(-\d{{1,2}}-|/\d{{1,2}}/)\d{{1,2}}([ T]{_CLOCK})?"
_JAPANESE = rf"[1-9]\d{{3}}年 ?\d{{1,2}}月 ?\d{{1,2}}日( ?({_CLOCK}|\d{{1,2}}時\d{{1,2}}分(\d{{1,2}}秒)?))?"
_COMPACT = rf"[1-9]\d{{7}}( {_CLOCK}|\d{{4}}|\d{{6}})?"
_OFFSET = r"^(.*\d:\d\d[^ +-]*) ?(Z|UTC|GMT|[+-]\d\d(:?\d\d)?)$"


def number(text: str, kind: str = EXACT) -> str:
    """A number: `,` `円` `¥`, full-width digits, `¥1,980-`, a sign, △ ▲ − or brackets for negatives; else NULL."""
    plain = f"trim(translate({text}, {literal(_NUMBER_FROM)}, {literal(_NUMBER_TO)}))"
    negative = f"(contains({plain}[:-2], '-') OR starts_with({plain}, '('))"
    digits = f"regexp_replace({plain}, '[^0-9.]', '', 'g')"
    value = f"try_cast(CASE WHEN {negative} THEN '-' || {digits} ELSE {digits} END AS {kind})"
    known = f"regexp_full_match({plain}, {literal(_NUMBER)}) AND NOT regexp_matches({text}, '[△▲]\\s*$')"
    return f"CASE WHEN {known} THEN {value} END"


def money(text: str, minor_units: int) -> str:
    """An exact amount in smallest units; not rounded yet."""
    return f"({number(text)}) * {10**minor_units}::DECIMAL(3, 0)"


def whole(text: str) -> str:
    """A whole number; 1.0 is one, 1.5 cannot be read."""
    value = number(text)
    return f"CASE WHEN ({value}) = trunc({value}) THEN try_cast({value} AS {WHOLE}) END"


def born(text: str) -> str:
    """The year in a year or a date of birth that begins with it; else NULL. The day itself is kept nowhere."""
    plain = f"trim(translate({text}, {literal(_DATE_FROM)}, {literal(_DATE_TO)}))"
    year = f"regexp_extract({plain}, '^((18|19|20)[0-9]{{2}})([-/.年].*|(0[1-9]|1[0-2])[0-3][0-9])?$', 1)"
    return f"try_cast(nullif({year}, '') AS {WHOLE})"


def bounded(amount: str) -> str:
    """An amount nearer to zero than `MOST`, else NULL; to be called before anything is rounded or added up."""
    return f"CASE WHEN abs({amount}) < {MOST} THEN {amount} END"


def share(text: str) -> str:
    """A share: 0.7, 70% or 7割; a percentage without its mark stays what it says."""
    plain = f"trim({text})"
    value = number(f"regexp_replace({plain}, '[%％割]$', '')")
    tenths = f"CASE WHEN regexp_matches({plain}, '[%％]$') THEN 100 WHEN ends_with({plain}, '割') THEN 10 ELSE 1 END"
    return f"({value})::DOUBLE / {tenths}"


def days(text: str) -> str:
    """A whole number of days: 30 or 30日."""
    return whole(f"regexp_replace({text}, '[ \u3000]*日間?$', '')")


def rounded(amount: str) -> str:
    """A whole number of smallest units, halves away from zero."""
    return f"round({amount})::BIGINT"


def moment(text: str, formats: str | list[str] | None, timezone: str) -> str:
    """The shop's local time; a time with an offset is converted; an impossible date, or one before 1990, is NULL.

    `formats`: strptime's directives. By default ISO, 2026/3/31, 2026年3月31日 and 20260331, with or without a time;
    years have four digits.
    """
    read = _moment(text, formats, timezone)
    return f"CASE WHEN ({read}) >= {_FIRST} THEN {read} END"


def _moment(text: str, formats: str | list[str] | None, timezone: str) -> str:
    plain = f"trim(translate({text}, {literal(_DATE_FROM)}, {literal(_DATE_TO)}))"
    if formats is None:
        return _with_offset(plain, _default(_before_offset(plain)), _default(plain), timezone)
    given = [formats] if isinstance(formats, str) else formats
    zoned = [re.sub(r"\s*%z", "", form) for form in given if "%z" in form]
    local = _strptime(plain, [form for form in given if "%z" not in form])
    if not zoned:
        return local
    return _with_offset(plain, _strptime(_before_offset(plain), zoned), local, timezone)


def _default(text: str) -> str:
    return (
        f"CASE WHEN regexp_full_match({text}, {literal(_DASHES)}) THEN try_cast({text} AS TIMESTAMP) "
        f"WHEN regexp_full_match({text}, {literal(_COMPACT)}) THEN "
        f"{_strptime(text, ['%Y%m%d', '%Y%m%d %H:%M:%S', '%Y%m%d %H:%M', '%Y%m%d%H%M%S', '%Y%m%d%H%M'])} "
        f"WHEN regexp_full_match({text}, {literal(_JAPANESE)}) THEN {_japanese(text)} END"
    )


def _japanese(text: str) -> str:
    """2026年3月31日 9時5分 becomes 2026-3-31 9:5, which one cast can read or refuse."""
    dashes = f"replace(replace({text}, '年', '-'), '月', '-')"
    colons = f"replace(replace(replace({dashes}, '時', ':'), '分', ':'), '秒', '')"
    spaced = rf"regexp_replace(replace({colons}, ' ', ''), '日(.*?):?$', ' \1')"
    return _strptime(f"trim({spaced})", ["%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"])


def _strptime(text: str, formats: list[str]) -> str:
    return f"try_strptime({text}, [{literals(formats)}])" if formats else "NULL::TIMESTAMP"


def _before_offset(text: str) -> str:
    return f"regexp_extract({text}, {literal(_OFFSET)}, 1)"


def _with_offset(text: str, zoned: str, local: str, timezone: str) -> str:
    """`zoned` moved from its own offset to the shop's time where the text ends in an offset, else `local`."""
    offset = f"regexp_extract({text}, {literal(_OFFSET)}, 2)"
    digits = f"regexp_replace({offset}, '[^0-9]', '', 'g')"
    hours = f"coalesce(try_cast(left({digits}, 2) AS BIGINT), 0)"
    minutes = f"coalesce(try_cast(substr({digits}, 3) AS BIGINT), 0)"
    shift = f"(CASE WHEN starts_with({offset}, '-') THEN -1 ELSE 1 END) * ({hours} * 60 + {minutes})"
    moved = f"timezone({literal(timezone)}, timezone('UTC', ({zoned}) - to_minutes({shift})))"
    # The years 9999 and 10000 are further than Python's dates go.
    known = f"abs({shift}) <= {_WIDEST} AND {minutes} < 60 AND ({zoned}) < {_LAST}"
    return (
        f"CASE WHEN regexp_matches({text}, {literal(_OFFSET)}) THEN CASE WHEN {known} THEN {moved} END ELSE {local} END"
    )


def parse_column(con: duckdb.DuckDBPyConnection, relation: str, column: str, expression: str) -> str:
    """A table (text, value) of what `expression`, written over `text`, makes of every distinct text of a column.

    Exports repeat themselves: half a million prices are a few hundred texts.
    """
    name = f"parsed_{relation}_{column}"
    con.execute(
        f"CREATE OR REPLACE TABLE {name} AS SELECT text, {expression} AS value FROM "
        f'(SELECT DISTINCT "{column}" AS text FROM {relation} WHERE "{column}" IS NOT NULL)'
    )
    return name
