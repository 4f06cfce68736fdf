"""DuckDB expressions that turn text into numbers, dates and clean text; what they cannot read becomes NULL."""

from __future__ import annotations

import re

# U+3000 is the full-width space, U+00A0 the no-break space.
SPACES = " \t\r\n\v\f\u3000\u00a0"
_NUMBER_FROM = "０１２３４５６７８９，．（）￥＋－−△▲\u3000\u00a0\t"
_NUMBER_TO = "0123456789,.()¥+----   "
_DATE_FROM = "０１２３４５６７８９／－：　"
_DATE_TO = "0123456789/-: "

# A thousands mark stands before every three digits or nowhere: "1,5" is not fifteen. The backslash is cp932's yen sign.
_DIGITS = r"((\d{1,3}([, ]\d{3})+|\d+)(\.\d*)?|\.\d+)"
_PLAIN = rf"([+-]? ?[¥\\]?|[¥\\] ?[+-]) ?{_DIGITS} ?円?"
_BRACKETS = rf"\( ?[¥\\]? ?{_DIGITS} ?円? ?\)"
NUMBER = rf"({_PLAIN}|{_BRACKETS})"

# 12 digits before the point and 9 after it: a price in smallest units times a quantity stays exact in 38 digits.
PRECISION = "DECIMAL(21, 9)"
WHOLE = "DECIMAL(12, 0)"

_TIMES = ("", "%H:%M:%S", "%H:%M")
DEFAULT_DATES = (
    *(f"%Y-%m-%d {time}".strip() for time in _TIMES),
    *(f"%Y-%m-%dT{time}" for time in _TIMES[1:]),
    *(f"%Y/%m/%d {time}".strip() for time in _TIMES),
    *(f"%Y年%m月%d日 {time}".strip() for time in _TIMES),
    "%Y年%m月%d日%H時%M分%S秒", "%Y年%m月%d日%H時%M分", "%Y年%m月%d日 %H時%M分%S秒", "%Y年%m月%d日 %H時%M分",
    "%Y%m%d", "%Y%m%d%H%M%S", "%Y%m%d%H%M", "%Y%m%d %H:%M:%S", "%Y%m%d %H:%M",
)  # fmt: skip
# strptime alone would take 23-01-05 for the year 23 and 2023115 for the 5th of November.
_DEFAULT_SHAPE = r"(\d{4}[-/年].*|\d{8}( .*)?|\d{12}|\d{14})"
_OFFSET = r"^(.*\d:\d\d[^ +-]*) ?(Z|UTC|GMT|[+-]\d\d(:?\d\d)?)$"


def literal(text: str) -> str:
    """A SQL string literal.

    Example:
        >>> literal("it's")
        "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def clean(column: str) -> str:
    """Text without spaces at its ends; NULL when nothing is left."""
    return f"nullif(trim({column}, {literal(SPACES)}), '')"


def number(column: str, kind: str = PRECISION) -> str:
    """A number: `,` `円` `¥`, full-width digits, a leading sign, △ ▲ − or brackets for negatives; else NULL."""
    text = f"trim(translate({column}, {literal(_NUMBER_FROM)}, {literal(_NUMBER_TO)}))"
    negative = f"(contains({text}, '-') OR starts_with({text}, '('))"
    digits = f"regexp_replace({text}, '[^0-9.]', '', 'g')"
    value = f"try_cast(CASE WHEN {negative} THEN '-' || {digits} ELSE {digits} END AS {kind})"
    return f"CASE WHEN regexp_full_match({text}, {literal(NUMBER)}) THEN {value} END"


def money(column: str, minor_units: int) -> str:
    """An exact amount in smallest units; not rounded yet."""
    return f"({number(column)}) * {10**minor_units}::DECIMAL(3, 0)"


def whole(column: str) -> str:
    """A whole number; 1.0 is one, 1.5 cannot be read."""
    value = number(column)
    return f"CASE WHEN ({value}) = trunc({value}) THEN try_cast({value} AS {WHOLE}) END"


def moment(column: str, formats: str | list[str] | None, timezone: str) -> str:
    """The shop's local time of a date or time cell; a time with an offset is converted, an impossible date is NULL."""
    text = f"trim(translate({column}, {literal(_DATE_FROM)}, {literal(_DATE_TO)}))"
    given = [formats] if isinstance(formats, str) else formats
    if given is None:
        return (
            f"CASE WHEN regexp_full_match({text}, {literal(_DEFAULT_SHAPE)}) THEN {_default_moment(text, timezone)} END"
        )
    with_offset = [re.sub(r"\s*%z", "", form) for form in given if "%z" in form]
    without = [form for form in given if "%z" not in form]
    parts = ([_strptime(text, without)] if without else []) + (
        [_shifted(text, with_offset, timezone)] if with_offset else []
    )
    return f"coalesce({', '.join(parts)})"


def _default_moment(text: str, timezone: str) -> str:
    bare = _without_fraction(text)
    formats = list(DEFAULT_DATES)
    return (
        f"CASE WHEN regexp_matches({text}, {literal(_OFFSET)}) THEN {_shifted(text, formats, timezone)} "
        f"ELSE {_strptime(bare, formats)} END"
    )


def _without_fraction(text: str) -> str:
    return f"regexp_replace({text}, '(:\\d\\d)\\.\\d+$', '\\1')"


def _strptime(text: str, formats: list[str]) -> str:
    return f"try_strptime({text}, [{', '.join(literal(form) for form in formats)}])"


def _shifted(text: str, formats: list[str], timezone: str) -> str:
    local = _strptime(_without_fraction(f"regexp_extract({text}, {literal(_OFFSET)}, 1)"), formats)
    offset = f"regexp_extract({text}, {literal(_OFFSET)}, 2)"
    digits = f"regexp_replace({offset}, '[^0-9]', '', 'g')"
    minutes = f"(coalesce(try_cast(left({digits}, 2) AS BIGINT), 0) * 60 + coalesce(try_cast(substr({digits}, 3) AS BIGINT), 0))"
    sign = f"(CASE WHEN starts_with({offset}, '-') THEN -1 ELSE 1 END)"
    return f"timezone({literal(timezone)}, timezone('UTC', {local} - to_minutes({sign} * {minutes})))"


def rounded(column: str) -> str:
    """A whole number of smallest units, halves away from zero."""
    return f"round({column})::BIGINT"
