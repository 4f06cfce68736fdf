"""The personal cells of a client's exports, kept beside the prepared tables for one end: no report may hold one.

Whatever the header says: names, mail addresses, telephone numbers and street addresses, mapped or not, and the customer
keys that were replaced. The file is its owner's alone (mode 0600) and is read by `leaks.py` and nothing else.
"""

from __future__ import annotations

import re
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from crmlib.data.keys import is_mail, is_phone
from crmlib.data.naming import straight
from crmlib.data.people import KEYED, is_name_header
from crmlib.data.plain import even, first_heads, joined
from crmlib.data.sql import literal

if TYPE_CHECKING:
    import duckdb

NAME = "personal.parquet"
# Whoever works for the client is named in its reports on purpose.
SHOWN = ("staff", "owner")
_MAIL = re.compile(r"mail|メール|ﾒｰﾙ", re.IGNORECASE)
_PLAIN_MAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_PHONE = re.compile(r"(?<![a-z])tel(?![a-z])|phone|mobile|電話|携帯|連絡先|fax", re.IGNORECASE)
_ADDRESS = re.compile(
    r"住所|番地|建物|町名|町域|市区|市町村|区市|address ?\d?$|address ?line|street|(?<![a-z])city|suburb",
    re.IGNORECASE,
)
_NO_ADDRESS = re.compile(r"mail|メール|(?<![a-z])ip(?![a-z])|url|web|カナ|かな|kana", re.IGNORECASE)
_SURNAME = re.compile(r"姓(?!名)|苗字|名字|セイ|せい|(?:last|family|sur) ?name|(?<![a-z])sei(?![a-z])", re.IGNORECASE)
_GIVEN = re.compile(r"名[)）\]]?$|メイ|めい|(?:first|given) ?name|(?<![a-z])mei(?![a-z])", re.IGNORECASE)
_COMPANY = re.compile(
    r"株式会社|有限会社|合同会社|\((?:株|有)\)|法人|\b(?:inc|ltd|llc|gmbh|corp|co)\b\.?", re.IGNORECASE
)
_TITLE = re.compile(r" ?(?:様|さん|さま|殿|君|氏)$|^(?:mr|mrs|ms|miss|dr)\.? ")
_PREFECTURE = re.compile("^(?:北海道|東京都|大阪府|京都府|[^都道府県市区町村]{2,3}県)")
_JAPANESE = re.compile(r"[\u3041-\u30ff\u3400-\u9fff々\U00020000-\U0003ffff]")
_KANA = re.compile(r"[\u3041-\u30ff]+")
# Below these a name is also a word: 長谷川 is a surname and サクラ a product.
LONE, LONE_KANA, LATIN = 4, 6, 6
Value = tuple[str, str, int]


@dataclass
class Personal:
    """Cells of one or more sources, each combination once; never shown, printed or said."""

    cells: dict[str, set[tuple[str, ...]]] = field(default_factory=dict, repr=False)

    def take(self, kind: str, rows: Iterable[tuple[str, ...]]) -> None:
        """Remember the cells of a group of columns."""
        self.cells.setdefault(kind, set()).update(rows)

    def values(self) -> Iterator[Value]:
        """(kind, text as it is compared, where a space must stand in it or 0) of everything worth looking for."""
        for kind, rows in self.cells.items():
            for cells in rows:
                # Names are read without the marks that turn the writing round, so no report has them with these.
                yield from _FORMS[kind](tuple(map(straight, cells)))


def groups(table: str, header: list[str], shown: set[int]) -> list[tuple[str, tuple[int, ...]]]:
    """The columns that hold personal data, together where they make one text: surname and given name, an address.

    Example:
        >>> groups("customers", ["会員ID", "姓", "名", "フリガナ", "TEL", "都道府県", "市区町村", "番地"], set())
        [('name', (1, 2)), ('name', (3,)), ('phone', (4,)), ('address', (6, 7))]
    """
    texts = [" ".join(unicodedata.normalize("NFKC", name).split()) for name in header]
    keyed = table in KEYED
    named = [i for i, text in enumerate(texts) if keyed and i not in shown and is_name_header(text)]
    rest = [i for i in range(len(texts)) if i not in shown and i not in named]
    mails = [i for i in rest if _MAIL.search(texts[i])]
    phones = [i for i in rest if _PHONE.search(texts[i]) and i not in mails]
    streets = [i for i in rest if keyed and _ADDRESS.search(texts[i]) and not _NO_ADDRESS.search(texts[i])]
    found = [("name", group) for group in _names(texts, named)]
    found += [("mail", (i,)) for i in mails] + [("phone", (i,)) for i in phones]
    return found + [("address", group) for group in _runs(streets)]


def taker(places: tuple[int, ...]) -> Callable[[list[str]], tuple[str, ...]]:
    """What takes the cells of a group from a row."""
    if len(places) == 1:
        return lambda cells: (cells[places[0]],)
    return itemgetter(*places)


def write(con: duckdb.DuckDBPyConnection, path: Path, found: Personal) -> None:
    """Write the values as Parquet, for the owner alone."""
    import pandas as pd

    values = sorted(set(found.values()))
    frame = pd.DataFrame(values, columns=["kind", "value", "cut"]).astype({"kind": "str", "value": "str", "cut": "int"})
    frame["head"] = first_heads([value for _, value, _ in values])
    con.register("personal", frame)
    # Made in a folder that only its owner may enter, so that it is at no moment readable by others.
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".personal-") as folder:
        made = Path(folder, NAME)
        con.execute(f"COPY personal TO {literal(str(made))} (FORMAT parquet)")
        made.chmod(0o600)
        made.replace(path)
    con.unregister("personal")


