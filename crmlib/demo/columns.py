"""Columns of the canonical tables in their types, from the codes and day numbers of the simulation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from crmlib.demo.consents import UNKNOWN, YES


def frame(columns: dict[str, Any]) -> pd.DataFrame:
    """A frame of columns that belong together by place."""
    n = next(len(values) for values in columns.values() if hasattr(values, "__len__"))
    plain = {
        name: values.to_numpy() if isinstance(values, pd.Series) and isinstance(values.dtype, np.dtype) else values
        for name, values in columns.items()
    }
    return pd.DataFrame(plain, index=range(n))


def texts(values: Any) -> pd.Series:
    """Texts, None where there is none."""
    return pd.Series(np.asarray(values, dtype=object), dtype="str")


def whole(values: Any, known: np.ndarray) -> pd.Series:
    """Whole numbers, NA where not known."""
    return pd.Series(np.asarray(values, dtype=np.int64), dtype="Int64").mask(~known)


def consent(values: pd.Series) -> pd.Series:
    """True, False, and NA where the shop does not know."""
    told = values.to_numpy()
    return pd.Series(told == YES, dtype="boolean").mask(told == UNKNOWN)


def moment(name: str, day: pd.Series, second: pd.Series) -> dict[str, Any]:
    """A column of times."""
    at = (day.to_numpy(dtype=np.int64) * 86400 + second.to_numpy(dtype=np.int64)).astype("datetime64[s]")
    return {name: at.astype("datetime64[us]")}


def date(stem: str, day: pd.Series, known: np.ndarray | None = None) -> dict[str, Any]:
    """`<stem>_date` and `<stem>_day`, both blank where not known."""
    days = day.to_numpy(dtype=np.int64)
    dates = days.astype("datetime64[D]").astype("datetime64[us]")
    if known is None:
        return {f"{stem}_date": dates, f"{stem}_day": days}
    return {f"{stem}_date": np.where(known, dates, np.datetime64("NaT", "us")), f"{stem}_day": whole(days, known)}
