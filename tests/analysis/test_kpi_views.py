"""The tables of the KPI report: what is missing for each KPI, and months side by side."""

from __future__ import annotations

import pandas as pd

from crmlib import words
from crmlib.analysis import kpi_targets, kpi_views
from crmlib.analysis.kpi_ids import KPIS
from tests.analysis.test_kpi_targets import MONTH, measure, measures, targets


def naming(*ids: str, **more: object) -> pd.DataFrame:
    return pd.DataFrame({"kpi_id": list(ids)}).assign(**more)


def test_all_months_of_all_kpis_side_by_side_the_latest_first() -> None:
    table = kpi_views.monthly(
        measures(measure("nps", 40, 100, month=MONTH - 1), measure("f2_rate", 20, 100),
                 measure("f2_rate", 30, 100, month=MONTH - 2), measure("cancellation_rate", 1, 10))
    )  # fmt: skip
    # A rate of ten contracts is no rate; the KPIs come in the order of the board.
    assert table.columns.tolist() == ["month", "kpi_f2_rate", "kpi_nps"]
    assert table["month"].tolist() == [MONTH, MONTH - 1, MONTH - 2]
    assert table["kpi_f2_rate"].fillna(-1).tolist() == [0.2, -1, 0.3]


def test_without_any_month_there_are_no_columns_but_the_month() -> None:
    table = kpi_views.monthly(measures(measure("cancellation_rate", 1, 10)))
    assert (table.columns.tolist(), len(table)) == (["month"], 0)


def test_every_kpi_has_a_column_of_its_own_called_and_written_as_it_is() -> None:
    words.speak("en")
    columns = {kpi_id: words.column(f"kpi_{kpi_id}") for kpi_id in KPIS}
    assert {name: (column.label, column.kind) for name, column in columns.items()} == {
        name: (words.label(name), kpi.kind) for name, kpi in KPIS.items()
    }


def test_every_kpi_has_what_it_lacks() -> None:
    wanted_figures = targets(("f2_rate", 0.3), ("revival_rate", 0.1), ("continuation_rate", 0.9), ("cpo", 9000.0))
    held = kpi_targets.against(
        measures(measure("f2_rate", 500, 1000), measure("revival_rate", 10, 1000), measure("nps", 40, 100),
                 measure("n_customers_new", 90)),
        wanted_figures,
    )  # fmt: skip
    acting = naming("f2_rate", "nps", action_status=["doing", "stopped"])
    table = kpi_views.gap_table(
        held, wanted_figures, acting, naming("n_customers_new"), naming(),
        has=lambda name: name in ("orders", "subscriptions"),
    ).set_index("kpi_id")  # fmt: skip
    assert table.index.tolist() == list(KPIS)
    wanted = {"f2_rate": "gap_nothing", "revival_rate": "gap_measure", "n_customers_new": "gap_target",
              "nps": "gap_both", "cpo": "gap_table", "continuation_rate": "gap_measure",
              "cancellation_rate": "gap_both"}  # fmt: skip
    assert table.loc[list(wanted), "kpi_gap"].to_dict() == wanted
    assert table.loc[["cpo", "continuation_rate", "f2_rate"], "kpi_told"].tolist() == [
        "kpi_table_missing", "kpi_not_observed", "kpi_told_yes",
    ]  # fmt: skip
    # A target that the client set is not denied because its KPI cannot be told.
    untold = {"cpo": "yes", "continuation_rate": "yes", "cancellation_rate": "no",
              "subscription_f2_rate": "default_target"}  # fmt: skip
    assert table.loc[list(untold), "has_target"].to_dict() == untold


def test_a_benchmark_of_the_trade_is_shown_as_one_and_leaves_the_target_missing() -> None:
    none = targets().head(0)
    held = kpi_targets.against(measures(measure("f2_rate", 500, 1000)), none)
    assert held["mark"].tolist() == ["mark_good"]
    assert kpi_views.achievement_table(held)["mark"].tolist() == ["trade_good"]
    told = kpi_views.gap_table(held, none, naming("f2_rate", action_status=["doing"]), naming(), naming(),
                               has=lambda _: True).set_index("kpi_id")  # fmt: skip
    assert told.loc["f2_rate", ["has_target", "kpi_gap"]].tolist() == ["default_target", "gap_target"]


def test_history_keeps_the_gaps_between_months() -> None:
    rows = [measure("f2_rate", 500 * k, 10_000, month=MONTH - k) for k in (0, 2, 9, 13)]
    found = kpi_views.history(measures(*rows, measure("f2_rate", 1, 1000, month=MONTH - 1, state="partial"))).iloc[0]
    assert found["spark"] == "░░░█░░░░░░▃░▁"
    assert found[["spark_first", "spark_least", "spark_most", "actual"]].tolist() == [0.45, 0.0, 0.45, 0.0]
    assert kpi_views.history(measures()).empty


def test_only_kpis_with_a_target_stand_in_its_table_and_only_judged_ones_in_the_chart() -> None:
    held = kpi_targets.against(
        measures(measure("f2_rate", 500, 1000), measure("revival_rate", 1, 20), measure("nps", 40, 100)),
        targets(("f2_rate", 0.6), ("revival_rate", 0.1)),
    )
    ranked = pd.DataFrame({"kpi_id": ["f2_rate"], "stake_year": [5.0]})
    assert kpi_views.target_table(held, ranked)["kpi_id"].tolist() == ["f2_rate", "revival_rate"]
    assert kpi_views.achievement_table(held)["kpi_id"].tolist() == ["f2_rate"]
