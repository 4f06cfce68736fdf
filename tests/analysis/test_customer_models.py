"""BG/NBD, Gamma-Gamma and shifted-beta-geometric against the papers' printed figures."""

from __future__ import annotations

import importlib.util
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crmlib.analysis import aggregates, bgnbd, gamma_gamma, outlook, sbg
from tests.analysis.helpers import refused

FOUND = importlib.util.find_spec("lifetimes")
DATA = Path(str(FOUND.origin)).parent / "datasets" if FOUND else Path()
# Fader and Hardie (2007), "High End": survivors of 1,000 after each year.
HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491]
STEPS = pd.DataFrame({"number": range(2, 9), "n_due": HIGH_END[:-1], "n_next": HIGH_END[1:]})
cdnow_here = pytest.mark.skipif(FOUND is None, reason="the data files of the lifetimes wheel are not there")


@pytest.fixture(scope="module")
def summary() -> pd.DataFrame:
    """`cdnow_customers_summary.csv`: 2,357 customers, weeks."""
    return pd.read_csv(DATA / "cdnow_customers_summary.csv").rename(columns={"T": "age"})


@pytest.fixture(scope="module")
def repeats() -> pd.DataFrame:
    """CDNOW's orders as our own aggregate sees them: calibrated to 1997-09-30, then 39 weeks."""
    names = ["all_id", "customer_id", "date", "n", "dollars"]
    rows = pd.read_csv(DATA / "CDNOW_sample.txt", sep=r"\s+", names=names, dtype={"customer_id": "str", "date": "str"})
    since = pd.to_datetime(rows["date"], format="%Y%m%d") - pd.Timestamp("1970-01-01")
    rows = rows.assign(order_day=since.dt.days, amount=(rows["dollars"] * 100).round().astype("int64"))
    end = (pd.Timestamp("1997-09-30") - pd.Timestamp("1970-01-01")).days
    return aggregates.repeat_table(rows, as_of_day=end, until_day=end + 39 * 7)


@pytest.fixture(scope="module")
def fitted(summary: pd.DataFrame) -> bgnbd.BgNbdResult:
    return bgnbd.fit(summary)


@cdnow_here
def test_our_customers_are_those_of_the_published_summary(summary: pd.DataFrame, repeats: pd.DataFrame) -> None:
    assert (len(repeats), int((repeats["frequency"] > 0).sum())) == (2357, 946)
    assert (repeats["frequency"] == summary["frequency"]).all()
    assert (repeats["recency_days"] / 7 - summary["recency"]).abs().max() < 0.005
    assert (repeats["age_days"] / 7 - summary["age"]).abs().max() < 0.005


@cdnow_here
def test_bg_nbd_has_the_parameters_of_the_paper(fitted: bgnbd.BgNbdResult) -> None:
    # Fader, Hardie and Lee (2005): .243, 4.414, .793, 2.426, -9582.4; to more digits .242593 … -9582.4256.
    assert fitted.parameters.round(3).tolist() == [0.243, 4.414, 0.793, 2.426]
    assert fitted.parameters == pytest.approx([0.242593, 4.413532, 0.792886, 2.425753], rel=1e-4)
    assert round(fitted.log_likelihood, 1) == -9582.4
    assert fitted.log_likelihood == pytest.approx(-9582.4256, abs=6e-4)
    assert (fitted.state, fitted.n, fitted.n_repeat) == ("fitted", 2357, 946)


@cdnow_here
def test_bg_nbd_expects_the_purchases_of_the_paper(fitted: bgnbd.BgNbdResult, summary: pd.DataFrame) -> None:
    weeks = [0.1429, 1, 3, 31.8571, 32]
    one = pd.DataFrame({"frequency": [2], "recency": [30.43], "age": [38.86]})
    total, interval = bgnbd.total_purchases(fitted, summary, time=39)

    found = bgnbd.expected_purchases(fitted.parameters, weeks).round(4).tolist()
    assert found == [0.0078, 0.0532, 0.1506, 1.0405, 1.0437]
    assert round(float(bgnbd.conditional_purchases(fitted.parameters, one, time=39)[0]), 3) == 1.226
    assert round(total, 1) == 1653.4
    assert total in interval


