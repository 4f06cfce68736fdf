"""The order export's rows as text, with the faults that live in single cells and whole rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crmlib.demo import defects, export, market
from crmlib.demo.defects import Rows

if TYPE_CHECKING:
    from crmlib.demo.world import World


def order_rows(rng: np.random.Generator, world: World, *, overlap_day: int, handful: bool) -> Rows:
    """All rows of one batch in file order; `overlap_day` is the day that both files contain."""
    orders, lines = world.export_orders, world.export_lines
    texts = export.order_texts(orders, lines, world.export_people)
    reason = defects.line_reasons(orders, lines)
    frame = texts.assign(
        _day=orders["day"].to_numpy()[lines["order"]],
        _reason=reason,
        _amount=(lines["unit_price"] * lines["quantity"]).astype(float).to_numpy(),
        _width=0,
    )
    if handful:
        frame = _with_faults(rng, _with_two_buyers(_with_hostile_cells(rng, frame)))
    return _rows(_with_overlap(frame, overlap_day))


def _with_two_buyers(frame: pd.DataFrame) -> pd.DataFrame:
    torn = (frame["_reason"] == "customer_conflict") & frame.duplicated(["注文番号", "_reason"])
    first, last = frame["会員ID"].where(frame["会員ID"] != "").dropna().iloc[[0, -1]]
    other = np.where(frame["会員ID"] == first, last, first)
    return frame.assign(会員ID=frame["会員ID"].where(~torn, other))


def _with_hostile_cells(rng: np.random.Generator, frame: pd.DataFrame) -> pd.DataFrame:
    counted = np.flatnonzero(frame["_reason"] == "")
    places = rng.choice(counted, len(defects.HOSTILE), replace=False)
    for place, (column, text) in zip(places, defects.HOSTILE, strict=True):
        frame.iloc[place, frame.columns.get_loc(column)] = text
    return frame


def _with_faults(rng: np.random.Generator, frame: pd.DataFrame) -> pd.DataFrame:
    n_faults = len(defects.BAD_CELLS) + defects.N_BROKEN_ROWS
    counted = np.flatnonzero(frame["_reason"] == "")
    source = rng.choice(counted, n_faults + defects.N_COPIES, replace=False)
    faulty = frame.iloc[source[:n_faults]].assign(注文番号=[f"1999{i:05d}" for i in range(n_faults)])
    for i, (reason, column, text) in enumerate(defects.BAD_CELLS):
        faulty.iloc[i, [frame.columns.get_loc(name) for name in (column, "_reason")]] = [text, reason]
    broken = slice(len(defects.BAD_CELLS), n_faults)
    faulty.iloc[broken, frame.columns.get_loc("_reason")] = "broken_row"
    faulty.iloc[broken, frame.columns.get_loc("_width")] = [-1, 1]
    faulty.loc[faulty["_reason"].isin(["broken_row", "bad_amount"]), "_amount"] = np.nan
    copies = frame.iloc[source[n_faults:]].assign(_reason="exact_duplicate")
    places = np.concatenate([np.arange(len(frame)), source[:n_faults] + 0.5, source[n_faults:] + 0.5])
    return pd.concat([frame, faulty, copies]).iloc[np.argsort(places, kind="stable")].reset_index(drop=True)


def _with_overlap(frame: pd.DataFrame, overlap_day: int) -> pd.DataFrame:
    """The second file begins with the day on which the first one ended: the same rows exported twice."""
    again = frame[(frame["_day"] == overlap_day) & ~frame["_reason"].isin(["broken_row"])]
    earlier = ["no_order_id", "bad_date", "bad_amount"]
    again = again.assign(_reason=again["_reason"].where(again["_reason"].isin(earlier), "exact_duplicate"))
    second = frame[frame["_day"] > overlap_day]
    return pd.concat([frame[frame["_day"] <= overlap_day], again.assign(_day=overlap_day + 0.5), second])


def _rows(frame: pd.DataFrame) -> Rows:
    columns = [frame[name].tolist() for name in export.ORDER_COLUMNS]
    cells = [list(row) for row in zip(*columns, strict=True)]
    for place in np.flatnonzero(frame["_width"]):
        cells[place] = cells[place][:-1] if frame["_width"].iloc[place] < 0 else [*cells[place], "余分"]
    return Rows(
        cells=cells,
        day=frame["_day"].to_numpy(dtype=float),
        reason=frame["_reason"].to_numpy(dtype=object),
        amount=frame["_amount"].to_numpy(dtype=float),
    )


def file_names(first_day: int, overlap_day: int, last_day: int) -> tuple[str, str]:
    """Names of the two order files: the months each was asked for."""
    first, middle, last = (market.date_text(day)[:7].replace("-", "") for day in (first_day, overlap_day, last_day))
    after = market.date_text(overlap_day + 1)[:7].replace("-", "")
    return f"orders/orders_{first}-{middle}.csv", f"orders/orders_{after}-{last}.csv"
