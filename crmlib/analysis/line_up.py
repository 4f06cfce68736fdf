"""What the line-up does for the stages: where each first product leads, and where a next product is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_at_least, require_columns
from crmlib.analysis.goods import names_of
from crmlib.analysis.intervals import wilson_bounds

if TYPE_CHECKING:
    from crmlib.analysis.stage_evidence import Evidence

MIN_N = 30
ROLES = ("trial", "front", "backend", "cross", "insert", "unknown")
ENTRY, NEXT = ("trial", "front"), ("backend", "cross")


def first_products(
    entries: pd.DataFrame,
    evidence: Evidence,
    products: pd.DataFrame,
    *,
    window_days: int = 180,
    year_days: int = 365,
    most: int = 15,
) -> pd.DataFrame:
    """Where customers come who began with each product.

    second_rate: of those whose first order lies at least `window_days` back, the share with a second within them.
    third_rate and excellent_rate: of those whose first order lies at least `year_days` back, the share with a third
    order, and with stage 3 proved, within them. first_year_per_customer: their sales in that time per customer. Rates
    of fewer than 30 customers are NaN beside their number. Intervals are Wilson's.

    Args:
        entries: customer_id, product_id; of `aggregates.entry_table`.
        evidence: of `stage_evidence.gather`.
        products: product_id, product_name, role.
        window_days: for the second order.
        year_days: for the third order, stage 3 and the sales.
        most: products with most customers that get a row; the rest are one row.

    Returns columns:
        first_product (the name, else the code; `no_product` and `others` as codes); role; n_customers; n_year (observed
        for a year); second_rate, second_rate_low, second_rate_high; third_rate; excellent_rate, excellent_rate_low,
        excellent_rate_high (NaN without roles); first_year_per_customer (smallest unit).

    Raises:
        ValueError: a column is missing or a number is below 1.
    """
    require_columns("entries", entries.columns, ["customer_id", "product_id"])
    for name, value in (("window_days", window_days), ("year_days", year_days), ("most", most)):
        require_at_least(name, value, 1)
    rows = evidence.customers.merge(entries[["customer_id", "product_id"]], on="customer_id", how="left")
    rows = _outcomes(rows, evidence, window_days, year_days)
    rows["first_product"] = _grouped(rows["product_id"].fillna(""), most)
    sums = rows.groupby("first_product", as_index=False)[_SUMMED].sum(min_count=1)
    sums = sums.sort_values(["n_customers", "first_product"], ascending=[False, True])
    last = sums["first_product"].isin(["no_product", "others"])
    return _rates(pd.concat([sums[~last], sums[last]], ignore_index=True), products)


def role_table(products: pd.DataFrame, sales: pd.DataFrame) -> pd.DataFrame:
    """Products and lines sold of each role; a role without a product is a gap in the line-up.

    Returns columns:
        role; n_products; n_sold (of these, ever sold); n_lines; line_amount (smallest unit, before what was taken off
        whole orders); gap_state (covered, gap; untellable where no product has a role).

    Raises:
        ValueError: a column is missing.
    """
    rows = _with_sales(products, sales)
    table = rows.groupby("role")[["n_products", "n_sold", "n_lines", "line_amount"]].sum()
    table = table.reindex(pd.Index(ROLES, name="role"), fill_value=0).reset_index()
    told = table.loc[table["role"] != "unknown", "n_products"].sum() > 0
    gap = table["n_products"].eq(0) & table["role"].isin([*ENTRY, *NEXT])
    table["gap_state"] = np.where(gap, "gap" if told else "untellable", "covered")
    return table[(table["role"] != "unknown") | (table["n_products"] > 0)].reset_index(drop=True)


def category_table(products: pd.DataFrame, sales: pd.DataFrame) -> pd.DataFrame:
    """Categories with their entry and their back-end or cross products; without the latter there is no next step.

    Returns columns:
        category_name (`no_category` where none is given; categories of inserts only are left out); n_products;
        n_entry (trial, front); n_follow_ups (back-end, cross);
        n_lines; line_amount (smallest unit); gap_state (covered, no_next, no_entry, untellable).

    Raises:
        ValueError: a column is missing.
    """
    rows = _with_sales(products, sales)
    rows["category_name"] = rows["category_l1"].fillna("no_category")
    rows["n_entry"], rows["n_follow_ups"] = (rows["role"].isin(roles).astype("int64") for roles in (ENTRY, NEXT))
    rows["n_unknown"] = rows["role"].eq("unknown").astype("int64")
    names = ["n_products", "n_entry", "n_follow_ups", "n_unknown", "n_lines", "line_amount"]
    table = rows.groupby("category_name", as_index=False)[names].sum()
    states = [(table["n_unknown"] > 0) & ((table["n_follow_ups"] == 0) | (table["n_entry"] == 0)),
              (table["n_follow_ups"] == 0) & (table["n_entry"] > 0),
              (table["n_entry"] == 0) & (table["n_follow_ups"] > 0)]  # fmt: skip
    table["gap_state"] = np.select(states, ["untellable", "no_next", "no_entry"], "covered")
    table = table[table[["n_entry", "n_follow_ups", "n_unknown"]].sum(axis=1) > 0]
    order = table.sort_values(["line_amount", "category_name"], ascending=[False, True], ignore_index=True)
    return order.drop(columns="n_unknown")


_SUMMED = ["n_customers", "n_window", "n_second", "n_year", "n_third", "n_excellent", "amount"]


def _outcomes(rows: pd.DataFrame, evidence: Evidence, window_days: int, year_days: int) -> pd.DataFrame:
    waited = {name: rows[day] - rows["first_day"] for name, day in (("second", "second_day"), ("third", "third_day"))}
    interest = rows[["wanted_day", "viewed_day"]].min(axis=1)
    grown = pd.concat([interest, rows["nth_day"], rows["second_day"], rows["full_day"]], axis=1).max(
        axis=1, skipna=False
    )
    window = rows["first_day"] <= evidence.as_of_day - window_days
    year = rows["first_day"] <= evidence.as_of_day - year_days
    excellent = (year & (grown - rows["first_day"] <= year_days)).astype("float64")
    return rows[["customer_id", "product_id"]].assign(
        n_customers=1,
        n_window=window.astype("int64"),
        n_second=(window & (waited["second"] <= window_days)).astype("int64"),
        n_year=year.astype("int64"),
        n_third=(year & (waited["third"] <= year_days)).astype("int64"),
        n_excellent=excellent if evidence.roles_known else np.nan,
        amount=rows["first_year_amount"].where(year, 0),
    )


def _grouped(product: pd.Series[str], most: int) -> pd.Series[str]:
    counts = product[product != ""].value_counts().rename_axis("id").reset_index(name="n")
    kept = counts.sort_values(["n", "id"], ascending=[False, True])["id"].head(most)
    return product.where(product.isin(kept), "others").mask(product == "", "no_product")


def _rates(sums: pd.DataFrame, products: pd.DataFrame) -> pd.DataFrame:
    table = sums[["first_product", "n_customers", "n_year"]].copy()
    window, year = (sums[name].where(sums[name] >= MIN_N) for name in ("n_window", "n_year"))
    table["second_rate"] = sums["n_second"] / window
    table["second_rate_low"], table["second_rate_high"] = wilson_bounds(sums["n_second"], window.fillna(0))
    table["third_rate"] = sums["n_third"] / year
    excellent = sums["n_excellent"].where(sums["n_excellent"].notna() & year.notna())
    table["excellent_rate"] = excellent / year
    table["excellent_rate_low"], table["excellent_rate_high"] = wilson_bounds(excellent, year.fillna(0))
    table["first_year_per_customer"] = sums["amount"] / year
    known = products.drop_duplicates("product_id").set_index("product_id")
    table.insert(1, "role", table["first_product"].map(known["role"]))
    names = table["first_product"].map(names_of(products))
    table["first_product"] = names.where(names.notna(), table["first_product"])
    return table


def _with_sales(products: pd.DataFrame, sales: pd.DataFrame) -> pd.DataFrame:
    require_columns("products", products.columns, ["product_id", "category_l1", "role"])
    require_columns("sales", sales.columns, ["product_id", "n_lines", "line_amount"])
    told = products[["product_id", "category_l1", "role"]].drop_duplicates("product_id")
    rows = told.merge(sales, on="product_id", how="outer")
    rows["role"] = rows["role"].fillna("unknown")
    rows[["n_lines", "line_amount"]] = rows[["n_lines", "line_amount"]].fillna(0).astype("int64")
    return rows.assign(n_products=1, n_sold=(rows["n_lines"] > 0).astype("int64"))
