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

from crmlib.data.sql import literal, parquet
from crmlib.errors import UserError

if TYPE_CHECKING:
    from crmlib.data.settings import Settings, Source

_HEADER = re.compile(
    r"mail|メール|(?<![a-z])tel(?![a-z])|phone|mobile|電話|携帯|氏名|名前|姓名|name|住所|address|連絡先|fax",
    re.IGNORECASE,
)
# Signs between the digits of a telephone number, after NFKC; an area code may stand in brackets.
_SEPARATORS = re.compile(r"[\s.()+\-−‐‑‒–—―]")
_PHONE = re.compile(r"0[1-9]\d{7,}|81\d{9,}")
_FOREIGN = re.compile(r"\+?\d{1,4}-\d{1,4}-\d{3,4}|\+\d{9,14}|\(\d{2,5}\) ?\d{1,4}-?\d{3,4}")
_LETTER = r"[^\W\d_]"
# Two words, two words joined by a mark, or two Japanese letters.
_NAME = re.compile(
    rf"{_LETTER}[.,]?\s+{_LETTER}|{_LETTER}{{2}}[_.,・]+{_LETTER}{{2}}|[A-Z][a-z]+-[A-Z][a-z]+"
    r"|[\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff々]{2}"
)
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
# A cell that may be a mail address or a telephone number; what it is, is decided in Python, where NFKC is known.
SUSPECT = r"[@＠﹫]|^[^\p{L}]{9,}$"
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


def is_personal_header(header: str) -> bool:
    """True when a column's name says mail, telephone, name or address.

    Example:
        >>> is_personal_header("メールアドレス"), is_personal_header("TEL"), is_personal_header("会員ID")
        (True, True, False)
    """
    return bool(_HEADER.search(unicodedata.normalize("NFKC", header)))


def plain_text(text: str) -> str:
    """A cell as it is looked at: NFKC, single spaces, without the apostrophe that keeps a number a text in Excel."""
    return " ".join(unicodedata.normalize("NFKC", text).split()).lstrip("'’‘` ")


def normal(key: str) -> str:
    """A personal key as it is compared: as `plain_text`; mail addresses in lower case.

    Example:
        >>> normal(" Hanako＠Example.JP "), normal("山田　花子")
        ('hanako@example.jp', '山田 花子')
    """
    text = plain_text(key)
    return text.lower() if "@" in text else text


def is_phone(text: str) -> bool:
    """True for a telephone number: at least 9 digits from 0, or from Japan's 81; or one written as abroad.

    Example:
        >>> is_phone("０９０−１２３４−５６７８"), is_phone("090.1234.5678"), is_phone("0000012345"), is_phone("17850")
        (True, True, False, False)
    """
    plain = plain_text(text)
    return bool(_PHONE.fullmatch(_SEPARATORS.sub("", plain)) or _FOREIGN.fullmatch(plain))


def is_mail(text: str) -> bool:
    """True when a mail address stands anywhere in a text.

    Example:
        >>> is_mail("a﹫b.jp"), is_mail("@home")
        (True, False)
    """
    return bool(_MAIL.search(plain_text(text)))


def is_personal(key: str) -> bool:
    """True when a customer key is, or may be, personal: mail, telephone, name; errs on the safe side.

    A key without a single digit is taken for a name.

    Example:
        >>> [is_personal(key) for key in ("Sato_Hanako3", "Sato", "'0901234567", "C-000-123")]
        [True, True, True, False]
    """
    plain = plain_text(key)
    return "@" in plain or not re.search(r"\d", plain) or is_phone(plain) or bool(_NAME.search(plain))


def what_is_personal(text: str) -> str | None:
    """What of a person stands in a text that is no key, as a message calls it; None where nothing is recognised.

    Names are known only by their space, for a product or a prefecture is written in the same letters.

    Example:
        >>> what_is_personal("x＠y.jp"), what_is_personal("03-1234-5678"), what_is_personal("東京都")
        ('a mail address', 'a telephone number', None)
    """
    plain = plain_text(text)
    if is_mail(plain):
        return "a mail address"
    if is_phone(plain):
        return "a telephone number"
    spaced = re.fullmatch(r"[\u3041-\u30ff\u3400-\u9fff々]{1,4} [\u3041-\u30ff\u3400-\u9fff々]{1,5}", plain)
    return "a name" if spaced else None


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
    # A list that was made from the surrogates and filled in comes back with them.
    known |= {text: text for text in spelled.values() if text in taken and text not in known}
    fresh = sorted({text for text in spelled.values() if text not in known})
    for text in fresh:
        known[text] = _new(taken)
    if fresh:
        _save(path, {text: key for text, key in known.items() if text != key})
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
            found = con.execute(f"SELECT key::VARCHAR, customer_id::VARCHAR FROM {parquet(path)}").fetchall()
    except duckdb.Error:
        raise _damaged(path, "cannot be read") from None
    if any(not cell for pair in found for cell in pair):
        raise _damaged(path, "is damaged, it holds an empty cell")
    if len({key for key, _ in found}) < len(found):
        raise _damaged(path, "is damaged, it holds several ids for one customer")
    if len({surrogate for _, surrogate in found}) < len(found):
        raise _damaged(path, "is damaged, it holds one id for several customers")
    return dict(found)


def _damaged(path: Path, fault: str) -> UserError:
    return UserError(
        f"data/{path.parent.name}/keys.parquet: the key map {fault}; bring it back from a copy, "
        f"or delete it to give every customer a new id."
    )


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
