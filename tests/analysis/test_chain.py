"""The outlook: matrix powers by hand, rates from a year's transitions, bands that cover."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crmlib.analysis import aggregates, chain
from crmlib.analysis.years import year_table
from tests.analysis.helpers import MakeOrders, refused

YEARS = year_table(as_of_day=4 * 365 - 1, first_day=0)


def _counts(rows: list[tuple[int, int, int, int, int]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["year", "years_before", "years_after", "n_customers", "amount"])


# Year 2: 100 new of whom 40 are active in year 3, 50 kept of whom 30 are. Active in year 1, not in year 2: 60, 6 come
# back in year 3. Active in year 0 only: 80, of whom 4 come back in year 3.
COUNTS = _counts([
    (0, 0, 0, 76, 0), (0, 0, 3, 4, 0), (0, 0, 1, 50, 0), (1, 0, 0, 54, 0), (1, 0, 2, 6, 0), (1, 1, 1, 50, 0),
    (2, 0, 0, 60, 0), (2, 0, 1, 40, 0), (2, 1, 0, 20, 0), (2, 1, 1, 30, 0),
    (3, 0, 0, 110, 110 * 50), (3, 1, 0, 70, 70 * 80), (3, 2, 0, 6, 6 * 80), (3, 3, 0, 4, 4 * 80),
])  # fmt: skip


def test_a_chain_of_two_states_follows_the_powers_of_its_matrix() -> None:
    # P = [[.8, .2], [.3, .7]]: P² = [[.70, .30], [.45, .55]], P³ = [[.65, .35], [.525, .475]].
    matrix = np.array([[0.8, 0.2], [0.3, 0.7]])
    path = chain.project([100, 20], matrix, inflow=[0, 0], n_years=3)
    assert path[2] == pytest.approx([100 * 0.70 + 20 * 0.45, 100 * 0.30 + 20 * 0.55])
    assert path[3] == pytest.approx([100 * 0.65 + 20 * 0.525, 100 * 0.35 + 20 * 0.475])
    # With 10 coming into the first state each year: 80 + 10 = 90 and 20, then .8 x 90 + .3 x 20 + 10 = 88 and 32.
    assert chain.project([100, 0], matrix, inflow=[10, 0], n_years=2)[2] == pytest.approx([88, 32])


def test_rates_of_a_transition_by_hand() -> None:
    table = chain.transitions(COUNTS, YEARS).set_index("from_state")
    assert table["n_start"].to_dict() == {"new": 100, "existing": 50, "lapsed_1": 60, "lapsed_longer": 80}
    assert table["n_year_active"].to_dict() == {"new": 40, "existing": 30, "lapsed_1": 6, "lapsed_longer": 4}


def test_the_first_years_ahead_by_hand() -> None:
    result = chain.outlook(COUNTS, YEARS)
    # Now: 110 new, 80 existing; lapsed since year 2: 60 + 20; lapsed for longer: 54 + 76.
    assert result.start == {"new": 110, "existing": 80, "lapsed_1": 80, "lapsed_longer": 130}
    first, second = (result.table.iloc[k] for k in (1, 2))
    existing = 110 * 0.4 + 80 * 0.6 + 80 * 0.1 + 130 * 0.05  # 106.5
    assert first["n_year_active"] == pytest.approx(110 + existing)
    assert first["amount"] == pytest.approx(110 * 50 + existing * 80)
    gone, longer = 110 * 0.6 + 80 * 0.4, 80 * 0.9 + 130 * 0.95
    assert second["n_existing"] == pytest.approx(110 * 0.4 + existing * 0.6 + gone * 0.1 + longer * 0.05)
    assert result.table["n_new"].tolist() == [110.0] * 6
    everybody = result.table[["n_new", "n_existing", "n_lapsed"]].sum(axis=1)
    assert everybody.diff().dropna().tolist() == pytest.approx([110.0] * 5)


def test_the_band_is_seeded_and_holds_the_line() -> None:
    one, two = chain.outlook(COUNTS, YEARS).table, chain.outlook(COUNTS, YEARS).table
    pd.testing.assert_frame_equal(one, two)
    ahead = one[one["year_ahead"] > 0]
    for name in ("n_year_active", "amount"):
        assert (ahead[f"{name}_low"] < ahead[name]).all()
        assert (ahead[name] < ahead[f"{name}_high"]).all()
    assert one.loc[0, "n_year_active_low"] == one.loc[0, "n_year_active"] == 190


def test_other_numbers_of_new_customers_can_be_assumed() -> None:
    none = chain.outlook(COUNTS, YEARS, new_customers=0)
    assert none.table["n_year_active"].is_monotonic_decreasing
    assert none.new_customers == 0
    with refused("new_customers == -1, must be at least 0."):
        chain.outlook(COUNTS, YEARS, new_customers=-1)
    with refused("n_draws == 10, must be at least 1000."):
        chain.outlook(COUNTS, YEARS, n_draws=10)


def test_without_three_full_years_or_enough_customers_there_is_no_outlook(make_orders: MakeOrders) -> None:
    short = year_table(as_of_day=4 * 365 - 1, first_day=2 * 365 - 10)  # two full years and a few days
    assert not chain.outlook(COUNTS[COUNTS["year"] > 0].assign(year=COUNTS["year"] - 1), short).tellable
    few = COUNTS.assign(n_customers=COUNTS["n_customers"] // 10)
    assert not chain.outlook(few, YEARS).tellable
    for n_days in (10, 400, 1_500):
        years = year_table(as_of_day=n_days, first_day=0)
        counts = aggregates.year_counts(make_orders([]), ends=years["to_day"].tolist())
        result = chain.outlook(counts, years)
        assert not result.tellable
        assert result.table.empty


def test_a_rate_that_rests_on_too_few_is_not_used() -> None:
    young = COUNTS[~((COUNTS["year"] == 0) & (COUNTS["years_after"] != 1))]
    young = young[~((young["year"] == 3) & (young["years_before"] == 3))]
    table = chain.outlook(young, YEARS)
    assert table.rates.set_index("from_state").loc["lapsed_longer", "n_start"] == 0
    existing = 110 * 0.4 + 76 * 0.6 + 80 * 0.1 + 54 * 0.1  # the rate of lapsed_1 for both
    assert table.table.loc[1, "n_existing"] == pytest.approx(existing)


def _covers(seed: int, n: int) -> bool:
    """Whether the band of the third year, from one seen transition, holds what then came."""
    rng = np.random.default_rng(seed)
    rates, start = np.array([0.3, 0.6, 0.1, 0.04]), np.array([n, n // 2, n, 2 * n])
    kept = rng.binomial(start, rates)
    seen, sent = start.astype(float), kept.astype(float)
    drawn = chain._simulate(start, sent, seen, inflow=n, n_years=3, n_draws=1_000, seed=seed)
    low, high = np.quantile(drawn[:, 3, :2].sum(axis=1), [0.025, 0.975])
    state = start
    for _ in range(3):
        active = rng.binomial(state, rates)
        gone = state - active
        state = np.array([n, active.sum(), gone[:2].sum(), gone[2:].sum()])
    return bool(low <= state[:2].sum() <= high)


def test_the_band_covers_in_a_small_sample() -> None:
    assert sum(_covers(seed, 400) for seed in range(60)) >= 52


@pytest.mark.slow
@pytest.mark.parametrize("n", [60, 400, 4_000])
def test_the_band_covers(n: int) -> None:
    assert 0.92 <= np.mean([_covers(seed, n) for seed in range(1_000)]) <= 0.98
