"""Words and number formats in the client's language: one dictionary of kinds, columns, codes and sentences.

A *kind* (`"customers"`, `"share"`, `"money"`) says how a value is written, in a table and in a sentence. A *column* has
a label and a kind. A *code* (`"champions"`) has a label. A `Sentence` is a whole-sentence template with typed
placeholders. English literals are the keys of the gettext catalogue `locale/<language>/LC_MESSAGES/crmlib.mo`.
"""

from __future__ import annotations

import functools
import gettext
import io
import math
import re
import string
import tokenize
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from pathlib import Path
from typing import Any

from crmlib.dictionary import CODES, COLUMNS, DEFINITIONS, KINDS, N_, PARAMETERS, Kind

__all__ = ["CODES", "COLUMNS", "DEFINITIONS", "KINDS", "N_", "Column", "Sentence", "column", "label", "phrase"]
LANGUAGES = ("en", "ja")
MINOR_DIGITS = {"JPY": 0, "KRW": 0}
MISSING = "–"
MIXED = ("measure", "measure_change")  # kinds of columns whose rows say what they are
BOUNDS = {"_low": "{label}, 95% from", "_high": "{label}, 95% to"}


@dataclass(frozen=True)
class Speech:
    """The language and the currency that labels and numbers are written in."""

    language: str = "en"
    currency: str = "JPY"


_SPEECH: ContextVar[Speech] = ContextVar("speech")
_LONG = Context(prec=400, rounding=ROUND_HALF_UP)  # as many figures as the largest number has
_BAND = re.compile(r"silent_(\d+)_(?:(\d+)|up)")


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column as a reader sees it: label, unit (may be empty), kind and decimals."""

    name: str
    label: str
    unit: str
    kind: str
    decimals: int

    @property
    def header(self) -> str:
        """Label and unit: `Sales (yen)`."""
        return headed(self.label, self.unit)


def headed(label: str, unit: str) -> str:
    """A label with its unit in brackets, unless the label says the unit already.

    Example:
        >>> headed("Tenure", "days"), headed("Threshold in days", "days"), headed("行数", "行")
        ('Tenure (days)', 'Threshold in days', '行数')
    """
    # Japanese has no spaces between words; in other languages "pt" is not said by "Receipts".
    said = re.search(rf"\b{re.escape(unit)}\b", label, re.IGNORECASE) if unit.isascii() else unit in label
    return f"{label} ({unit})" if unit and not said else label


def speak(language: str, currency: str = "JPY") -> Speech:
    """Set the language and currency of everything said after this call, in this context.

    Raises:
        ValueError: a language without a catalogue.

    Example:
        >>> speak("ja", "JPY").language
        'ja'
        >>> phrase(1234, "customers")
        '1,234人'
    """
    if language not in LANGUAGES:
        raise ValueError(f"language == {language!r}, must be one of {', '.join(LANGUAGES)}.")
    speech = Speech(language, currency)
    _SPEECH.set(speech)
    return speech


def speech() -> Speech:
    """The current language and currency; English and yen until `speak` is called."""
    return _SPEECH.get(Speech())


@functools.cache
def _catalogue(language: str) -> gettext.NullTranslations:
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation("crmlib", Path(__file__).parent / "locale", languages=[language])


def translate(message: str) -> str:
    """The message in the current language; an untranslated message comes back as it is."""
    return _catalogue(speech().language).gettext(message) if message else ""


def _in_context(context: str, message: str) -> str:
    return _catalogue(speech().language).pgettext(context, message)


def label(code: object) -> str:
    """The name of a code in the current language; a name that is no code of ours passes through.

    Example:
        >>> _ = speak("en")
        >>> label("cannot_lose"), label("関東"), label("f1 / r_30 / Soap / Oil")
        ("Can't lose them", '関東', 'one order / 30 days or less / Soap / Oil')
    """
    name = str(code)
    if name in CODES:
        return _in_context("code", CODES[name])
    first, second, *rest = [*name.split(" / "), ""]
    if first in CODES and second in CODES:  # a stratum
        return " / ".join(label(part) for part in (first, second, *rest[:-1]))
    banded = _BAND.fullmatch(name)  # days of silence; a client's own "50+" is a name and stays as it is
    if not banded:
        return name
    if speech().language == "ja":
        return f"{banded[1]}〜{banded[2] or ''}"
    return f"{banded[1]}–{banded[2]}" if banded[2] else f"{banded[1]}+"


def parameter(name: str) -> str:
    """What a parameter of the notebooks is called in the current language; its own name where it has no other.

    Example:
        >>> _ = speak("en")
        >>> parameter("dormant_days"), parameter("of_my_own")
        ('Days of silence until dormant', 'of_my_own')
    """
    return _in_context("parameter", PARAMETERS[name]) if name in PARAMETERS else name


def kind(name: str) -> Kind:
    """The kind of that name.

    Raises:
        ValueError: an unknown kind, with the kinds there are.
    """
    if name not in KINDS:
        raise ValueError(f"kind == {name!r}, must be one of {', '.join(KINDS)}.")
    return KINDS[name]


def row_kind(kind_name: str, measure: str | None) -> str:
    """The kind of a cell: in a column of mixed measures that of its row, a difference of shares in points.

    Example:
        >>> row_kind("measure", "share"), row_kind("measure_change", "share"), row_kind("days", "share")
        ('share', 'signed_points', 'days')
    """
    if measure is None or kind_name not in MIXED:
        return kind_name
    return "signed_points" if kind_name == "measure_change" and measure == "share" else measure


def cell_text(value: Any, kind_name: str, measure: str | None) -> str:
    """A value as its cell shows it; in a column of mixed measures with its unit, which no header can say."""
    if measure is None or kind_name not in MIXED or is_missing(value):
        return text(value, kind_name)
    return phrase(value, row_kind(kind_name, measure))


def unit(kind_name: str) -> str:
    """The unit of a kind in the current language, as a column header shows it."""
    if kind_name == "money":
        return _in_context("unit", "yen") if speech().currency == "JPY" else speech().currency
    found = kind(kind_name).unit
    return _in_context("unit", found) if found else ""


def column(name: str) -> Column:
    """Label, unit, kind and decimals of a column; `_low` and `_high` are the bounds of the column they follow.

    Raises:
        ValueError: a column the dictionary does not know.

    Example:
        >>> _ = speak("en")
        >>> column("n_customers").header, column("step_rate_low").label
        ('Customers', 'Step rate, 95% from')
    """
    base, bound = _bound(name)
    if base not in COLUMNS:
        raise ValueError(f"column {name!r} has no entry in crmlib/dictionary, give it a label and a kind there.")
    text, kind_name = COLUMNS[base]
    said = _in_context("column", text)
    if bound:
        said = _in_context("bound", bound).format(label=said)
    shown = "" if unit(kind_name).lower() == said.lower() else unit(kind_name)
    return Column(name=name, label=said, unit=shown, kind=kind_name, decimals=_decimals(kind_name))


def _bound(name: str) -> tuple[str, str]:
    for suffix, message in BOUNDS.items():
        if name not in COLUMNS and name.endswith(suffix):
            return name.removesuffix(suffix), message
    return name, ""


def _decimals(kind_name: str) -> int:
    return minor_digits(speech().currency) if kind_name == "money" else kind(kind_name).decimals


def minor_digits(currency: str) -> int:
    """Digits of the currency's smallest unit: 0 for yen, 2 for pence and cents."""
    return MINOR_DIGITS.get(currency, 2)


