"""Who the customers of a segment are: values of their attributes against those of the whole shop."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_at_least, require_columns
from crmlib.analysis.goods import names_of
from crmlib.analysis.intervals import wilson_bounds
from crmlib.analysis.months import EPOCH

ATTRIBUTES = ("sex", "age_band", "prefecture", "acq_media", "first_product")
AGES = (20, 30, 40, 50, 60, 70)
MIN_N = 30
NOT_KNOWN = "attribute_not_known"


def attributes(
    customers: pd.DataFrame, entries: pd.DataFrame, products: pd.DataFrame, *, as_of_day: int
) -> pd.DataFrame:
    """One row a customer with what is known of them: no name, no address, bands instead of years.

    The age band is the shop's own, else the year of as_of_day minus the year of birth in tens. The medium is that of
    the first order, else of the table of customers.

    Args:
        customers: customer_id, sex, birth_year, age_band, prefecture, acq_media.
        entries: customer_id, acq_media, product_id; of `aggregates.entry_table`.
        products: product_id, product_name.
        as_of_day: where observation ends.

    Returns columns:
        customer_id; sex, age_band, prefecture, acq_media, first_product (`attribute_not_known` where missing).

    Raises:
        ValueError: a column is missing.
    """
    require_columns("customers", customers.columns, ["customer_id", "birth_year", *ATTRIBUTES[:-1]])
    require_columns("entries", entries.columns, ["customer_id", "acq_media", "product_id"])
    told = customers[["customer_id", "birth_year", *ATTRIBUTES[:-1]]].drop_duplicates("customer_id")
    table = told.merge(entries[["customer_id", "acq_media", "product_id"]], on="customer_id", how="outer",
                       suffixes=("", "_first"))  # fmt: skip
    table["age_band"] = _text(table["age_band"]).fillna(_bands(table["birth_year"], as_of_day))
    table["acq_media"] = _text(table["acq_media_first"]).fillna(_text(table["acq_media"]))
    code = _text(table["product_id"])
    table["first_product"] = _text(code.map(names_of(products))).fillna(code)
    for name in ATTRIBUTES:
        table[name] = _text(table[name]).fillna(NOT_KNOWN)
    return table[["customer_id", *ATTRIBUTES]]


def personas(segmented: pd.DataFrame, known: pd.DataFrame, *, segments: Sequence[str], top: int = 2) -> pd.DataFrame:
    """The most frequent values of each attribute in each segment, with the shop's share beside them.

    persona_share = n_value / n_known with Wilson's interval, of the segment's customers whose attribute is known;
    persona_lift = persona_share / shop_share. Segments with fewer than 30 of them show counts only.

    Args:
        segmented: customer_id, segment.
        known: of `attributes`.
        segments: those shown, in order.
        top: values shown of each attribute.

    Returns columns:
        segment; attribute (code); attribute_value (as the client writes it); n_value; n_known; persona_share,
        persona_share_low, persona_share_high; shop_share; persona_lift (NaN below 30).

    Raises:
        ValueError: a column is missing or top is below 1.
    """
    require_columns("segmented", segmented.columns, ["customer_id", "segment"])
    require_at_least("top", top, 1)
    rows = segmented[["customer_id", "segment"]].merge(known, on="customer_id", how="left")
    long = rows.melt(["customer_id", "segment"], list(ATTRIBUTES), "attribute", "attribute_value")
    long["attribute_value"] = long["attribute_value"].fillna(NOT_KNOWN)
    long = long[long["attribute_value"] != NOT_KNOWN].astype({"segment": "str", "attribute": "str"})
    counts = long.groupby(["segment", "attribute", "attribute_value"]).size().rename("n_value").reset_index()
    counts["n_known"] = counts.groupby(["segment", "attribute"])["n_value"].transform("sum")
    whole = counts.groupby(["attribute", "attribute_value"])["n_value"].sum()
    shop = (whole / whole.groupby(level=0).transform("sum")).rename("shop_share").reset_index()
    table = counts.merge(shop, on=["attribute", "attribute_value"])
    enough = table["n_known"].where(table["n_known"] >= MIN_N)
    table["persona_share"] = table["n_value"] / enough
    table["persona_share_low"], table["persona_share_high"] = wilson_bounds(table["n_value"], enough.fillna(0))
    table["persona_lift"] = table["persona_share"] / table["shop_share"]
    return _top(table, segments, top)


def page(personas: pd.DataFrame) -> pd.DataFrame:
    """The first value of each attribute of each segment, in the columns of a page."""
    names = ["segment", "attribute", "attribute_value", "n_value", "persona_share", "persona_share_low",
             "persona_share_high", "shop_share", "persona_lift"]  # fmt: skip
    return personas.groupby(["segment", "attribute"], sort=False).head(1)[names].reset_index(drop=True)


def _top(table: pd.DataFrame, segments: Sequence[str], top: int) -> pd.DataFrame:
    table = table[table["segment"].isin(list(segments))]
    order = {name: place for place, name in enumerate([*segments, *ATTRIBUTES])}
    table = table.assign(a=table["segment"].map(order), b=table["attribute"].map(order))
    table = table.sort_values(["a", "b", "n_value", "attribute_value"], ascending=[True, True, False, True])
    kept = table.groupby(["segment", "attribute"], sort=False).head(top)
    names = ["segment", "attribute", "attribute_value", "n_value", "n_known", "persona_share", "persona_share_low",
             "persona_share_high", "shop_share", "persona_lift"]  # fmt: skip
    return kept[names].reset_index(drop=True)


def _text(column: pd.Series[str]) -> pd.Series[str]:
    text = column.astype("str")
    return text.where(text.notna() & ~text.isin(["", "nan", "None", "<NA>", "unknown"]))


def _bands(born: pd.Series[float], as_of_day: int) -> pd.Series[str]:
    year = EPOCH.year + int(as_of_day / 365.2425)
    age = year - pd.to_numeric(born).astype("float64")
    names = ["age_under_20", *(f"age_{low}s" for low in AGES[:-1]), "age_70_up"]
    place = np.searchsorted(AGES, age.fillna(0), side="right")
    return pd.Series(np.asarray(names, dtype=object)[place], index=born.index, dtype="str").where(age.between(0, 120))
