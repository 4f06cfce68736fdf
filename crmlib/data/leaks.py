"""Personal data of a client's exports, found in texts that are to leave the house.

The rule, which `docs/privacy.md` tells: mail addresses and telephone numbers anywhere; names whole (surname and given
name, in one text or side by side), street addresses with their block number, replaced customer keys as whole words.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from crmlib.data.people import is_name_header
from crmlib.data.personal import NAME, SHOWN, numbers
from crmlib.data.plain import BETWEEN, HEAD, even, heads, joined
from crmlib.data.sql import literal, parquet

if TYPE_CHECKING:
    import duckdb
    import numpy as np

    from crmlib.data.settings import Settings

# A word that so many customers bought is a product's, whoever is called the same.
COMMON = 10
KINDS = {
    "name": "a customer's name",
    "mail": "a mail address",
    "phone": "a customer's telephone number",
    "address": "a customer's address",
    "key": "a customer's key",
}
_MAIL = re.compile(r"[a-z0-9][a-z0-9.!#$%&'*+/=?^_`{|}~-]*@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}")
_RUN = re.compile(r"[+(]?\d[\d\-(). ]{7,}\d")
_WORD = re.compile(r"[^\s\0\"'<>()\[\]{},;:、。「」（）]{5,}")
_KANJI, _HIRAGANA, _KATAKANA, _LATIN, _DIGIT = "kanji", "hiragana", "katakana", "latin", "digit"
_AFTER = re.compile(r"[様殿氏君さちくはがをにのとでもやへ]")
_SHORT = 3
_GROUP = 5  # digits of a telephone number between two spaces, at most


@dataclass(frozen=True)
class Hit:
    """Personal data in a text: which text, what kind; `value` is the datum, never to be printed.

    `known` is false for a mail address that the exports do not hold.
    """

    text: int
    kind: str
    value: str
    known: bool = True


def find(texts: Sequence[str], settings: Settings | None, key: str, spoken: Callable[[], Iterable[str]]) -> list[Hit]:
    """What of the client's exports stands in texts; `key` names the prepared tables.

    `spoken` are texts that are nobody's data: what stands in them is no find.
    """
    looked = _Texts(texts)
    folder = settings.folder / "prepared" / key if settings else None
    file = folder / NAME if folder else None
    if file is None or folder is None or settings is None or not file.is_file():
        return [Hit(place, "mail", mail, known=False) for place, mail in looked.mails]
    import duckdb

    with duckdb.connect() as con:
        con.execute(f"CREATE VIEW personal AS SELECT * FROM {parquet(file)}")
        found = [*_exact(con, looked), *_within(con, looked)]
        if not found:
            return []
        blob = BETWEEN.join(joined(text) for text in (*spoken(), *_in_use(con, settings, folder)))
    return sorted({hit for hit in found if hit.value not in blob}, key=lambda hit: (hit.text, hit.kind, hit.value))


class _Texts:
    """Texts put together, so that they are looked through once."""

    def __init__(self, texts: Sequence[str]) -> None:
        plain = [text.replace(BETWEEN, " ") for text in texts]
        self.whole = even(BETWEEN.join(plain) + BETWEEN)

    @cached_property
    def starts(self) -> list[int]:
        """Where each text begins in the whole."""
        return [0, *(found.end() for found in re.finditer(BETWEEN, self.whole))]

    def of(self, place: int) -> int:
        """The text in which a letter of the whole stands."""
        return bisect_right(self.starts, place) - 1

    @cached_property
    def mails(self) -> list[tuple[int, str]]:
        """(text, mail address) of everything that is one."""
        return [(self.of(m.start()), m[0]) for m in _MAIL.finditer(self.whole)] if "@" in self.whole else []

    @cached_property
    def phones(self) -> dict[str, set[int]]:
        """Numbers of nine digits and more as digits, and the texts they stand in; pieces side by side count as one."""
        found: dict[str, set[int]] = {}
        for run in _RUN.finditer(self.whole):
            for piece in _pieces(run[0].split(" ")):
                for number in numbers(piece):
                    found.setdefault(number, set()).add(self.of(run.start()))
        return found

    @cached_property
    def words(self) -> dict[str, set[int]]:
        """Words that hold a letter, and the texts they stand in."""
        found: dict[str, set[int]] = {}
        for word in _WORD.finditer(self.whole):
            text = word[0].rstrip(".!?")
            if text.isascii() and not text.isnumeric():
                found.setdefault(text, set()).add(self.of(word.start()))
        return found


def _pieces(words: list[str]) -> set[str]:
    """What may be a telephone number among words of digits: one, or up to four short ones; a decimal is none."""
    short = [len(re.sub(r"\D", "", word)) <= _GROUP for word in words]
    spaced = {
        " ".join(words[i : i + n])
        for n in range(2, 5)
        for i in range(len(words) - n + 1)
        if words[i][0] in "0+(" and len(words[i]) > 1 and all(short[i : i + n])
    }
    return spaced | {word for word in words if not re.fullmatch(r"\d+\.\d+", word)}


def _exact(con: duckdb.DuckDBPyConnection, looked: _Texts) -> Iterator[Hit]:
    """Mail addresses, telephone numbers and keys, which are looked up as they stand."""
    mails: dict[str, set[int]] = {}
    for place, mail in looked.mails:
        mails.setdefault(mail, set()).add(place)
        yield Hit(place, "mail", mail, known=False)
    kinds = {kind for (kind,) in con.execute("SELECT DISTINCT kind FROM personal").fetchall()}
    for kind, wanted in (("mail", mails), ("phone", looked.phones), ("key", looked.words if "key" in kinds else {})):
        for value in _known(con, kind, list(wanted)):
            yield from (Hit(place, kind, value) for place in wanted[value])


def _known(con: duckdb.DuckDBPyConnection, kind: str, candidates: list[str]) -> list[str]:
    import pandas as pd

    if not candidates:
        return []
    con.register("candidates", pd.DataFrame({"value": candidates}, dtype="str"))
    asked = f"SELECT DISTINCT value FROM personal SEMI JOIN candidates USING (value) WHERE kind = {literal(kind)}"
    return [value for (value,) in con.execute(asked).fetchall()]


# --- names and addresses ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Letters:
    """The whole without its spaces: its letters, where a space or another text came before each, and their heads."""

    text: str
    opens: np.ndarray
    heads: np.ndarray
    places: np.ndarray


def _letters(whole: str) -> _Letters:
    import numpy as np

    every = np.frombuffer(whole.encode("utf-32-le", "replace"), dtype="<u4")
    places = np.flatnonzero(every != ord(" "))
    letters = every[places]
    # The first letter, one after a space, and one after the end of another text.
    opens = np.ones(len(places) + 1, dtype=bool)
    opens[1:-1] = (np.diff(places) > 1) | (letters[:-1] == 0)
    opens[:-1] |= letters == 0
    return _Letters(letters.tobytes().decode("utf-32-le"), opens, heads(letters), places)


def _within(con: duckdb.DuckDBPyConnection, looked: _Texts) -> Iterator[Hit]:
    """Names and addresses, which run on into what stands around them."""
    import numpy as np
    import pandas as pd

    letters = _letters(looked.whole)
    for size in range(2, HEAD + 1):
        masked = letters.heads >> np.uint64(16 * (HEAD - size)) << np.uint64(16 * (HEAD - size))
        con.register("heads", pd.DataFrame({"head": np.unique(masked)}))
        length = f">= {HEAD}" if size == HEAD else f"= {size}"
        left = con.execute(
            f"SELECT kind, value, cut, head FROM personal SEMI JOIN heads USING (head) "
            f"WHERE kind IN ('name', 'address') AND length(value) {length}"
        ).fetchall()
        con.unregister("heads")
        yield from _standing(letters, masked, left, looked)


def _standing(
    letters: _Letters, masked: np.ndarray, left: list[tuple[str, str, int, int]], looked: _Texts
) -> Iterator[Hit]:
    """Those of the values that are left which stand in the texts and stand alone."""
    import numpy as np

    values: dict[int, dict[str, tuple[str, int]]] = {}
    for kind, value, cut, head in left:
        values.setdefault(head, {})[value] = (kind, cut)
    sizes = {head: sorted({len(value) for value in found}) for head, found in values.items()}
    for place in np.flatnonzero(np.isin(masked, np.array([*values], dtype=np.uint64))).tolist():
        number = int(masked[place])
        for size in sizes[number]:
            value = letters.text[place : place + size]
            kind, cut = values[number].get(value, ("", 0))
            if kind and _alone(letters, place, place + size, kind, cut):
                yield Hit(looked.of(int(letters.places[place])), kind, value)


def _alone(letters: _Letters, start: int, end: int, kind: str, cut: int) -> bool:
    """Whether a find is a word of its own and no part of another: 佐藤錦 is no 佐藤, and 山田花子園 no 山田花子."""
    text, opens = letters.text, letters.opens
    if opens[start + 1 : end].any() and "\0" in text[start:end]:
        return False
    if cut and not opens[start + cut]:
        return False
    before, after = text[start - 1] if start else " ", text[end] if end < len(text) else " "
    first, last = _script(text[start]), _script(text[end - 1])
    if kind == "address":
        return opens[end] or not (last == _DIGIT and _script(after) == _DIGIT)
    # A word before a long name is no part of it: 担当山田花子.
    free = opens[start] or _script(before) != first or (first == _KANJI and end - start > _SHORT)
    return bool(free and (opens[end] or _script(after) != last or (last != _LATIN and _AFTER.match(after))))


def _script(mark: str) -> str:
    if mark.isdigit():
        return _DIGIT
    if "ァ" <= mark <= "ヺ" or mark == "ー":
        return _KATAKANA
    if "ぁ" <= mark <= "ゖ":
        return _HIRAGANA
    if "㐀" <= mark <= "鿿" or mark == "々" or ord(mark) >= 0x20000:
        return _KANJI
    return _LATIN if mark.isalpha() else ""


# --- what is nobody's ------------------------------------------------------------------------------------------------


def _in_use(con: duckdb.DuckDBPyConnection, settings: Settings, folder: Path) -> Iterator[str]:
    """Words of the client's own tables that a report is meant to show: who works there, what many have bought."""
    for table, name in (("contacts", SHOWN[0]), ("actions", SHOWN[1]), ("kpi_targets", SHOWN[1])):
        yield from _cells(con, folder / f"{table}.parquet", name, 1)
    for table, source, name in (
        ("order_items", "orders", "product_name"),
        ("orders", "orders", "acq_media"),
        ("customers", "customers", "acq_media"),
        ("customers", "customers", "member_rank"),
    ):
        # Not where names of persons were taken for products.
        mapped = settings.sources[source].columns.get(name, name) if source in settings.sources else name
        if not is_name_header(mapped):
            yield from _cells(con, folder / f"{table}.parquet", name, COMMON)


def _cells(con: duckdb.DuckDBPyConnection, path: Path, column: str, most: int) -> Iterator[str]:
    by = f"count(DISTINCT customer_id) >= {most}" if most > 1 else "true"
    asked = f'SELECT "{column}" FROM {parquet(path)} WHERE "{column}" IS NOT NULL GROUP BY 1 HAVING {by}'
    yield from (text for (text,) in con.execute(asked).fetchall())