def is_missing(value: object) -> bool:
    """None, NaN, NaT and NA: nothing to write."""
    if value is None or type(value).__name__ in {"NaTType", "NAType"}:
        return True
    return isinstance(value, float) and math.isnan(value)


def text(value: Any, kind_name: str) -> str:
    """A value as a table cell shows it: without its unit, which stands in the header; missing is a dash.

    Example:
        >>> text(0.31944, "share"), text(1234567, "money"), text(None, "share")
        ('31.9%', '1,234,567', '–')
    """
    if is_missing(value):
        return MISSING
    form = kind(kind_name).form
    return _TEXTS[form](value) if form in _TEXTS else _NUMBERS[form](value, _decimals(kind_name))


def phrase(value: Any, kind_name: str) -> str:
    """A value as a sentence or a card shows it, with its unit.

    Raises:
        ValueError: a missing value; a sentence about something not known needs a template of its own.

    Example:
        >>> _ = speak("en", "USD")
        >>> phrase(1, "customers"), phrase(2344, "customers"), phrase(123450, "money")
        ('1 customer', '2,344 customers', '$1,234.50')
    """
    if is_missing(value):
        raise ValueError(f"a missing value cannot be said as {kind_name!r}, choose a sentence for what is not known.")
    found = kind(kind_name)
    if kind_name == "money":
        return _money_phrase(value)
    if kind_name == "month":
        return _month_phrase(int(value))
    if kind_name == "date":
        return _date_phrase(value)
    said = text(value, kind_name)
    if kind_name == "pvalue":
        return f"< {said[1:]}" if said.startswith("<") else f"= {said}"
    if found.one:
        return _counted(value, said, found)
    space = "" if speech().language == "ja" else " "  # Japanese sets no space before a unit
    return f"{said}{space}{unit(kind_name)}" if found.unit else said