# --- columns ---------------------------------------------------------------------------------------------------------


def _names(texts: list[str], named: list[int]) -> list[tuple[int, ...]]:
    found: list[tuple[int, ...]] = []
    for i in named:
        if found and found[-1] == (i - 1,) and _pair(texts[i - 1], texts[i]):
            found[-1] = (i - 1, i)
        else:
            found.append((i,))
    # A surname alone is a word of many meanings.
    return [group for group in found if len(group) > 1 or not _is_part(texts[group[0]])]


def _pair(left: str, right: str) -> bool:
    return any(a.search(left) and b.search(right) for a, b in ((_SURNAME, _GIVEN), (_GIVEN, _SURNAME)))


def _is_part(text: str) -> bool:
    latin = re.search(r"first|last|given|family|sur ?name", text, re.IGNORECASE)
    return bool(latin or _SURNAME.search(text) or re.search(r"^[( ]*(?:名|メイ|めい)[) ]*$|[(（_ ]名[)）]?$", text))


def _runs(places: list[int]) -> list[tuple[int, ...]]:
    """Columns that stand side by side, a postal code or a company between them."""
    found: list[tuple[int, ...]] = []
    for i in places:
        if found and i - found[-1][-1] <= 2:
            found[-1] = (*found[-1], i)
        else:
            found.append((i,))
    return found


# --- cells -----------------------------------------------------------------------------------------------------------


def _of_name(cells: tuple[str, ...]) -> Iterator[Value]:
    text = _TITLE.sub("", even(" ".join(cells)).strip())
    if not 2 <= len(text) <= 40 or _COMPANY.search(text) or re.search(r"[\d@]", text):
        return
    parts = [part for part in re.split(r"[ ・,/_]+", text) if part]
    whole = "".join(parts)
    if _JAPANESE.search(whole):
        yield from _japanese(whole, parts)
    else:
        yield from _latin(parts)


def _japanese(whole: str, parts: list[str]) -> Iterator[Value]:
    if len(parts) == 1:
        if len(whole) >= (LONE_KANA if _KANA.fullmatch(whole) else LONE):
            yield "name", whole, 0
    elif len(whole) > 1:
        # 林 修 is a name and 林修 may be anything.
        yield "name", whole, len(parts[0]) if len(whole) == 2 or (len(whole) < LONE and _KANA.fullmatch(whole)) else 0


def _latin(parts: list[str]) -> Iterator[Value]:
    first, last = parts[0], parts[-1]
    if len(parts) > 1 and min(len(first), len(last)) > 1 and len(first + last) >= LATIN:
        yield "name", first + last, len(first)
        yield "name", last + first, len(last)
        if len(parts) > 2:
            yield "name", "".join(parts), len(first)


def _of_mail(cells: tuple[str, ...]) -> Iterator[Value]:
    for cell in cells:
        # Nearly every cell of a column of mail addresses, of which there may be millions.
        if _PLAIN_MAIL.fullmatch(cell):
            yield "mail", cell.lower(), 0
        elif is_mail(text := joined(cell)):
            yield "mail", text, 0


def _of_phone(cells: tuple[str, ...]) -> Iterator[Value]:
    for cell in cells:
        yield from (("phone", number, 0) for number in numbers(even(cell)))


def numbers(text: str) -> list[str]:
    """The forms in which a telephone number may be written, as digits; none where a text is none.

    Example:
        >>> numbers("090-1234-5678"), numbers("+81 90 1234 5678"), numbers("9012345678"), numbers("0000000000")
        (['09012345678'], ['09012345678'], ['9012345678', '09012345678'], [])
    """
    digits = re.sub(r"\D", "", text)
    if not 9 <= len(digits) <= 15 or len(set(digits)) < 3:
        return []
    if digits.startswith("81") and len(digits) in (11, 12):
        return ["0" + digits[2:]]
    # A workbook that takes it for a number loses the zero.
    return [digits] if digits.startswith("0") or len(digits) > 10 else [digits, "0" + digits]


def _of_address(cells: tuple[str, ...]) -> Iterator[Value]:
    whole = even("".join(cells) if any(map(_JAPANESE.search, cells)) else " ".join(cells))
    for text in {whole, *map(even, cells)}:
        for part in {text, *re.findall(r"^\D+\d+(?:-\d+)+", text)}:
            bare = _PREFECTURE.sub("", re.sub(r"(?:番地|番|号)$", "", part.replace(" ", "")))
            if _is_street(bare):
                yield "address", bare, 0


def _is_street(text: str) -> bool:
    """A house and not a town: letters and a block number."""
    letters, digits = len(re.sub(r"[\d\-]", "", text)), len(re.sub(r"\D", "", text))
    return (letters >= 3 and (digits >= 3 or re.search(r"\d-\d", text) is not None)) or (letters >= 5 and digits >= 1)


def _of_key(cells: tuple[str, ...]) -> Iterator[Value]:
    for cell in cells:
        text = even(cell).strip().lstrip("'’‘`")
        if is_mail(text):
            yield "mail", text, 0
        elif is_phone(text):
            yield from _of_phone((text,))
        elif _JAPANESE.search(text) or " " in text:
            yield from _of_name((text,))
        elif re.search(r"[a-z]", text) and len(text) >= (5 if re.search(r"\d", text) else LATIN):
            yield "key", text, 0


_FORMS = {"name": _of_name, "mail": _of_mail, "phone": _of_phone, "address": _of_address, "key": _of_key}