@cdnow_here
def test_the_published_figure_at_78_weeks_is_a_series_cut_at_150_terms(fitted: bgnbd.BgNbdResult) -> None:
    # The authors' spreadsheet sums 2F1 to 150 terms: 1.8576. The whole series gives 1.8580.
    r, alpha, a, b = fitted.parameters
    z, term, total = 78 / (alpha + 78), 1.0, 1.0
    for k in range(150):
        term *= (r + k) * (b + k) / ((a + b - 1 + k) * (k + 1)) * z
        total += term

    cut = (a + b - 1) / (a - 1) * (1 - (alpha / (alpha + 78)) ** r * total)
    assert round(cut, 4) == 1.8576
    assert bgnbd.expected_purchases(fitted.parameters, [78])[0] == pytest.approx(1.8580, abs=5e-5)


@cdnow_here
def test_the_holdout_is_what_was_bought(repeats: pd.DataFrame) -> None:
    found = outlook.look_ahead(repeats, days=39 * 7)

    assert found.n_bought == 1882
    assert found.purchases == pytest.approx(1653.4, abs=0.5)  # days in place of weeks rounded to .01
    assert found.buying.alpha / 7 == pytest.approx(4.414, abs=0.001)
    # The published log-likelihood is in weeks: each purchase is a density a day.
    in_weeks = found.buying.log_likelihood + float(repeats["frequency"].sum()) * math.log(7)
    assert in_weeks == pytest.approx(-9582.43, abs=0.01)


@cdnow_here
def test_gamma_gamma_has_the_figures_of_the_note(repeats: pd.DataFrame) -> None:
    # Hardie and Fader, note 025: 6.25, 3.74, 15.44, -4055.92 and the first ten conditional means.
    customers = outlook.model_customers(repeats)
    dollars = customers.assign(mean_amount=customers["mean_amount"] / 100)

    found = gamma_gamma.fit(dollars)

    assert found.parameters.round(2).tolist() == [6.25, 3.74, 15.44]
    assert (round(found.log_likelihood, 2), found.n) == (-4055.92, 946)
    assert gamma_gamma.expected_amount(found.parameters, dollars.head(10)).round(2).tolist() == [
        24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17,
    ]  # fmt: skip


def test_sbg_has_the_figures_of_the_paper() -> None:
    found = sbg.fit(STEPS)

    assert found.parameters.round(3).tolist() == [0.668, 3.806]
    assert round(found.log_likelihood, 1) == -1611.2
    assert sbg.survival(found.parameters, range(8, 13)).round(3).tolist() == [0.46, 0.436, 0.414, 0.395, 0.378]


def test_sbg_adds_up_price_times_survival_beyond_what_was_observed() -> None:
    table = pd.DataFrame({"number": [1], "n_due": [1000], "n_next": [1000]})
    elements = pd.concat([table, STEPS], ignore_index=True)
    elements["continuation"] = elements["n_next"] / elements["n_due"]
    elements = elements.assign(reach=elements["continuation"].cumprod(), unit_price=100.0)
    found = sbg.fit(elements)

    outlooked = sbg.outlook(found, elements, horizon=13)
    value, interval = sbg.outlook_value(found, elements, horizon=13)

    assert outlooked["reach"].isna().sum() == 5
    assert outlooked["reach_model"].iloc[8:].round(3).tolist() == [0.46, 0.436, 0.414, 0.395, 0.378]
    assert value == pytest.approx(100 * sbg.survival(found.parameters, range(13)).sum())
    assert value in interval
    inside = outlooked.iloc[1:]
    assert inside["reach_model"].between(inside["reach_model_low"], inside["reach_model_high"]).all()


