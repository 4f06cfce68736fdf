"""The last slides: what stands in the workbook only, the conditions and the ledger, the definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmlib import words
from crmlib.report import conditions, deck_tables
from crmlib.report.deck_pages import Page
from crmlib.report.deck_story import CHAPTERS
from crmlib.report.deck_tables import Cell, Table
from crmlib.words import N_

if TYPE_CHECKING:
    from crmlib.report.publish import ReportInput
    from crmlib.report.read import Item


def last_pages(
    run: ReportInput, items: dict[str, list[Item]], left: list[tuple[str, Item]], shown: list[Item]
) -> list[Page]:
    """What stands in the workbook only; then conditions and ledger; the terms of what is shown are the very last."""
    chapter = CHAPTERS["conditions"]
    kicker = words.translate(chapter)
    told = _conditions(run, conditions.pages_of(items), kicker)
    return [*_in_workbook(run, left, kicker), *told, *_definitions(shown, kicker)]


def _in_workbook(run: ReportInput, left: list[tuple[str, Item]], kicker: str) -> list[Page]:
    if not left:
        return []
    named: dict[tuple[str, ...], list[str]] = {}
    for label, item in left:
        rows_of = words.phrase(_n_rows(item), "rows")
        said = words.say(N_("{name:text} ({rows:text})"), name=item.get("name") or item["title"], rows=rows_of).text()
        named.setdefault((label,), []).append(said)
    rows = [[Cell(label), Cell(" ｜ ".join(found)), Cell(words.text(len(found), "count"))]
            for (label,), found in deck_tables.gathered(named)]  # fmt: skip
    heads = [words.translate("Report"), words.translate("Table or list"), words.translate("Number")]
    if "xlsx" in run.formats:
        title = words.say(N_("Lists and larger tables are in the workbook: {n:count}."), n=len(left)).text()
    else:
        title = words.say(N_("Lists and larger tables are not on these slides: {n:count}."), n=len(left)).text()
    caption = words.translate("In the workbook")
    return [Page(title, kicker, caption, table=Table(heads, ["l", "l", "r"], rows, (11, 10)), whole=True)]


def _n_rows(item: Item) -> int:
    return int(item.get("n_rows") or len(item.get("rows") or item.get("cells") or []))


def _conditions(run: ReportInput, shown: list[Item], kicker: str) -> list[Page]:
    told = [*conditions.conditions(run, shown), *conditions.policy(run)]
    rows = [[Cell(label), Cell(setting)] for label, setting in told]
    heads = [words.column(name).label for name in ("condition", "setting")]
    title = words.translate("All figures were made under these conditions.")
    pages = [
        Page(title, kicker, words.translate("Conditions"), table=Table(heads, ["l", "l"], rows, (11, 10)), whole=True)
    ]
    pages += [_ledger(ledger, kicker) for ledger in conditions.ledgers(run)[:1]]
    if len(run.ledgers) > 1:
        found = conditions.ledger_summary(run)
        caption = _colon(words.translate("Ledger of rows and money"), found["title"])
        title = words.say(N_("Tables that were read: {n:count}."), n=len(found["rows"])).text()
        pages.append(Page(title, kicker, caption, table=deck_tables.of_item(found), whole=True))
    return pages


def _ledger(ledger: Item, kicker: str) -> Page:
    counts = {row[0]: row[1] for row in ledger["rows"]}
    message = N_("Of {read:rows} read, {used:rows} were used.")
    title = words.say(message, read=counts.get("read", 0), used=counts.get("used", 0)).text()
    caption = _colon(words.translate("Ledger of rows and money"), ledger["title"])
    return Page(title, kicker, caption, table=deck_tables.of_item(ledger), whole=True)


def _colon(first: str, second: str) -> str:
    return f"{first}: {second}"


def _definitions(shown: list[Item], kicker: str) -> list[Page]:
    found = conditions.definitions(shown)
    if not found:
        return []
    rows = [[Cell(term), Cell(unit), Cell(text)] for term, unit, text in found]
    heads = [words.translate(text) for text in ("Term", "Unit", "Definition")]
    title = words.say(N_("Terms used in this report: {n:count}."), n=len(found)).text()
    table = Table(heads, ["l"] * 3, rows, (10, 9))
    return [Page(title, kicker, words.translate("Definitions"), table=table, whole=True)]
