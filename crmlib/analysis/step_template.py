"""The template of seven mails, counted from the arrival of the goods and scaled to how long they last."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_at_least, require_columns

CYCLE_DAYS = 30
DAYS = (0, 1, 4, 8, 12, 17, 24)
# Step: content type, tag. The last mail proposes the next purchase at 80% of the cycle.
STEPS = {
    "step_thanks": ("content_brand", "introduction"), "step_use": ("content_product", "use"),
    "step_check": ("content_product", "use"), "step_voice": ("content_product", "voice"),
    "step_change": ("content_brand", "benefit"), "step_share": ("content_brand", "voice"),
    "step_next": ("content_offer", ""),
}  # fmt: skip
ANY = "any_product"
SHOWN = ["template_product", "cycle_days", "cycle_basis", "step_no", "step_purpose", "content_type", "content_tag",
         "days_after_arrival", "days_after_order", "template_fit"]  # fmt: skip


def template(
    cycle_days: float, *, arrival_days: int = 2, days: Sequence[float] = DAYS, template_cycle: float = CYCLE_DAYS
) -> pd.DataFrame:
    """Seven mails for a product that lasts so many days.

    The first goes out on the day of the order and the second on the day after the arrival, whatever the product; the
    others are days x cycle_days / template_cycle after the arrival, each at least a day after the one before. A mail
    that this pushes beyond the end of the cycle does not fit: the product is used up before it.

    Args:
        cycle_days: how long one purchase lasts.
        arrival_days: from order to arrival.
        days: after the arrival, of a product that lasts `template_cycle` days; the first is from the order.
        template_cycle: the cycle that `days` are for.

    Returns columns:
        step_no; step_purpose; content_type; content_tag; days_after_arrival (negative before it); days_after_order;
        template_fit (template_fits, template_too_late).

    Raises:
        ValueError: not seven days, a cycle below 1 or arrival_days below 0.

    Source: the seven mails of domain.md 2.9, our proposal; to be tested and not to be believed.

    Example:
        >>> template(60)["days_after_arrival"].tolist()
        [-2, 1, 8, 16, 24, 34, 48]
    """
    require_at_least("cycle_days", cycle_days, 1)
    require_at_least("template_cycle", template_cycle, 1)
    require_at_least("arrival_days", arrival_days, 0)
    if len(days) != len(STEPS):
        raise ValueError(f"days has {len(days)} numbers, must have {len(STEPS)}.")
    scaled = [int(np.floor(day * cycle_days / template_cycle + 0.5)) for day in days[2:]]
    found = [int(days[0]) - arrival_days, int(days[1])]
    for day in scaled:
        found.append(max(day, found[-1] + 1))
    kinds = [[purpose, *told] for purpose, told in STEPS.items()]
    table = pd.DataFrame(kinds, columns=["step_purpose", "content_type", "content_tag"])
    table["content_tag"] = table["content_tag"].map(lambda tag: f"tag_{tag}" if tag else "")
    table.insert(0, "step_no", range(1, len(STEPS) + 1))
    table["days_after_arrival"] = found
    table["days_after_order"] = table["days_after_arrival"] + arrival_days
    late = table["days_after_arrival"] > cycle_days
    return table.assign(template_fit=np.where(late, "template_too_late", "template_fits").astype(str))


def cycles(products: pd.DataFrame, sold: pd.DataFrame, gaps: pd.DataFrame, *, most: int = 20) -> pd.DataFrame:
    """How long the products last: as the shop says, else the median gap after an order of them; best sellers first.

    Args:
        products: product_id, product_name, role, cycle_days.
        sold: product_id, line_amount; of `aggregates.product_window`.
        gaps: product_id, duration_days, n_events; of `aggregates.silence_counts_by_product`: gaps that ended.
        most: products shown.

    Returns columns:
        product_id; template_product (name, else code; `any_product` where no product has a cycle); cycle_days;
        cycle_basis (cycle_told, cycle_gap, cycle_assumed).

    Raises:
        ValueError: a column is missing or most is below 1.
    """
    require_at_least("most", most, 1)
    require_columns("products", products.columns, ["product_id", "product_name", "role", "cycle_days"])
    rows = sold[["product_id", "line_amount"]].merge(products, on="product_id", how="outer")
    rows = rows[rows["role"] != "insert"]
    told = rows["cycle_days"].astype("float64")
    told = told.where(told > 0)
    seen = rows["product_id"].map(_median_gaps(gaps)).astype("float64")
    rows = rows.assign(cycle_days=told.fillna(seen), cycle_basis=np.where(told.notna(), "cycle_told", "cycle_gap"))
    rows = rows[rows["cycle_days"] >= 1].sort_values(["line_amount", "product_id"], ascending=[False, True])
    rows["template_product"] = rows["product_name"].astype(object).where(rows["product_name"].notna(),
                                                                         rows["product_id"])  # fmt: skip
    names = ["product_id", "template_product", "cycle_days", "cycle_basis"]
    if rows.empty:
        return pd.DataFrame([["", ANY, float(CYCLE_DAYS), "cycle_assumed"]], columns=names)
    return rows[names].head(most).reset_index(drop=True)


def templates(
    cycles: pd.DataFrame, *, arrival_days: int = 2, days: Sequence[float] = DAYS, template_cycle: float = CYCLE_DAYS
) -> pd.DataFrame:
    """The template of every product.

    Returns columns:
        template_product; cycle_days; cycle_basis; those of `template`.

    Raises:
        ValueError: as `template`.
    """
    parts = []
    for row in cycles.to_dict("records"):
        found = template(row["cycle_days"], arrival_days=arrival_days, days=days, template_cycle=template_cycle)
        parts.append(found.assign(**{name: row[name] for name in SHOWN[:3]}))
    return pd.concat(parts, ignore_index=True)[SHOWN]


def _median_gaps(gaps: pd.DataFrame) -> pd.Series:
    """The median of the gaps that ended after an order of each product, where there are 30 or more."""
    rows = gaps[gaps["n_events"] > 0].sort_values(["product_id", "duration_days"])
    total = rows.groupby("product_id")["n_events"].transform("sum")
    passed = rows[(rows.groupby("product_id")["n_events"].cumsum() * 2 >= total) & (total >= 30)]
    return passed.drop_duplicates("product_id").set_index("product_id")["duration_days"].astype("float64")