def _counted(value: Any, said: str, found: Kind) -> str:
    # ngettext takes an integer; 1.5 days is plural, so anything but exactly one, more or less, is two.
    number = 1 if abs(value) == 1 else 2
    return _catalogue(speech().language).ngettext(found.one, found.many, number).format(n=said)


def rounded(value: Any, digits: int = 0, *, shift: int = 0) -> Decimal:
    """A finite value times ten to the power of `shift`, rounded as a reader does: halves go away from zero.

    As Excel, it takes the 15 figures that a binary number tells, so that 9.25% of 8,000 is a half; never minus zero.

    Example:
        >>> rounded(740 / 8000, 1, shift=2), rounded(-0.0004, 1, shift=2), rounded(2.5)
        (Decimal('9.3'), Decimal('0.0'), Decimal('3'))
    """
    exact = Decimal(value) if isinstance(value, int) else Decimal(f"{float(value):.15g}")
    found = _LONG.quantize(_LONG.scaleb(exact, shift), Decimal(1).scaleb(-digits))
    return found or abs(found)


def _number(value: Any, digits: int, shift: int = 0) -> str:
    return f"{rounded(value, digits, shift=shift):,f}" if math.isfinite(value) else MISSING


def _signed(value: Any, digits: int, shift: int = 0) -> str:
    if not math.isfinite(value):
        return MISSING
    found = rounded(value, digits, shift=shift)
    return f"{found:+,f}" if found else f"{found:f}"


def _share(value: Any, digits: int) -> str:
    return _number(value, digits, 2) + "%"


def _change(value: Any, digits: int) -> str:
    return _signed(value, digits, 2) + "%"


def _points(value: Any, digits: int) -> str:
    return _number(value, digits, 2)


def _signed_share(value: Any, digits: int) -> str:
    return _signed(value, digits, 2)


def _pvalue(value: Any, digits: int) -> str:
    smallest = 10**-digits
    return f"<{smallest:.{digits}f}" if value < smallest else _number(value, digits)


def _money(value: Any, digits: int) -> str:
    return f"{rounded(value).scaleb(-digits):,.{digits}f}" if math.isfinite(value) else MISSING


def _money_phrase(value: Any) -> str:
    digits, currency, japanese = minor_digits(speech().currency), speech().currency, speech().language == "ja"
    amount = rounded(value)
    if currency == "JPY" and japanese:
        return _yen(int(amount))
    sign = "-" if amount < 0 else ""
    symbol = {"JPY": "¥", "USD": "$", "GBP": "£", "EUR": "€"}.get(currency, currency + " ")
    return f"{sign}{symbol}{abs(amount).scaleb(-digits):,.{digits}f}"


def _yen(value: int) -> str:
    # A Japanese reader takes large sums in 万 and 億; the tables keep the yen.
    sign, yen = ("-" if value < 0 else ""), abs(value)
    if yen < 1_000_000:
        return f"{sign}{yen:,}円"
    ten_thousands = (yen + 5_000) // 10_000
    hundred_millions, rest = divmod(ten_thousands, 10_000)
    if not hundred_millions:
        return f"{sign}{ten_thousands:,}万円"
    return f"{sign}{hundred_millions:,}億{rest:,}万円" if rest else f"{sign}{hundred_millions:,}億円"


def to_three_figures(amount: float) -> float:
    """An amount as precise as what is said to be about so much.

    Example:
        >>> to_three_figures(97_904_633), to_three_figures(0)
        (97900000, 0)
    """
    if not amount:
        return amount
    found = rounded(amount, 2 - math.floor(math.log10(abs(amount))))
    return int(found) if isinstance(amount, int) else float(found)


