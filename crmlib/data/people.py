"""Names of persons that stand in a client's own exports, read for one end: to mask them in comments."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from crmlib.data.tables import KEYS

# Tables whose rows are of persons; a product, an experiment or a scenario has a name too.
KEYED = frozenset({*(table for table, names in KEYS.items() if names), "actions", "kpi_targets"})
# Words of a header that say whose name it is; with them alone and `name`, a column holds names of persons.
_WHOSE = frozenset(
    [
        "first",
        "last",
        "full",
        "family",
        "given",
        "sur",
        "middle",
        "nick",
        "billing",
        "shipping",
        "ship",
        "bill",
        "delivery",
        "customer",
        "buyer",
        "recipient",
        "user",
        "contact",
        "member",
        "client",
        "sender",
        "owner",
        "staff",
        "agent",
        "payer",
        "account",
        "cardholder",
        "card",
        "holder",
        "consignee",
        "purchaser",
        "kana",
        "kanji",
        "furigana",
        "yomi",
        "romaji",
        "the",
        "of",
        "to",
        "s",
        "person",
        "orderer",
        "receiver",
        "destination",
        "referrer",
        "your",
        "my",
        "display",
        "1",
        "2",
    ]
)
_ALONE = frozenset(
    [
        "name",
        "names",
        "surname",
        "forename",
        "firstname",
        "lastname",
        "fullname",
        "nickname",
        "username",
        "familyname",
        "givenname",
    ]
)
_PERSON = re.compile(
    r"氏名|お名前|姓名|フリガナ|ふりがな|フリカナ|ニックネーム|名義|宛名|差出人|ハンドルネーム"
    r"|(?:担当者?|受取人|注文者|購入者|依頼主)$"
    r"|^(?:.*(?:者|客|員|先|人|主|様|会員|請求|配送|発送|本人|家族)(?:様|さま)?)?"
    r"[ _の・\-(]*(?:名前?|姓|苗字|名字|セイ|メイ|せい|めい|カナ|かな|よみ|ヨミ)"
    r"(?:[ _・\-(]*(?:姓|名|セイ|メイ|せい|めい|カナ|かな|漢字|ローマ字|全角|半角|1|2)\)?)*$"
)
_THING = re.compile(
    r"商品|品名|店|媒体|メディア|シナリオ|ファイル|ショップ|ブランド|カテゴリ|リスト|セット|プラン|コース|会社|法人"
    r"|配送業者|運送|銀行|都道府県|市区|送料|地域|部署|仕入|取引|イベント|メール名|サイト|ページ"
)
_NOT_NAMES = frozenset(
    [
        "なし",
        "無し",
        "不明",
        "匿名",
        "会員",
        "非会員",
        "ゲスト",
        "テスト",
        "お客様",
        "株式会社",
        "有限会社",
        "合同会社",
        "様",
        "さん",
        "ユーザー",
        "名無し",
        "退会",
        "退会済み",
        "女性",
        "男性",
        "guest",
        "test",
        "unknown",
        "null",
        "none",
        "nan",
        "na",
        "anonymous",
        "customer",
        "user",
        "name",
        "true",
        "false",
        "yes",
        "no",
        "mr",
        "mrs",
        "ms",
        "miss",
        "dr",
        "the",
        "and",
        "inc",
        "ltd",
        "mail",
        "line",
        "shop",
        "web",
        "admin",
    ]
)
_TITLES = re.compile(r" ?(?:様|さん|さま|殿|君|氏)$")
_JAPANESE = re.compile(r"[\u3041-\u30ff\u3400-\u9fff々]")
_UNIT = re.compile(r"[部課室係]$|チーム$|担当$|センター$|team$|department$")


def is_name_header(header: str) -> bool:
    """True when a column's header says that persons' names stand below it.

    Example:
        >>> [is_name_header(text) for text in ("注文者名", "フリガナ", "Billing Name", "姓", "商品名", "Lineitem name")]
        [True, True, True, True, False, False]
    """
    plain = " ".join(unicodedata.normalize("NFKC", header).split())
    words = re.findall(r"[a-z]+|\d", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain).lower())
    if words and not _JAPANESE.search(plain):
        named = bool(_ALONE & set(words)) or words in (["owner"], ["staff"], ["kana"], ["furigana"])
        return named and set(words) <= _ALONE | _WHOSE
    return bool(_PERSON.search(plain)) and not _THING.search(plain)


def parts(cell: str) -> set[str]:
    """The names in one cell: the whole, without its space, its parts, and its kana in the other letters.

    Example:
        >>> sorted(parts("山田　花子 様")), sorted(parts("#1001")), sorted(parts("John Smith"))
        (['山田', '山田 花子', '山田花子', '花子'], [], ['john', 'john smith', 'johnsmith', 'smith'])
    """
    plain = _TITLES.sub("", _lower(" ".join(unicodedata.normalize("NFKC", cell).split())))
    if not 2 <= len(plain) <= 40 or re.search(r"[\d@]", plain) or _UNIT.search(plain):
        return set()
    pieces = [piece for piece in re.split(r"[ ・,.()/_]+", plain) if piece]
    found = {plain, "".join(pieces), *pieces}
    found |= {_turned(name) for name in found}
    return {name for name in found if len(name) >= _shortest(name) and name not in _NOT_NAMES}


def _shortest(name: str) -> int:
    return 2 if _JAPANESE.search(name) else 3


def _turned(name: str) -> str:
    """Katakana as hiragana and the other way round, where the name is long enough to be no particle."""
    if len(name) < 3:
        return name
    if re.fullmatch(r"[ァ-ヶー ]+", name):
        return "".join(chr(ord(mark) - 0x60) if "ァ" <= mark <= "ヶ" else mark for mark in name)
    if re.fullmatch(r"[ぁ-ゖー ]+", name):
        return "".join(chr(ord(mark) + 0x60) if "ぁ" <= mark <= "ゖ" else mark for mark in name)
    return name


def _lower(text: str) -> str:
    """Small letters, one for one."""
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(m.lower() if len(m.lower()) == 1 else m for m in text)


class People:
    """The names of a client's people, found in a text at one look a letter, however many they are."""

    def __init__(self, cells: Iterable[str] = ()) -> None:
        self._names = {name for cell in cells for name in parts(cell)}
        lengths: dict[str, set[int]] = {}
        for name in self._names:
            lengths.setdefault(name[:2], set()).add(len(name))
        self._lengths = {start: sorted(found, reverse=True) for start, found in lengths.items()}

    def __len__(self) -> int:
        return len(self._names)

    def replace(self, text: str, mark: str) -> str:
        """The text with `mark` in place of every name, the longest first."""
        if not self._names:
            return text
        lower, done, kept = _lower(text), 0, 0
        found: list[str] = []
        while done < len(text) - 1:
            size = self._at(lower, done)
            if size:
                found += [text[kept:done], mark]
                kept = done + size
            done += size or 1
        return "".join([*found, text[kept:]]) if found else text

    def _at(self, text: str, place: int) -> int:
        for size in self._lengths.get(text[place : place + 2], ()):
            end = place + size
            if end <= len(text) and text[place:end] in self._names and _stands_alone(text, place, end):
                return size
        return 0


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Latin letters and katakana end where their letters end; other Japanese runs on."""
    before, after = text[start - 1] if start else " ", text[end] if end < len(text) else " "
    return not (_same(before, text[start]) or _same(text[end - 1], after))


def _same(left: str, right: str) -> bool:
    return (_is_latin(left) and _is_latin(right)) or (_is_katakana(left) and _is_katakana(right))


def _is_latin(mark: str) -> bool:
    return mark.isalpha() and ord(mark) < 0x2E80


def _is_katakana(mark: str) -> bool:
    return "ァ" <= mark <= "ヺ" or mark == "ー"
