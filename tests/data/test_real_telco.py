"""IBM's sample of subscribers from ../shared/data as subscriptions without a single date, and contracts compared.

What had to be mapped: the length in months (`tenure`), the contract as the plan, the status from Churn, and a base
date in the client file, from which the door counts the start back. Lengths are right, calendar dates mean nothing.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import yaml

from crmlib.analysis import subscription_plans
from crmlib.errors import UserError
from crmlib.shop import open_shop

if TYPE_CHECKING:
    from crmlib.analysis.subscription_plans import PlanSurvival
    from crmlib.shop import Shop

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = {"subscription_id": "customerID", "customer_id": "customerID", "tenure_months": "tenure", "plan": "Contract",
           "status": "Churn"}  # fmt: skip
STATUSES = {"Yes": "cancelled", "No": "active"}
MONTH = 30.4375


@pytest.fixture(scope="module")
def path() -> Path:
    found = ROOT.parent / "shared" / "data" / "telco_churn.csv"
    if not found.is_file():
        pytest.skip("the folder ../shared/data is missing beside the project")
    return found


@pytest.fixture(scope="module")
def rows(path: Path) -> pd.DataFrame:
    with path.open(encoding="utf-8", newline="") as stream:
        table = pd.DataFrame(list(csv.DictReader(stream)))
    return table.assign(months=table["tenure"].astype(int), gone=table["Churn"] == "Yes")


def source(path: Path) -> dict[str, Any]:
    return {"subscriptions": {"path": str(path), "columns": COLUMNS, "values": {"status": STATUSES}}}


@pytest.fixture(scope="module")
def telco(path: Path, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    told = {"name": "telco", "currency": "USD", "as_of": "2020-01-01", "sources": source(path)}
    client = tmp_path_factory.mktemp("telco") / "parameters" / "telco.yml"
    client.parent.mkdir()
    client.write_text(yaml.safe_dump(told, sort_keys=False), encoding="utf-8")
    return open_shop(client)


@pytest.fixture(scope="module")
def by_contract(telco: Shop) -> PlanSurvival:
    return subscription_plans.by_plan(lasted(telco), day=365)


def lasted(telco: Shop) -> pd.DataFrame:
    return subscription_plans.lifetimes(telco.table("subscriptions"), as_of_day=telco.as_of_day)


def test_without_a_base_date_lengths_cannot_be_placed(make_client: Any, path: Path) -> None:
    client = make_client({}, source(path), currency="USD")
    with pytest.raises(UserError, match=r"tenure_months without a start date needs as_of in the client file"):
        open_shop(client)


def test_all_rows_arrive_with_the_lengths_of_the_file(telco: Shop, rows: pd.DataFrame) -> None:
    ledger = telco.ledgers["subscriptions"]
    assert (ledger.rows_read, ledger.rows_used, [line for line in ledger.lines if line.rows]) == (7043, 7043, [])
    found = lasted(telco)
    assert np.round(found["duration_days"] / MONTH).astype(int).tolist() == rows["months"].tolist()
    assert found["cancelled"].tolist() == rows["gone"].tolist()
    assert found["plan"].value_counts().to_dict() == {"Month-to-month": 3875, "Two year": 1695, "One year": 1473}
    # Eleven subscribers of less than a month: observed, and on no day at risk beyond the first.
    assert int((found["duration_days"] == 0).sum()) == 11
    assert any(note.startswith("durations: subscriptions: 7,043") for note in telco.read_notes)


def test_survival_is_that_of_lifelines_in_every_month(by_contract: PlanSurvival, rows: pd.DataFrame) -> None:
    lifelines = pytest.importorskip("lifelines")
    for plan, own in rows.groupby("Contract"):
        fitted = lifelines.KaplanMeierFitter().fit(own["months"], own["gone"])
        curve = by_contract.curves[by_contract.curves["plan"] == plan]
        months = np.round(curve["contract_days"] / MONTH).astype(int)
        theirs = fitted.survival_function_["KM_estimate"]
        assert months.tolist() == theirs.index.astype(int).tolist()
        np.testing.assert_allclose(curve["standing_rate"], theirs, rtol=1e-9)
        ends = fitted.confidence_interval_survival_function_.to_numpy()
        inside = curve["standing_rate"].between(0, 1, inclusive="neither").to_numpy()
        ours = curve[["standing_rate_low", "standing_rate_high"]].to_numpy()
        np.testing.assert_allclose(ours[inside], ends[inside], rtol=1e-6)


def test_the_log_rank_test_is_that_of_lifelines(by_contract: PlanSurvival, rows: pd.DataFrame) -> None:
    statistics = pytest.importorskip("lifelines.statistics")
    theirs = statistics.multivariate_logrank_test(rows["months"], rows["Contract"], rows["gone"])
    ours = by_contract.test
    assert (ours.statistic, ours.degrees_of_freedom) == (pytest.approx(theirs.test_statistic, rel=1e-9), 2)
    assert ours.pvalue == pytest.approx(theirs.p_value, abs=1e-300)
    assert by_contract.n_left_out == 0
