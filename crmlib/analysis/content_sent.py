"""What was sent to each segment, by kind of content, against the allocation planned; and coupons against the margin."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_columns
from crmlib.analysis.content_mix import PARTS
from crmlib.analysis.lifecycle import SEGMENTS, Silence, assign

if TYPE_CHECKING:
    from crmlib.analysis.portfolio import Thresholds as CpmThresholds

FEWEST = 30
KINDS = ("brand", "product", "offer")


def segments_at_sending(
    rows: pd.DataFrame, *, silence: Silence, excellent: str = "cpm", cpm: CpmThresholds | None = None
) -> pd.DataFrame:
    """The segment in which each customer stood on the day of each send: prospects where no order came before.

    Args:
        rows: of `aggregates.send_table`.
        silence: the limits of dormant and lapsed.
        excellent: the rule of excellent customers; "cpm" only can be told by what came before the send.
        cpm: the thresholds of the portfolio.

    Returns columns:
        those of `rows`; segment (code).

    Raises:
        ValueError: a column is missing.
    """
    names = ["sent_day", "n_orders_before", "amount_before", "first_day_before", "last_day_before"]
    require_columns("rows", rows.columns, names)
    bought = rows["n_orders_before"] > 0
    then = rows.loc[bought, ["customer_id"]].assign(
        n_orders=rows["n_orders_before"], amount=rows["amount_before"],
        recency_days=rows["sent_day"] - rows["last_day_before"],
        tenure_days=rows["last_day_before"] - rows["first_day_before"],
    )  # fmt: skip
    segment = pd.Series(SEGMENTS[0], index=rows.index, dtype="object")
    segment[bought] = assign(then, silence=silence, excellent=excellent, cpm=cpm)["segment"].astype("object")
    return rows.assign(segment=segment.astype("str"))


def sent_mix(placed: pd.DataFrame, messages: pd.DataFrame, planned: pd.DataFrame) -> pd.DataFrame:
    """Sends to each segment by kind of content, against the plan.

    The share of a kind is of the sends to the segment whose kind is known; no share below 30 of them. What was planned
    and sent are compared in points of the share.

    Args:
        placed: of `segments_at_sending`; those held out are not counted.
        messages: message_id, content_type.
        planned: of `content_mix.mix_table`.

    Returns columns:
        segment; n_sends; n_kind_not_known (of these, without a kind); for brand, product, offer: <kind>_planned,
        <kind>_sent (shares), <kind>_gap (sent - planned).

    Raises:
        ValueError: a column is missing.
    """
    require_columns("placed", placed.columns, ["message_id", "segment", "held_out"])
    require_columns("messages", messages.columns, ["message_id", "content_type"])
    rows = placed.loc[placed["held_out"] == 0, ["message_id", "segment"]]
    kind = rows["message_id"].map(messages.drop_duplicates("message_id").set_index("message_id")["content_type"])
    counts = rows.assign(kind=kind.fillna("unknown")).groupby(["segment", "kind"]).size().unstack(fill_value=0)
    counts = counts.reindex(index=list(SEGMENTS), columns=[*KINDS, "unknown"]).fillna(0)
    known = counts[list(KINDS)].sum(axis=1)
    table = pd.DataFrame({"segment": list(SEGMENTS), "n_sends": (known + counts["unknown"]).to_numpy(dtype="int64")})
    table["n_kind_not_known"] = counts["unknown"].to_numpy(dtype="int64")
    plan = planned.set_index(planned["segment"].astype(str)).reindex(list(SEGMENTS))
    enough = known.where(known >= FEWEST).astype("float64")
    for kind_name, part in zip(KINDS, PARTS, strict=True):
        table[f"{kind_name}_planned"] = plan[part].to_numpy(dtype="float64")
        table[f"{kind_name}_sent"] = (counts[kind_name] / enough).to_numpy(dtype="float64")
        table[f"{kind_name}_gap"] = table[f"{kind_name}_sent"] - table[f"{kind_name}_planned"]
    return table


def coupons(messages: pd.DataFrame, scenarios: pd.DataFrame, margins: pd.Series, *, margin_rate: float) -> pd.DataFrame:
    """Every message with a discount against the gross margin: what is left, and how many more orders pay for it.

    Margin left = (margin - discount) / (1 - discount), as a share of what the customer then pays. Orders needed =
    margin / (margin - discount) times those without the coupon, for the same gross profit; none where nothing is left.

    Args:
        messages: message_id, scenario_id, name, step_no, discount_rate.
        scenarios: scenario_id, name, target_segment, goal_product.
        margins: gross margin by product_id, where it is known.
        margin_rate: of the shop, where the scenario has no goal product with a margin; NaN where not known.

    Returns columns:
        scenario_name; target_segment; step_no; message_name; discount_rate; coupon_margin_rate; margin_left;
        orders_needed; coupon_state (coupon_leaves_margin, coupon_eats_margin, coupon_margin_not_known).

    Raises:
        ValueError: a column is missing.
    """
    require_columns("messages", messages.columns, ["scenario_id", "name", "step_no", "discount_rate"])
    require_columns("scenarios", scenarios.columns, ["scenario_id", "name", "target_segment", "goal_product"])
    rate = messages["discount_rate"].astype("float64")
    rows = messages[rate > 0].merge(scenarios[["scenario_id", "name", "target_segment", "goal_product"]],
                                    on="scenario_id", how="left", suffixes=("_message", ""))  # fmt: skip
    rows = rows.sort_values(["scenario_id", "step_no"], ignore_index=True)
    own = rows["goal_product"].map(margins.to_dict()).astype("float64")
    margin, discount = own.fillna(margin_rate), rows["discount_rate"].astype("float64")
    left = margin - discount
    # Rates are typed with few decimals: 0.3 - 0.1 - 0.2 is nothing left.
    left = left.where(left.abs() > 1e-9, 0.0)
    state = np.select([margin.isna(), left > 0], ["coupon_margin_not_known", "coupon_leaves_margin"],
                      "coupon_eats_margin")  # fmt: skip
    return pd.DataFrame({
        "scenario_name": rows["name"].fillna(rows["scenario_id"]),
        "target_segment": rows["target_segment"],
        "step_no": rows["step_no"],
        "message_name": rows["name_message"],
        "discount_rate": discount,
        "coupon_margin_rate": margin,
        "margin_left": left / (1 - discount).where(discount < 1, math.nan),
        "orders_needed": (margin / left).where(left > 0),
        "coupon_state": state.astype(str),
    })  # fmt: skip


def product_margins(products: pd.DataFrame) -> pd.Series:
    """The gross margin of each product, as stated, else 1 - unit_cost / price; only where it is known."""
    require_columns("products", products.columns, ["product_id", "price", "unit_cost", "gross_margin_rate"])
    rows = products.drop_duplicates("product_id").set_index("product_id")
    numbers = rows[["price", "unit_cost", "gross_margin_rate"]].astype("float64")
    of_cost = 1 - numbers["unit_cost"] / numbers["price"].where(numbers["price"] > 0)
    return numbers["gross_margin_rate"].fillna(of_cost).dropna()
