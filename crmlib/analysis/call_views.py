"""Tables of the call list's report: both groups of a comparison, costs, and whose usual gap is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from crmlib.analysis.revival import CALLED, HELD_OUT, NOT_CONTACTED, EffectResult, effect, effect_against

if TYPE_CHECKING:
    from crmlib.analysis.call_costs import CostResult
    from crmlib.analysis.intervals import Interval

BASES = ("gap_own", "gap_product", "gap_category", "gap_shop", "not_known")


def best_evidence(approached: pd.DataFrame, comparable: pd.DataFrame) -> EffectResult:
    """The comparison as assigned where somebody was held out, else the weak one with customers left alone."""
    found = effect(approached)
    return found if found.basis == HELD_OUT else effect_against(approached, comparable)


def both_groups(approached: pd.DataFrame, comparable: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows that `best_evidence` compares: those contacted, and the others."""
    rows = approached[approached["observed"].astype(bool)]
    held = rows["contact_group"] == HELD_OUT
    return rows[~held], rows[held] if held.any() else comparable


def effect_table(found: EffectResult) -> pd.DataFrame:
    """Both groups of a comparison, a row each; without anybody to compare with, those called alone.

    Returns columns:
        call_group (group_called, group_held_out, group_not_contacted); n_windowed; n_revived; revival_rate,
        revival_rate_low, revival_rate_high.
    """
    other = HELD_OUT if found.basis == HELD_OUT else NOT_CONTACTED
    rows = [
        _group(CALLED, found.n_called, found.n_revived_called, found.rate_called, found.rate_called_interval),
        _group(other, found.n_held_out, found.n_revived_held_out, found.rate_held_out, found.rate_held_out_interval),
    ]
    names = ["call_group", "n_windowed", "n_revived", "revival_rate", "revival_rate_low", "revival_rate_high"]
    return pd.DataFrame(rows[: 2 if found.n_held_out else 1], columns=names)


def cost_table(costs: CostResult) -> pd.DataFrame:
    """What a contact campaign cost and what it brought, beside the price of a new customer; unknown lines stay NaN.

    Returns columns:
        cost_item; unit_cost_amount, unit_cost_amount_low, unit_cost_amount_high (smallest unit a customer, NaN where
        not known or open).
    """
    bounds = costs.per_extra_interval
    high = bounds.high if bounds.high < float("inf") else float("nan")
    rows = [
        ("cost_per_revived", costs.per_revived, float("nan"), float("nan")),
        ("cost_per_extra", costs.per_extra, bounds.low, high),
        ("cost_per_new", costs.per_new, float("nan"), float("nan")),
    ]
    names = ["cost_item", "unit_cost_amount", "unit_cost_amount_low", "unit_cost_amount_high"]
    return pd.DataFrame(rows, columns=names)


def basis_table(table: pd.DataFrame) -> pd.DataFrame:
    """Whose gap is the usual one, for the customers on the list.

    Returns columns:
        gap_basis; n_customers; usual_gap_days (median); gap_ratio (median); n_late, n_far (past the first and the
        second bound of the relative zones).
    """
    rows = table[table["step"] == "on_the_list"]
    marked = rows.assign(
        n_late=(rows["relative_zone"] == "relative_late").astype("int64"),
        n_far=(rows["relative_zone"] == "relative_far").astype("int64"),
    )
    sums = marked.groupby("gap_basis").agg(
        n_customers=("customer_id", "size"), usual_gap_days=("usual_gap_days", "median"),
        gap_ratio=("gap_ratio", "median"), n_late=("n_late", "sum"), n_far=("n_far", "sum"),
    )  # fmt: skip
    return sums.reindex([name for name in BASES if name in sums.index]).reset_index()


def _group(code: str, n: int, back: int, rate: float, bounds: Interval) -> tuple[object, ...]:
    return f"group_{code}", n, back, rate, bounds.low, bounds.high