def month_start(month: int) -> date:
    """The first day of a month index (year * 12 + month - 1)."""
    return date(int(month) // 12, int(month) % 12 + 1, 1)


def _month(value: Any) -> str:
    return f"{month_start(value):%Y-%m}"


def _month_phrase(month: int) -> str:
    first = month_start(month)
    if speech().language == "ja":
        return f"{first.year}年{first.month}月"
    return f"{first:%B} {first.year}"


def as_date(value: Any) -> date:
    """A date from a date, a timestamp, an ISO text or a day number (days since 1970-01-01)."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        return date.fromisoformat(value[:10])
    return date(1970, 1, 1) + timedelta(days=int(value))


def _date(value: Any) -> str:
    return as_date(value).isoformat()


def _date_phrase(value: Any) -> str:
    day = as_date(value)
    if speech().language == "ja":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {day:%B} {day.year}"


_NUMBERS = {
    "number": _number, "share": _share, "change": _change, "points": _points, "signed": _signed,
    "signed_share": _signed_share, "pvalue": _pvalue, "money": _money,
}  # fmt: skip
_TEXTS: dict[str, Callable[[Any], str]] = {"month": _month, "date": _date, "label": label, "text": str}


class _Formatter(string.Formatter):
    """Fills `{name:kind}`; attribute and index access are refused, so that a value can never be a program."""

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> Any:
        del args  # placeholders have names, never positions
        if not field_name.isidentifier():
            raise ValueError(f"{{{field_name}}}: placeholders are plain names.")
        if field_name not in kwargs:
            raise ValueError(f"{{{field_name}}}: no value of that name, given: {', '.join(kwargs) or 'none'}.")
        return kwargs[field_name], field_name

    def format_field(self, value: Any, format_spec: str) -> str:
        return phrase(value, format_spec or "text")


# What an English verb becomes after exactly one; the forms that end otherwise than by an s.
ONE = {"are": "is", "were": "was", "have": "has", "do": "does", "carry": "carries", "go": "goes"} | {
    verb: f"{verb}s"
    for verb in ("stand", "look", "come", "buy", "show", "need", "get", "lie", "make", "keep", "leave", "take", "bring",
                 "stay", "belong", "fall", "seem", "give", "hold", "say", "want", "wait", "answer", "order", "pay",
                 "return", "remain", "follow", "know", "start", "end", "cancel", "cost")
}  # fmt: skip
_SUBJECT = re.compile(rf"(?<!of )(\{{(\w+):(\w+)\}}) ({'|'.join(ONE)})\b")


def _agreed(template: str, values: dict[str, Any]) -> str:
    """A template whose verbs go with their numbers: 1 customer is, 2 customers are; Japanese verbs know no number."""

    def verb(found: re.Match[str]) -> str:
        counted = found[3] in KINDS and KINDS[found[3]].one and values.get(found[2]) == 1
        return f"{found[1]} {ONE[found[4]]}" if counted else found[0]

    return _SUBJECT.sub(verb, template) if speech().language == "en" else template


@dataclass(frozen=True)
class Sentence:
    """A whole-sentence template in English with typed placeholders, and the values that fill it."""

    template: str
    values: dict[str, Any] = field(default_factory=dict)

    def text(self) -> str:
        """The sentence in the current language."""
        return _Formatter().vformat(_agreed(translate(self.template), self.values), (), self.values)

    def __str__(self) -> str:
        return self.text()


def say(template: str, /, **values: Any) -> Sentence:
    """A sentence of results: `{name:kind}` placeholders, filled when it is read, in the reader's language.

    Raises:
        ValueError: (when read) an unknown kind, a missing value, or a placeholder that is not a plain name.

    Example:
        >>> _ = speak("en")
        >>> say("Of {n:customers}, {rate:share} bought again.", n=2344, rate=0.319).text()
        'Of 2,344 customers, 31.9% bought again.'
    """
    return Sentence(template, values)


def placeholders(template: str) -> set[tuple[str, str]]:
    """The (name, kind) pairs of a template, so that a translation can be compared with its source."""
    return {(name, spec or "text") for _, name, spec, _ in string.Formatter().parse(template) if name is not None}


def translate_notebook(notebook: Any, language: str) -> None:
    """Translate the markdown of a notebook in place, block by block (blocks end at a blank line)."""
    catalogue = _catalogue(language)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
            blocks = [block.strip("\n") for block in source.split("\n\n")]
            cell["source"] = "\n\n".join(catalogue.gettext(block) if block.strip() else block for block in blocks)


def comments(source: str) -> list[tuple[int, int, str]]:
    """Line (from 1), column and text of every comment in a code cell.

    Example:
        >>> comments("rate = None  # your answer")
        [(1, 13, 'your answer')]
    """
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    found = [(*token.start, token.string.lstrip("# ")) for token in tokens if token.type == tokenize.COMMENT]
    return [(line, at, text) for line, at, text in found if text]


def translate_comments(source: str, language: str) -> str:
    """A code cell with its comments in that language."""
    lines = source.splitlines()
    for line, at, text in comments(source):
        lines[line - 1] = f"{lines[line - 1][:at]}# {_catalogue(language).gettext(text)}"
    return "\n".join(lines)
