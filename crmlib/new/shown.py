"""A column of an export, and its values as they may be shown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from crmlib.data.keys import is_personal, is_personal_header, what_is_personal
from crmlib.data.naming import holds_phone, one_line
from crmlib.data.shapes import shape

LONGEST = 24


@dataclass(frozen=True)
class Mapped:
    """A canonical column, the header it is taken from, and what its values mean; `unknown` have rows and no meaning."""

    name: str
    header: str
    values: dict[str, str] = field(default_factory=dict)
    unknown: dict[str, int] = field(default_factory=dict)


def shown(text: str, column: Mapped) -> str:
    """A value on one line, cut where it is long; only its shape where it is, or may be, of a person.

    Example:
        >>> shown("hanako@example.jp", Mapped("customer_id", "Email")), shown("501", Mapped("customer_id", "会員ID"))
        ('aaaaaa@aaaaaaa.aa', '501')
        >>> shown("090-1234-5678 へ", Mapped("status", "状況"))
        '999-9999-9999 a'
    """
    key = column.name == "customer_id" and (is_personal_header(column.header) or is_personal(text))
    # A year may be shown, a day of birth may not.
    key = key or (column.name == "birth_year" and not re.fullmatch(r"\s*\d{4}\s*年?", text))
    if key or what_is_personal(text) or holds_phone(text):
        return shape(text)
    line = one_line(text)
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