def simulated(n: int = 1500, seed: int = 4) -> pd.DataFrame:
    """Customers who buy as BG/NBD says (r .6, alpha 60 days, a 1.2, b 3), observed 300 to 900 days."""
    rng = np.random.default_rng(seed)
    rates, leave, ages = rng.gamma(0.6, 1 / 60, n), rng.beta(1.2, 3, n), rng.integers(300, 900, n)
    rows = []
    for rate, chance, age in zip(rates, leave, ages, strict=True):
        day, times = 0.0, []
        while (day := day + rng.exponential(1 / rate)) <= age:
            times.append(day)
            if rng.random() < chance:
                break
        rows.append((len(times), int(times[-1]) if times else 0, int(age)))
    return pd.DataFrame(rows, columns=["frequency", "recency", "age"])


def test_the_parameters_that_made_the_customers_are_found_in_any_unit_of_time() -> None:
    days = simulated()
    weeks = days.assign(recency=days["recency"] / 7, age=days["age"] / 7)

    a, b = bgnbd.fit(days), bgnbd.fit(weeks)

    assert a.state == b.state == "fitted"
    assert a.fit is not None
    error = np.sqrt(np.diag(a.fit.covariance))
    assert (np.abs(np.log(a.parameters / [0.6, 60, 1.2, 3])) < 3 * error).all()
    assert b.parameters == pytest.approx(a.parameters / [1, 7, 1, 1], rel=1e-3)
    assert bgnbd.alive(a.parameters, days) == pytest.approx(bgnbd.alive(b.parameters, weeks), rel=1e-3)


def test_too_few_repeat_buyers_are_not_fitted() -> None:
    table = pd.DataFrame({"frequency": [1] * 99 + [0] * 400, "recency": 5.0, "age": 50.0, "mean_amount": 3.0})

    assert bgnbd.fit(table).state == "too_few"
    assert gamma_gamma.fit(table).state == "too_few"
    assert sbg.fit(STEPS.assign(n_due=50, n_next=40)).state == "too_few"
    assert sbg.fit(STEPS.head(0)).state == "too_few"
    assert math.isnan(bgnbd.fit(table).r)


def test_spends_without_spread_do_not_fit_and_the_mean_stands_in() -> None:
    made = simulated()
    table = pd.DataFrame({
        "customer_id": [f"c{i}" for i in range(len(made))], "frequency": made["frequency"],
        "recency_days": made["recency"], "age_days": made["age"], "repeat_amount": made["frequency"] * 500,
        "n_later": 0, "amount_later": 0,
    })  # fmt: skip

    found = outlook.look_ahead(table, days=300)

    assert (found.state, found.spend_basis) == ("fitted", "mean_of_repeats")
    assert found.amount == pytest.approx(found.purchases * 500)
    groups = outlook.by_frequency(table, found)
    assert groups["n_customers"].sum() == len(table)


def test_nobody_gives_no_outlook() -> None:
    names = ["customer_id", "frequency", "recency_days", "age_days", "repeat_amount", "n_later", "amount_later"]
    nobody = pd.DataFrame(columns=names)

    found = outlook.look_ahead(nobody)

    assert (found.state, found.n) == ("too_few", 0)
    assert math.isnan(found.purchases_per_customer)
    assert outlook.by_frequency(nobody, found).empty


def test_a_missing_column_is_refused() -> None:
    with refused("customers has no column 'age'; its columns are frequency, recency."):
        bgnbd.fit(pd.DataFrame(columns=["frequency", "recency"]))


def test_the_model_is_held_against_deliveries_that_enough_were_due_for() -> None:
    table = pd.DataFrame({"n_due": [100, 100, 30, 29, 50], "reach": [1.0, 0.8, 0.6, 0.1, 0.1],
                          "reach_model": [1.0, 0.75, 0.62, 0.5, 0.4]})  # fmt: skip
    assert sbg.misfit(table) == pytest.approx(0.05)
    assert sbg.misfit(table, least=29) == pytest.approx(0.4)
    assert np.isnan(sbg.misfit(table.head(0)))
