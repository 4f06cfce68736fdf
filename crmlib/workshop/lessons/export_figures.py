"""The figures of lesson 1, right and usually wrong, worked out on our own clean copy of the export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmlib.workshop.raw import handed_lines, own_lines

if TYPE_CHECKING:
    import pandas as pd

    from crmlib.workshop.lesson import Lesson

TOTAL_ROW = "合計"


def handed(lesson: Lesson) -> pd.DataFrame:
    """Every row of the file as it was handed out, the total at the end of the messy one included."""
    found: pd.DataFrame = lesson.keep("handed", lambda: handed_lines(lesson.folder, lesson.learner))
    return found


def rows(lesson: Lesson) -> pd.DataFrame:
    """Every row of our clean copy, with what was `paid` as a number; a few have no order number."""
    found: pd.DataFrame = lesson.keep("rows", lambda: _with_paid(own_lines(lesson.folder, lesson.learner)))
    return found


def _with_paid(every: pd.DataFrame) -> pd.DataFrame:
    return every.assign(paid=every["支払合計"].astype(int))


def lines(lesson: Lesson) -> pd.DataFrame:
    """The rows that have an order number."""
    every = rows(lesson)
    return every[every["注文番号"] != ""]


def orders(lesson: Lesson) -> pd.DataFrame:
    """One row an order."""
    return lines(lesson).drop_duplicates("注文番号")


def sold(found: pd.DataFrame) -> pd.DataFrame:
    """Those that were sold to buyers."""
    return of_buyers(shipped(found))


def shipped(found: pd.DataFrame) -> pd.DataFrame:
    """Those that were sent and not returned."""
    return found[found["対応状況"] == "発送済み"]


def of_buyers(found: pd.DataFrame) -> pd.DataFrame:
    """Those of people who are neither staff nor a test."""
    return found[found["会員区分"] == "一般"]


def members(found: pd.DataFrame) -> int:
    """Members among these orders, guests left out."""
    return int(found.loc[found["会員ID"] != "", "会員ID"].nunique())


def by_month(found: pd.DataFrame) -> pd.Series[Any]:
    """What was paid, by month."""
    import pandas as pd

    month = pd.to_datetime(found["受注日"], format="%Y/%m/%d %H:%M:%S", errors="coerce").dt.to_period("M")
    return found["paid"].groupby(month).sum()


def change(found: pd.DataFrame, new: int = -2, old: int = -3) -> float:
    """The change from one month to another, counted from the last month, which is not over."""
    months = by_month(found)
    return float(months.iloc[new] / months.iloc[old] - 1)


def priced(lesson: Lesson) -> int:
    """Prices times quantities of what was sold, as far as prices can be read."""
    every = sold(lines(lesson)).drop_duplicates()
    known = every[every["価格"].str.fullmatch("-?[0-9]+")]
    return int((known["価格"].astype(int) * known["個数"].astype(int)).sum())


def with_total(lesson: Lesson) -> int:
    """The whole column with the total of the messy export's last row."""
    if handed(lesson)["注文番号"].iloc[-1] != TOTAL_ROW:
        raise LookupError("only the messy export ends with a total")
    return 2 * int(rows(lesson)["paid"].sum())


def ids_not_joined(lesson: Lesson) -> int:
    """Members where the ids that lost their zeros are taken for others."""
    if lesson.learner.variant != "messy":
        raise LookupError("only in the messy export ids have lost their zeros")
    every = handed(lesson)
    ids = every[every["注文番号"].isin(sold(orders(lesson))["注文番号"])].drop_duplicates("注文番号")["会員ID"]
    return int(ids[ids != ""].nunique())
