"""Values by their kind on an Excel sheet, number formats, names of sheets, widths. Nothing is a formula."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from crmlib import words
from crmlib.report.views import display_width

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

WIDEST, HEADER_WIDTH, MEASURED_ROWS = 48, 22, 500
FILTER_WIDTH = 3  # the button of a filter
SLACK = 4  # letters that a header of two lines may break too early
LONGEST_TEXT = 32_767  # Excel's own limit of a cell
LAST_ROW = 1_048_576
LINE_HEIGHT = 16.5
_ILLEGAL = re.compile(r"[\[\]:*?/\\\x00-\x1f\x7f]")
_TEXTS, _DAYS = ("text", "label"), ("date", "month")
_IN_POINTS = ("points", "signed_share")
_OLDEST = date(1900, 3, 1)  # Excel believes in 29 February 1900


def write(
    sheet: Worksheet, row: int, column: int, value: Any, kind: str, shown: Format, nought: Format | None = None
) -> None:  # fmt: skip
    """Write one value as its kind: numbers as numbers, dates as dates, all else as text; missing stays blank."""
    writer(sheet, kind, shown, nought)(row, column, value)


def writer(
    sheet: Worksheet, kind: str, shown: Format, nought: Format | None = None
) -> Callable[[int, int, Any], None]:  # fmt: skip
    """What writes values of one kind into row and column; long lists ask for it once a column.

    `nought` is the format of a number that rounds to 0, which has no sign on the pages (`nought_format`).
    """
    form, (low, least) = words.kind(kind).form, _signless(kind)
    texts: dict[Any, str] = {}

    def put(row: int, column: int, value: Any) -> None:
        if value is None or words.is_missing(value) or (type(value) is float and not math.isfinite(value)):
            sheet.write_blank(row, column, None, shown)
        elif form in _TEXTS:
            if (text := texts.get(value)) is None:
                text = texts[value] = words.text(value, kind)[:LONGEST_TEXT]
            sheet.write_string(row, column, text, shown)
        elif form in _DAYS:
            _write_day(sheet, row, column, words.as_date(value) if form == "date" else words.month_start(value), shown)
        else:
            amount = number(value, kind)
            sheet.write_number(row, column, amount, nought if nought and low < amount < least and amount else shown)

    return put


def indents(kinds: Sequence[str]) -> list[int]:
    """1 for a column of texts that follows one of numbers, which end where the texts begin; else 0."""
    return [int(is_text(kind) and place > 0 and not is_text(kinds[place - 1])) for place, kind in enumerate(kinds)]


def is_text(kind: str) -> bool:
    """Whether values of the kind are written as texts, to the left."""
    return words.kind(kind).form in ("text", "label")


def number(value: Any, kind: str) -> float:
    """The number a sheet holds: money in units of the currency, differences of shares in points.

    Example:
        >>> _ = words.speak("en", "USD")
        >>> number(123450, "money"), number(0.25, "points"), number(0.25, "share")
        (1234.5, 25.0, 0.25)
    """
    form = words.kind(kind).form
    if form == "money":
        return int(words.rounded(value)) / 10 ** words.minor_digits(words.speech().currency)
    # Ten and more decimals keep the figure as it is, without the noise of a product of binary numbers.
    return float(words.rounded(value, 17, shift=2)) if form in _IN_POINTS else float(value)


def number_format(kind: str) -> str:
    """Excel's number format of a kind, with the decimals of the currency for money.

    Example:
        >>> _ = words.speak("en", "USD")
        >>> number_format("money"), number_format("share")
        ('#,##0.00', '#,##0.0%')
    """
    if kind == "money":
        digits = words.minor_digits(words.speech().currency)
        return "#,##0." + "0" * digits if digits else "#,##0"
    return words.kind(kind).sheet


def nought_format(kind: str) -> str:
    """The format of a number that rounds to 0: without a sign, whatever the number's own is.

    Example:
        >>> nought_format("change"), nought_format("ratio")
        ('0.0%;0.0%', '#,##0.00;#,##0.00')
    """
    bare = number_format(kind).split(";")[-1]
    return f"{bare};{bare}"


def marked(shown: str, mark: str) -> str:
    """A number format with a mark after each of its figures.

    Example:
        >>> marked("+0.0;-0.0;0.0", "*")
        '+0.0"*";-0.0"*";0.0"*"'
    """
    return ";".join(f'{section}"{mark}"' for section in shown.split(";"))


def _signless(kind: str) -> tuple[float, float]:
    """Between which numbers, as a cell holds them, the kind's format shows a 0 with a sign."""
    found = words.kind(kind)
    if found.form in ("money", "pvalue"):
        return 0.0, 0.0
    half = 0.5 * 10 ** -(found.decimals + 2 * (found.form in ("share", "change")))
    return -half, half * (";" in number_format(kind))


