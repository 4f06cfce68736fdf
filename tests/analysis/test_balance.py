"""Were the arms alike before: standardised differences and the test of all traits at once."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from crmlib.analysis.balance import balance
from tests.analysis.helpers import refused

TRAITS = ["r_days", "n_orders", "amount", "product"]


def units(seed: int, n: int, *, picked: float = 0.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    orders = rng.poisson(3, n)
    chance = 1 / (1 + np.exp(-picked * (orders - 3)))
    return pd.DataFrame(
        {
            "arm": np.where(rng.random(n) < chance, "treatment", "control"),
            "r_days": rng.integers(0, 400, n),
            "n_orders": orders,
            "amount": orders * rng.gamma(2, 900, n),
            "product": rng.choice(["oil", "tea", "soap"], n),
        }
    )


def test_by_hand() -> None:
    frame = pd.DataFrame(
        {"arm": ["control"] * 4 + ["treatment"] * 2, "f": [1, 3, 1, 3, 2, 4], "p": ["x", "x", "x", "y", "y", "y"]}
    )
    table = balance(frame, traits=["f", "p"]).table

    assert table["trait"].tolist() == ["f", "p", "p"]
    assert table["value_control"].tolist() == [2.0, 0.75, 0.25]
    assert table["value_treatment"].tolist() == [3.0, 0.0, 1.0]
    spreads = [(4 / 3 + 2) / 2, 0.1875 / 2, 0.1875 / 2]
    expected = [1 / math.sqrt(spreads[0]), -0.75 / math.sqrt(spreads[1]), 0.75 / math.sqrt(spreads[2])]
    assert table["standardised_difference"].tolist() == pytest.approx(expected)
    assert not table["is_balanced"].any()


@pytest.mark.parametrize("seed", range(4))
def test_the_omnibus_test_is_the_regression_of_the_arm_on_the_traits(seed: int) -> None:
    frame = units(seed, 200)
    result = balance(frame, traits=TRAITS)

    x = pd.get_dummies(frame[TRAITS], columns=["product"], drop_first=True, dtype=float)
    fit = sm.OLS((frame["arm"] == "treatment").astype(float), sm.add_constant(x)).fit()
    assert result.degrees_of_freedom == 5
    assert result.statistic == pytest.approx(fit.rsquared * (len(frame) - 1), rel=1e-8)


def test_the_unit_of_money_changes_nothing() -> None:
    frame = units(3, 100)

    one, other = (balance(frame.assign(amount=frame["amount"] * scale), traits=TRAITS) for scale in (1, 1e9))
    assert one.statistic == pytest.approx(other.statistic)
    assert one.degrees_of_freedom == other.degrees_of_freedom


def shares(seeds: range, picked: float) -> float:
    return float(np.mean([balance(units(seed, 200, picked=picked), traits=TRAITS).pvalue < 0.05 for seed in seeds]))


def test_chance_passes_and_hand_picking_does_not() -> None:
    assert shares(range(40), 0.0) <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 40)
    assert shares(range(8), 0.8) == 1


@pytest.mark.slow
def test_the_omnibus_test_keeps_its_level() -> None:
    assert 0.03 <= shares(range(1000, 2_500), 0.0) <= 0.06


def test_missing_traits_are_left_out_and_counted() -> None:
    frame = units(1, 50)
    frame.loc[0, "product"] = None
    frame["amount"] = frame["amount"].where(frame.index != 7)

    result = balance(frame, traits=TRAITS)

    assert result.n_left == 2
    sizes = result.table.groupby("trait")[["n_control", "n_treatment"]].sum().sum(axis=1)
    assert (sizes["amount"], sizes["n_orders"], sizes["product"]) == (49, 50, 49 * 3)


def test_one_arm_or_no_spread_has_no_test() -> None:
    frame = units(1, 20).assign(arm="control")
    result = balance(frame, traits=TRAITS)
    assert math.isnan(result.pvalue)
    assert result.table["standardised_difference"].isna().all()
    same = balance(units(1, 20).assign(n_orders=1), traits=["n_orders"])
    assert math.isnan(same.pvalue)
    assert same.table["standardised_difference"].tolist() == [0.0]
    assert balance(units(1, 20).iloc[:0], traits=["n_orders"]).degrees_of_freedom == 0


def test_a_missing_column_is_refused() -> None:
    with refused("units has no column 'tenure'; its columns are arm, r_days, n_orders, amount, product."):
        balance(units(1, 5), traits=["tenure"])
