"""Which column tells the customers: a number of the shop's before anything personal, and never one of two by chance."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crmlib.data.keys import is_personal, is_personal_header
from crmlib.data.naming import listed, shown_header
from crmlib.new.presets import loose

if TYPE_CHECKING:
    from crmlib.new.look import Look
    from crmlib.new.presets import Preset

_NUMBER = re.compile(
    r"(?:お得意様|得意先|顧客|会員|お客様|お客さま|取引先|カスタマー|メンバー|ユーザー?|customer|client|member|user|buyer)"
    r"(?:cd|コード|番号|no\.?|id|#|number|code|key)"
)


@dataclass(frozen=True)
class Who:
    """The header that tells the customers, None where none does or several do; a sentence each on what it means."""

    header: str | None
    to_do: tuple[str, ...] = ()
    to_know: tuple[str, ...] = ()


def who(look: Look, preset: Preset, like: str = "") -> Who:
    """The column of customers in a header that no preset knows; `like`: the one of the orders, where there are others.

    Example:
        >>> bool(_NUMBER.fullmatch(loose("得意先 ＣＤ"))), bool(_NUMBER.fullmatch(loose("得意先名")))
        (True, False)
    """
    same = look.name_of(like) if like else None
    if same is not None:
        return Who(same)
    known = [own for one in preset.columns["customer_id"] if (own := look.name_of(one.header)) is not None]
    numbers = [name for name in known if not is_personal_header(name)]
    numbers += [name for name in look.header if _NUMBER.fullmatch(loose(name)) and name not in numbers]
    filled = _filled(look, numbers)
    if filled:
        return _best(look, filled)
    personal = next((name for name in known if is_personal_header(name)), None)
    return Who(personal, to_know=_random(look, personal)) if personal else Who(None)


def _filled(look: Look, numbers: list[str]) -> dict[str, int]:
    """The columns that are not blank in every row, with the rows that have them; all of a file without rows."""
    if len(numbers) < 2:
        return dict.fromkeys(numbers, 0)
    found, rows = dict.fromkeys(numbers, 0), 0
    for cells in look.rows(*numbers):
        rows += 1
        for name, cell in zip(numbers, cells, strict=True):
            found[name] += bool(cell)
    return {name: n for name, n in found.items() if n or not rows}


def _best(look: Look, filled: dict[str, int]) -> Who:
    most = max(filled.values())
    best, *rivals = [name for name, n in filled.items() if n == most]
    apart = [name for name in rivals if not _agree(look, best, name)]
    if apart:
        told = (
            f"customer_id: columns {listed(map(shown_header, [best, *apart]))} tell customers on equally many rows and "
            f"do not agree; say which of them it is."
        )
        return Who(None, (told,))
    fewer = [f"'{shown_header(name)}' {n:,}" for name, n in filled.items() if n < most]
    told = f"customer_id is taken from '{shown_header(best)}': {most:,} rows have it, and {', '.join(fewer)}."
    return Who(best, to_know=(*([told] if fewer else []), *_random(look, best)))


def _agree(look: Look, first: str, second: str) -> bool:
    """Whether two columns tell the same customers, under whatever numbers."""
    there: dict[str, str] = {}
    back: dict[str, str] = {}
    pairs = look.rows(first, second)
    return all(there.setdefault(a, b) == b and back.setdefault(b, a) == a for a, b in pairs)


def _random(look: Look, header: str) -> tuple[str, ...]:
    if not is_personal_header(header) and not any(map(is_personal, look.samples[header])):
        return ()
    return (
        (
            f"the only key of a customer is personal, column '{shown_header(header)}': each becomes a random id, and a "
            f"person with two of them is two customers."
        ),
    )
