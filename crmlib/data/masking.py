"""Comments without what tells who wrote them or whom they are about; errs on the side of masking too much.

What is found in a text of Japanese letters becomes ［氏名］, ［メール］, ［電話］, ［住所］, ［番号］ or ［連絡先］;
in another text [name], [mail], [phone], [address], [number] or [contact].
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from crmlib.data.tables import INPUTS

if TYPE_CHECKING:
    import duckdb

    from crmlib.data.people import People
    from crmlib.data.read import Reading

LONGEST = 500
# Of a longer text only the beginning is looked at; its last letters may be half a name, and go.
_READ, _TORN = 2000, 80
# Letters of private use, which no text keeps, stand for the marks until the end: no rule reads a mark as a text.
NAME, MAIL, PHONE, ADDRESS, NUMBER, CONTACT = MARKS = "\ue000\ue001\ue002\ue003\ue004\ue005"
_WORDS = {"ja": ("氏名", "メール", "電話", "住所", "番号", "連絡先"),
          "en": ("name", "mail", "phone", "address", "number", "contact")}  # fmt: skip
_SAID = {
    language: str.maketrans({
        mark: f"［{word}］" if language == "ja" else f"[{word}]" for mark, word in zip(MARKS, words, strict=True)
    })
    for language, words in _WORDS.items()
}  # fmt: skip
_JAPANESE = re.compile(r"[\u3041-\u30ff\u3400-\u9fff々]")

_KANJI = "一-鿿㐀-䶿々ヶ𠀀-𯿿"
_KANA = "ァ-ヴー"
_STOP = r"\s、。,.!?「」『』()\[\]<>:;/・\"'" + MARKS
_HYPHEN = "-−‐‑‒–—―ー"
_SEP = rf"[\s.()\{_HYPHEN}~〜・の/]"
_DIGITS = re.compile(rf"(?:\+ ?)?\(?\d(?:{_SEP}{{0,3}}\d){{6,}}")
_DATE = re.compile(r"(?:19|20)\d\d[-/. ]\d{1,2}[-/. ]\d{1,2}(?: \d{1,2})?")
_KANJI_DIGITS = re.compile(r"[〇○零一二三四五六七八九](?:[\-−‐ーの ]?[〇○零一二三四五六七八九]){6,}")
_HOST = "[^\\s@、。,;:<>()「」『』]"
_MAIL = re.compile(
    rf"{_HOST}{{1,64}} ?@ ?{_HOST}{{1,255}}"
    r"|[\w.+-]{1,64} ?[(\[{]? ?(?:at|アット|あっと|アットマーク) ?[)\]}]? ?[\w-]{1,63}"
    r"(?: ?(?:\.|[(\[]?dot[)\]]?|ドット) ?[a-z]{2,}){1,3}",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"(?:https?|ftp)://[^\s、。「」]+|www\.[^\s、。「」]+|(?<!\w)@\w{2,}"
    r"|\b[a-z0-9-]{2,63}(?:\.[a-z0-9-]{2,63}){0,4}\.(?:com|net|org|jp|info|biz|io|me|uk|de|fr|cn|tv|shop)\b(?:/[^\s、。「」]*)?"
    r"|(?:line|instagram|twitter|インスタ|ライン) ?(?:id|アカウント)? ?(?:は|:|=) ?[\w.-]{4,}",
    re.IGNORECASE,
)
_PREFECTURES = (
    "北海道|東京都|大阪府|京都府|(?:青森|岩手|宮城|秋田|山形|福島|茨城|栃木|群馬|埼玉|千葉|神奈川|新潟|富山|石川|福井|山梨"
    "|長野|岐阜|静岡|愛知|三重|滋賀|兵庫|奈良|和歌山|鳥取|島根|岡山|広島|山口|徳島|香川|愛媛|高知|福岡|佐賀|長崎|熊本|大分"
    "|宮崎|鹿児島|沖縄)県"
)
_TOWN = rf"(?:[{_KANJI}]{{1,7}}|[ぁ-ん]{{2,5}}|[{_KANA}]{{2,8}})[市区郡町村]"
_BLOCK = r"[\d一二三四五六七八九十百]{1,4}"
_JOINT = rf"(?: ?(?:丁目|番地|番町|番|号室|号|[{_HYPHEN}の]) ?)"
_REST = (
    rf"(?:{_JOINT}{_BLOCK})*(?:{_JOINT})?"
    rf"(?: ?[{_KANJI}{_KANA}A-Za-z]{{2,20}} ?\d{{1,4}}(?:号室|号|階)?)?"
)
_BETWEEN = rf"[^でにはがをもへと\d{_STOP}]{{0,15}} ?"
_Rule = tuple[re.Pattern[str], tuple[str, ...]]
# A pattern, and the texts without one of which it need not be tried.
_ADDRESS: list[_Rule] = [
    (re.compile(rf"〒 ?\d{{3}}(?:{_SEP}?\d{{4}})?|(?<!\d)\d{{3}}[{_HYPHEN}]\d{{4}}(?!\d)"), ("",)),
    (
        re.compile(rf"(?:{_PREFECTURES}) ?(?:{_TOWN} ?){{0,3}}{_BETWEEN}[\d一二三四五六七八九十]{{1,4}}{_REST}"),
        tuple("道都府県"),
    ),
    (re.compile(rf"(?:{_TOWN} ?){{1,3}}{_BETWEEN}{_BLOCK}(?={_JOINT}){_REST}"), tuple("市区郡町村")),
    (re.compile(rf"[{_KANJI}{_KANA}]{{0,12}} ?{_BLOCK} ?(?:丁目|番地|番町){_REST}"), ("丁目", "番地", "番町")),
    (
        re.compile(rf"[{_KANJI}{_KANA}]{{1,12}} ?\d{{1,4}}[{_HYPHEN}の]\d{{1,4}}[{_HYPHEN}の]\d{{1,4}}{_REST}"),
        (*_HYPHEN, "の"),
    ),
    (
        re.compile(r"[\w.]{0,12}(?:マンション|アパート|ハイツ|コーポ|メゾン)\w{0,10} ?\d{2,4}(?:号室|号)?"),
        ("マンション", "アパート", "ハイツ", "コーポ", "メゾン"),
    ),
    (
        re.compile(
            r"\b\d{1,5}[a-z]?,? +(?:[a-z.']+ +){1,4}(?:street|st|avenue|ave|road|rd|lane|ln|drive|dr|boulevard|blvd|way"
            r"|court|ct|place|pl|close|crescent|square|terrace)\b\.?(?:,? *(?:apt|flat|unit|suite|#) *\w+)?"
            r"|\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b|\bP\.? ?O\.? ?Box \d+",
            re.IGNORECASE,
        ),
        (" ",),
    ),
]
_TITLES = ("さん", "さま", "様", "氏", "君", "くん", "ちゃん", "先生", "殿")
_HONORIFIC = re.compile(
    rf"(?P<name>[{_KANJI}]{{1,8}}(?: [{_KANJI}]{{1,5}})?|[{_KANA}]{{2,12}}(?:[ ・]?[{_KANA}]{{2,12}})?"
    r"|[ぁ-ん]{2,4}|[A-Za-z]{2,20}(?: [A-Za-z]{2,20})?)"
    r"(?P<gap> ?)(?P<title>さん(?!ざん|さん)|さま(?!ざま)|(?<![仕同模])様(?![々式相態似])|氏(?!名|神)|君(?!主|臨)"
    r"|くん(?!で)|ちゃん|先生|殿)"
)
# Whom a title may follow without being named.
_ROLES = frozenset(
    [
        "客",
        "皆",
        "皆々",
        "奥",
        "旦那",
        "主人",
        "子",
        "母",
        "父",
        "兄",
        "姉",
        "弟",
        "妹",
        "孫",
        "娘",
        "息子",
        "嫁",
        "婿",
        "祖母",
        "祖父",
        "親",
        "多",
        "神",
        "王",
        "店員",
        "患者",
        "医者",
        "業者",
        "担当者",
        "配達員",
        "運転手",
        "職員",
        "販売員",
        "看護師",
        "薬剤師",
        "赤",
        "猫",
        "犬",
        "皮膚科",
        "主治医",
        "先輩",
        "店長",
        "社長",
        "部長",
        "課長",
        "お客",
        "みな",
        "みんな",
        "たく",
        "おかあ",
        "おとう",
        "おじい",
        "おばあ",
        "おにい",
        "おねえ",
        "おじ",
        "おば",
        "おく",
        "かあ",
        "とう",
        "じい",
        "ばあ",
        "にい",
        "ねえ",
        "ねこ",
        "わん",
    ]
)
_ASCII_NAME = r"[A-Z][\w'’-]*(?: [A-Z][\w'’.-]*){0,2}"
_CALLED = rf"[{_KANJI}]{{2,6}}(?: [{_KANJI}]{{1,4}})?|[{_KANA}]{{2,12}}|[ぁ-ん]{{2,8}}?|[A-Za-z]+(?: [A-Za-z]+)?"
_UNSAID = rf"[^{_STOP}はがをにも]"
_SAYS: list[_Rule] = [
    (
        re.compile(rf"(?P<name>{_UNSAID}{{1,12}}(?: {_UNSAID}{{1,8}})?)(?= ?と(?:申|もう|言う者|いう者|いうもの))"),
        ("と申", "ともう", "と言う", "という"),
    ),
    (
        re.compile(
            rf"(?:名前は|名前が|氏名は|名は|私は|わたしは|わたくしは) ?(?P<name>{_CALLED})"
            r"(?= ?(?:です|と[い言申]|だ|であ))"
        ),
        ("名前", "名は", "私は", "わた"),
    ),
    (
        re.compile(
            rf"(?:氏名|名前|担当者?|宛名|差出人|署名|name) ?[:=] ?(?P<name>[^{_STOP}]{{1,20}}(?: [^{_STOP}]{{1,12}})?)",
            re.IGNORECASE,
        ),
        (":", "="),
    ),
    (
        re.compile(
            r"(?i:\bmy ?(?:full |first |last )?name(?: is|'s|:)|\bname'?s|\bi am called|\bcall me|\bthis is) +"
            rf"(?P<name>{_ASCII_NAME})"
        ),
        ("name", "call", "this is"),
    ),
    (
        re.compile(
            r"(?i:\bmy ?(?:full |first |last )?name(?: is|'s|:)) +"
            r"(?P<name>[A-Za-z'’-]+(?: (?!and\b|but\b|i\b|from\b)[A-Za-z'’-]+)?)"
        ),
        ("name",),
    ),
    (
        re.compile(
            r"(?i:\bdear|\bhi|\bhello|\battn\.?|\bc/o|\bregards|\bsincerely|\byours(?: truly| faithfully)?|\bcheers"
            rf"|\bbest wishes|\bsigned)[,.! -]+(?P<name>(?:(?i:mr|mrs|ms|miss|dr)\.? +)?{_ASCII_NAME})"
        ),
        ("dear", "hi", "hello", "attn", "c/o", "regards", "sincerely", "yours", "cheers", "best wishes", "signed"),
    ),
    (
        re.compile(r"(?i:\bdear) +(?P<name>(?!sir\b|madam\b|all\b|customer\b|team\b|shop\b)[A-Za-z'’-]+)"),
        ("dear",),
    ),
    (
        re.compile(rf"\b(?i:mr|mrs|ms|miss|mx|dr|prof)\b\.? *(?P<name>{_ASCII_NAME}|[a-z]+)"),
        ("mr", "ms", "mi", "mx", "dr", "prof"),
    ),
    (
        re.compile(r"(?P<name>[A-Za-z]{2,20})(?=[- ]?(?:san|sama|sensei|kun|chan)\b)", re.IGNORECASE),
        ("san", "sama", "sensei", "kun", "chan"),
    ),
]


def mask(text: str, people: People) -> str:
    """A comment on one line, masked, of at most 500 letters.

    Example:
        >>> from crmlib.data.people import People
        >>> mask("山田と申します。090-1234-5678へ", People())
        '［氏名］と申します。［電話］へ'
    """
    plain = _clean(text[: 2 * _READ])
    torn = len(text) > 2 * _READ or len(plain) > _READ
    plain = plain[:_READ]
    language = "ja" if _JAPANESE.search(plain) else "en"
    if "@" in plain or re.search("at|アット|あっと", plain, re.IGNORECASE):
        plain = _MAIL.sub(MAIL, plain)
    if re.search("[a-z@]", plain, re.IGNORECASE):
        plain = _LINK.sub(CONTACT, plain)
    plain = _numbers(plain)
    plain = people.replace(plain, NAME)
    lower = plain.lower()
    for pattern, needles in _SAYS:
        if any(needle in lower for needle in needles):
            plain = pattern.sub(_only_name, plain)
    if any(title in plain for title in _TITLES):
        plain = _HONORIFIC.sub(_titled, plain)
    plain = re.sub(rf"{NAME}(?: ?{NAME})+", NAME, plain)
    kept = plain[: max(0, len(plain) - _TORN)] if torn else plain
    said = kept.translate(_SAID[language])
    return said if len(said) <= LONGEST and not torn else said[: LONGEST - 1] + "…"


def mask_comments(con: duckdb.DuckDBPyConnection, table: str, reading: Reading, people: People) -> None:
    """Mask the comment columns of `cells_<table>` in place, each distinct text once; blank where nothing is left."""
    import pandas as pd

    for name in (name for name in reading.columns if INPUTS[table][name].kind == "comment"):
        found = con.execute(f'SELECT DISTINCT "{name}" FROM cells_{table} WHERE "{name}" IS NOT NULL').fetchall()
        masked = [(text, mask(text, people) or None) for (text,) in found]
        con.register("masked", pd.DataFrame(masked, columns=["was", "becomes"], dtype="str"))
        con.execute(
            f'UPDATE cells_{table} SET "{name}" = masked.becomes FROM masked WHERE cells_{table}."{name}" = masked.was'
        )
        con.unregister("masked")


def _clean(text: str) -> str:
    """NFKC, one line, single spaces; what is not seen goes, so that it cannot stand inside a name or a number."""
    spaced = " ".join(unicodedata.normalize("NFKC", text).split())
    if spaced.isprintable() and not any("\ue000" <= letter <= "\uf8ff" for letter in spaced):
        return spaced
    kept = (" " if unicodedata.category(mark) == "Cc" else mark for mark in spaced if _is_kept(mark))
    return " ".join("".join(kept).split())


def _is_kept(mark: str) -> bool:
    return unicodedata.category(mark) not in ("Cf", "Co", "Cn", "Cs")


def _numbers(text: str) -> str:
    """Telephone numbers, addresses and long numbers, in that order: a block number is no telephone number."""
    if not re.search(r"[\d〇一二三四五六七八九]", text):
        return text
    text = _DIGITS.sub(_phone, text)
    for pattern, needles in _ADDRESS:
        if any(needle in text for needle in needles):
            text = pattern.sub(ADDRESS, text)
    return _KANJI_DIGITS.sub(NUMBER, _DIGITS.sub(_long, text))


def _phone(found: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", found[0])
    first = found[0].lstrip("( ")[0]
    return PHONE if (first == "+" or digits.startswith("0")) and 9 <= len(digits) <= 15 else found[0]


def _long(found: re.Match[str]) -> str:
    """A run of 7 digits or more, or parts that make 9 or more; dates stay."""
    digits = re.sub(r"\D", "", found[0])
    if _DATE.fullmatch(found[0]):
        return found[0]
    return NUMBER if re.search(r"\d{7,}", found[0]) or len(digits) >= 9 or digits.startswith("0") else found[0]


def _only_name(found: re.Match[str]) -> str:
    start, end = found.start("name") - found.start(), found.end("name") - found.start()
    return found[0][:start] + NAME + found[0][end:]


def _titled(found: re.Match[str]) -> str:
    who = found["name"]
    if who in _ROLES or (found["title"] == "さん" and who.endswith("たく")):
        return found[0]
    follows = found.string[found.end() : found.end() + 1]
    if found["title"] == "ちゃん" and follows == "と" and re.fullmatch(r"[ぁ-ん]*[はがもをにでの]", who):
        return found[0]
    return NAME + found["gap"] + found["title"]
