"""Customer keys that are, or contain, personal data become random surrogates; the map never leaves the client's folder.

A hash would not do: whoever has a list of mail addresses can hash them all and look the customers up.
"""

from __future__ import annotations

import re
import secrets
import tempfile
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from crmlib.data.sql import literal
from crmlib.errors import UserError

if TYPE_CHECKING:
    from crmlib.data.settings import Settings, Source

_HEADER = re.compile(
    r"mail|メール|(?<![a-z])tel(?![a-z])|phone|mobile|電話|携帯|氏名|名前|姓名|name|住所|address|連絡先|fax",
    re.IGNORECASE,
)
# Any of these anywhere in a key, errors on the safe side: @; a telephone number; two words; two Japanese letters.
PERSONAL_VALUE = (
    r"[@＠]"
    r"|^\+?\d{1,4}-\d{1,4}-\d{3,4}$|^\(\d{2,5}\) ?\d{1,4}-?\d{3,4}$|^0[1-9]\d{8,9}$|^\+\d{10,14}$"
    r"|\p{L}[.,]?[\s\x{3000}]+\p{L}"
    r"|[\p{Han}\p{Hiragana}\p{Katakana}々ー]{2}"
)
MAIL = r"[^@\s]+[@＠][^@\s]+\.[^@\s]+"
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


def is_personal_header(header: str) -> bool:
    """True when a column's name says mail, telephone, name or address.

    Example:
        >>> is_personal_header("メールアドレス"), is_personal_header("TEL"), is_personal_header("会員ID")
        (True, True, False)
    """
    return bool(_HEADER.search(unicodedata.normalize("NFKC", header)))


def normal(key: str) -> str:
    """A personal key as it is compared: NFKC, single spaces; mail addresses in lower case.

    Example:
        >>> normal(" Hanako＠Example.JP "), normal("山田　花子")
        ('hanako@example.jp', '山田 花子')
    """
    text = " ".join(unicodedata.normalize("NFKC", key).split())
    return text.lower() if "@" in text else text


def decide(found: dict[str, bool], sources: dict[str, Source]) -> bool:
    """Whether the client's customer keys are replaced: one answer for all tables, or they could not be joined.

    Raises:
        UserError: one source says `plain` while another's key is personal.
    """
    said = {table: sources[table].customer_key for table in found}
    personal = [t for t in found if said[t] == "personal" or (said[t] == "detect" and found[t])]
    plain = [t for t in found if said[t] == "plain"]
    if personal and plain:
        raise UserError(
            f"{sources[plain[0]].place('customer_key')}: sources.{plain[0]}.customer_key is 'plain' while the customer "
            f"key of {personal[0]} is personal; the tables could not be joined, say the same for both."
        )
    return bool(personal)


def surrogates(keys: Iterable[str], settings: Settings) -> dict[str, str]:
    """A surrogate for every raw key, the one of the last run where there was one; new ones are added to the map.

    Raises:
        UserError: the map of the last run cannot be read.
    """
    path = settings.folder / "keys.parquet"
    known = _load(path)
    taken = set(known.values())
    spelled = {key: normal(key) for key in keys}
    fresh = sorted({text for text in spelled.values() if text not in known})
    for text in fresh:
        known[text] = _new(taken)
    if fresh:
        _save(path, known)
    return {key: known[text] for key, text in spelled.items()}


def _new(taken: set[str]) -> str:
    while True:
        surrogate = "k" + "".join(secrets.choice(_ALPHABET) for _ in range(10))
        if surrogate not in taken:
            taken.add(surrogate)
            return surrogate


def _load(path: Path) -> dict[str, str]:
    import duckdb

    if not path.exists():
        return {}
    try:
        with duckdb.connect() as con:
            return dict(con.execute("SELECT key, customer_id FROM read_parquet(?)", [str(path)]).fetchall())
    except duckdb.Error:
        raise UserError(
            f"data/{path.parent.name}/keys.parquet: the key map cannot be read; bring it back from a copy, "
            f"or delete it to give every customer a new id."
        ) from None


def _save(path: Path, known: dict[str, str]) -> None:
    import duckdb
    import pandas as pd

    path.parent.mkdir(parents=True, exist_ok=True)
    # mkdtemp makes a folder that only its owner may enter, so the map is never readable by others.
    folder = Path(tempfile.mkdtemp(dir=path.parent, prefix=".keys-"))
    try:
        with duckdb.connect() as con:
            con.register("frame", pd.DataFrame({"key": list(known), "customer_id": list(known.values())}))
            con.execute(f"COPY frame TO {literal(str(folder / 'keys'))} (FORMAT parquet)")
        (folder / "keys").chmod(0o600)
        (folder / "keys").replace(path)
    finally:
        for left in folder.iterdir():
            left.unlink()
        folder.rmdir()