def sheet_name(wanted: str, taken: set[str]) -> str:
    """A name Excel takes: at most 31 characters, none that it forbids, unique whatever the case; it joins `taken`.

    Example:
        >>> taken = {"rf"}
        >>> sheet_name("RF", taken), sheet_name("a/b: c?", taken)
        ('RF (2)', 'a b c')
    """
    base = " ".join(_ILLEGAL.sub(" ", clean(wanted)).split()).strip("' ") or "-"
    name, again = _fitting(base, 31), 1
    while name.casefold() in taken:
        again += 1
        name = f"{_fitting(base, 28 - len(str(again)))} ({again})"
    taken.add(name.casefold())
    return name


def clean(text: str) -> str:
    """A text without control characters, which XML and Excel's dialogues do not take."""
    return re.sub(r"[\x00-\x1f\x7f\ufffe\uffff]+", " ", text)


def unique_headers(headers: Iterable[str]) -> list[str]:
    """Headers on one line, not empty, and unique whatever the case."""
    found: list[str] = []
    for text in headers:
        base = " ".join(clean(text).split())[:240] or "-"
        name, again = base, 1
        while name.casefold() in {other.casefold() for other in found}:
            again += 1
            name = f"{base} ({again})"
        found.append(name)
    return found


def fit(
    sheet: Worksheet, top: int, headers: Sequence[str], texts: Iterable[Sequence[str]], *, filtered: bool = False
) -> list[int]:
    """Make each column as wide as its longest text, within reason, and rows high enough for what wraps.

    Headers wrap before they widen a column; only the first rows of a long table are measured. Returns the widths.
    """
    measured = [line for line, _ in zip(texts, range(MEASURED_ROWS), strict=False)]
    button = FILTER_WIDTH * filtered
    widths = [min(max(display_width(text) // 2 + SLACK, *map(display_width, text.split())), HEADER_WIDTH) + button
              for text in unique_headers(headers)]  # fmt: skip
    for line in measured:
        widths = [max(width, display_width(text)) for width, text in zip(widths, line, strict=True)]
    widths = [min(max(width + 2, 9), WIDEST) for width in widths]
    fit_to(sheet, top, widths, [headers, *measured])
    return widths


def fit_to(sheet: Worksheet, top: int, widths: Sequence[int], rows: Iterable[Sequence[str]]) -> None:
    """Set the widths, and the height of each row from `top` on that needs more than one line."""
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    for row, line in enumerate(rows, start=top):
        needed = max((lines(text, width) for text, width in zip(line, widths, strict=False)), default=1)
        if needed > 1:
            sheet.set_row(row, LINE_HEIGHT * min(needed, 20))


def lines(text: str, width: float) -> int:
    """How many lines a text takes in a cell so wide."""
    # A text that wraps takes a little more than its bare width, because it breaks between words.
    wide = [display_width(part) for part in text.split("\n")]
    return sum(1 if part < width else math.ceil(part * 1.05 / (width - 1)) for part in wide)


def _write_day(sheet: Worksheet, row: int, column: int, day: date, shown: Format) -> None:
    if day < _OLDEST:
        sheet.write_string(row, column, day.isoformat(), shown)
    else:
        sheet.write_datetime(row, column, datetime.combine(day, time()), shown)


def _fitting(text: str, units: int) -> str:
    # Excel counts UTF-16 units: an emoji is two of the 31. A cut falls between words where one ends soon enough.
    short = text
    while len(short.encode("utf-16-le")) > 2 * units:
        short = short[:-1]
    words_kept = short.rpartition(" ")[0] if short != text and text[len(short)] != " " else ""
    return (words_kept if 2 * len(words_kept) > units else short).strip("' ")
