"""The planner and the reader of experiments: sentences, tables and what is kept, by hand."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from crmlib import panels, words
from crmlib.analysis import experiments
from crmlib.analysis.planner import BASE_COLUMNS, NextResult, plan
from crmlib.batch.plan import overrides
from crmlib.batch.template import read_template
from crmlib.client import load_client
from crmlib.report import findings

pytestmark = pytest.mark.usefixtures("no_pictures")
ROOT = Path(__file__).resolve().parents[2]
NAN = math.nan
MEASURED = pd.DataFrame(
    [("repurchase", 900, 1.0, 0.1, NAN, NAN), ("revenue", 900, 1.0, 2000.0, 9000.0, 50.0)], columns=BASE_COLUMNS
)
DESIGN = {
    "experiment_id": "E1", "name": "お礼メール", "unit": "customer", "assigned_method": "random",
    "primary_metric": "repurchase", "window_days": 60, "treatment_share": 0.5, "missing": "",
}  # fmt: skip


def units(x_c: int, n_c: int, x_t: int, n_t: int, *, waiting: int = 0) -> pd.DataFrame:
    arms = ["control"] * n_c + ["treatment"] * n_t
    hits = [1.0] * x_c + [0.0] * (n_c - x_c) + [1.0] * x_t + [0.0] * (n_t - x_t)
    table = pd.DataFrame({"arm": arms, "value": hits, "state": "observed"})
    table.loc[: waiting - 1, "state"] = "not_yet"
    return table.assign(
        unit_id=[str(i) for i in range(len(table))], actually_treated=True, n_orders=0, amount=0, pre_orders=0,
        pre_amount=0,
    )  # fmt: skip


def planner(shop: Any, shown: list[Any], measured: pd.DataFrame = MEASURED, *, desk: bool = True, **more: Any) -> Any:
    given = {"n_now": 1682, "per_month": 100 * 365.25 / 12, **more}
    planned = NextResult(table=pd.DataFrame(), measured=measured, members=pd.DataFrame(), **given)
    panels.abtest.planner(
        shop, planned, population="f1_only", window_days=60, smallest_gain=0.2, power=0.8, hold_out_share=0.5,
        most_months=6, desk=desk,
    )  # fmt: skip
    return shown[-1]


def reader(shop: Any, shown: list[Any], *frames: pd.DataFrame, desk: bool = True, **more: Any) -> Any:
    designs = [DESIGN | {"experiment_id": f"E{at}"} | more for at in range(len(frames))]
    trials = [*zip(designs, frames, strict=True)]
    results = experiments.judge(trials, smallest_relative=0.1)
    panels.abtest.reader(
        shop, results, experiments.pairs(trials), smallest_gain=0.1, power=0.8, planned_size=None, desk=desk
    )
    return shown[-1]


def boxes(panel: Any) -> dict[str, Any]:
    """The controls by label; those of a row by the row's label and their own."""
    found = {}
    for row in (child for child in panel.children if type(child).__name__ == "HBox"):
        label = row.children[0].value + " " if type(row.children[0]).__name__ == "Label" else ""
        found |= {f"{label}{box.description}": box for box in row.children if hasattr(box, "description")}
    return {name: box for name, box in found.items() if name.strip()}


def html_of(panel: Any) -> str:
    if hasattr(panel, "data"):
        return panel.data
    (output,) = [child for child in panel.children if type(child).__name__ == "Output"]
    return output.outputs[0]["data"]["text/html"]


def sentences(panel: Any) -> list[str]:
    return re.findall(r'<p role="status">(.*?)</p>', html_of(panel))


def press(panel: Any) -> str:
    (button,) = [child for child in panel.children if type(child).__name__ == "Button"]
    button.click()
    return panel.children[-1].value


def accepted(shop: Any) -> dict[str, Any]:
    """What the runner takes out of the written client file."""
    return overrides(load_client(shop.client.path), read_template(ROOT / "notebooks" / "abtest.ipynb"))


def test_the_planner_says_customers_days_and_weeks_as_worked_by_hand(shop: Any, shown: list[Any]) -> None:
    said = sentences(planner(shop, shown, desk=False))
    # 3,841 an arm (R's power.prop.test); 6,000 lacking at 100 a day, and the window of 60 days
    assert said[0].startswith(
        "A relative gain of 20.0% takes 3,841 customers in the control and 3,841 customers in the"
    )
    assert "7,682 customers in all" in said[0]
    assert said[1].startswith("The answer is there after 120 days, that is 18 calendar weeks; 20.0% of real gains")
    assert said[3].startswith("Planned for: customers with one purchase, 1,682 customers today")
    assert "n = 900" in html_of(shown[-1])


def test_an_answer_in_years_is_said_not_to_be_practical() -> None:
    row = {"n_planned": 7682, "days_planned": 40_389, "weeks_planned": 5770}
    said = findings.planned.lasts(row, power=0.8).text()
    assert said == "The answer is there after about 111 years. At this size that is not practical."
    row["days_planned"] = 730
    assert "after 730 days" in findings.planned.lasts(row, power=0.8).text()
    assert "after about 2 years" in findings.planned.lasts(row | {"days_planned": 731}, power=0.8).text()


def test_each_draws_its_chart(shop: Any, shown: list[Any]) -> None:
    for page in (planner(shop, shown, desk=False), reader(shop, shown, desk=False)):
        assert 'src="data:image/svg+xml;base64,' in page.data


def test_the_planner_shows_the_plan_of_the_report(shop: Any, shown: list[Any]) -> None:
    page = html_of(planner(shop, shown, desk=False))
    report = plan(
        MEASURED, n_now=1682, per_month=100 * 365.25 / 12, window_days=60, smallest_gain=0.2, power=0.8,
        hold_out_share=0.5, most_months=6,
    )  # fmt: skip
    for needed, months in zip(report["n_needed_control"], report["months_needed"], strict=True):
        assert f"<td>{needed:,.0f}</td>" in page
        assert f"<td>{months:.1f}</td>" in page


def test_the_boxes_for_typed_counts_are_shown_only_with_them(shop: Any, shown: list[Any]) -> None:
    panel = reader(shop, shown, units(10, 100, 15, 100))
    rows = [child for child in panel.children if type(child).__name__ == "HBox"]
    assert [row.layout.display for row in rows[:4]] == [None, "none", "none", None]
    boxes(panel)["Experiment"].value = -1
    assert [row.layout.display for row in rows[:4]] == [None] * 4


def test_a_moved_slider_changes_sizes_and_the_lines_to_copy(shop: Any, shown: list[Any]) -> None:
    panel = planner(shop, shown)
    boxes(panel)["Smallest relative gain worth having (%)"].value = 40
    assert "takes 1,035 customers in the control" in sentences(panel)[0]
    assert "smallest_gain: 0.4" in panel.children[-3].value
    boxes(panel)["Rate typed in (%)"].value = 50  # a view only, and only for a rate typed in
    assert "takes 1,035 customers" in sentences(panel)[0]
    boxes(panel)["Outcome"].value = "typed_rate"
    assert "a rate typed in" in sentences(panel)[0]
    assert "takes 1,035" not in sentences(panel)[0]
    boxes(panel)["Smallest relative gain worth having (%)"].value = 100  # nobody reaches more than all
    assert "cannot be told" in sentences(panel)[0]
    assert not any("would be missed in" in said for said in sentences(panel))


def test_more_arms_and_another_alpha_say_how_they_differ_from_the_report(shop: Any, shown: list[Any]) -> None:
    panel = planner(shop, shown)
    boxes(panel)["Arms with the control"].value = 3
    assert any("each is judged at an alpha of 2.5%" in said for said in sentences(panel))
    boxes(panel)["Arms with the control"].value = 2
    boxes(panel)["Alpha"].value = 0.01
    assert any("the report judges at 0.05" in said for said in sentences(panel))


def test_nobody_more_and_nothing_measured_are_said(shop: Any, shown: list[Any]) -> None:
    panel = planner(shop, shown, per_month=0.0)
    assert any("never come together" in said for said in sentences(panel))
    bare = planner(shop, shown, MEASURED.head(0), n_now=0, per_month=NAN)
    assert "a rate typed in" in sentences(bare)[0]
    assert "cannot be told: too few customers" in sentences(bare)[-1]


def test_the_planner_keeps_what_the_notebook_takes(shop: Any, shown: list[Any]) -> None:
    panel = planner(shop, shown)
    boxes(panel)["Power (%)"].value = 90
    assert "Written to acme.yml" in press(panel)
    section = yaml.safe_load(shop.client.path.read_text(encoding="utf-8"))["abtest"]
    assert section == {"smallest_gain": 0.2, "power": 0.9, "hold_out_share": 0.5, "most_months": 6}
    assert accepted(shop) == section


def test_the_reader_says_what_the_report_says_of_an_experiment(shop: Any, shown: list[Any]) -> None:
    said = sentences(reader(shop, shown, units(120, 1000, 150, 1000), desk=False))
    assert said[0] == "The sizes of the arms fit the plan of 50.0% for the treatment (p = 1.000)."
    assert said[1].startswith("“お礼メール” worked: 15.0% against 12.0%, 3.0 points more (95% interval 0.0 to +6.0")
    assert said[2].startswith("In proportion to the control the treatment is at +25.0% (95% interval")
    assert said[3].startswith("The intervals hold for one look")
    assert "n = 2,000" in html_of(shown[-1])


def test_counts_typed_in_are_read_like_an_experiment(shop: Any, shown: list[Any]) -> None:
    panel = reader(shop, shown)
    assert "“Counts typed in” worked: 15.0% against 12.0%" in sentences(panel)[1]
    boxes(panel)["Treatment with the outcome"].value = 130
    assert "no clear difference" in sentences(panel)[1]
    boxes(panel)["Treatment all"].value = 1200
    assert "cannot be read: 1,200 customers were assigned to treatment" in sentences(panel)[0]
    boxes(panel)["Planned for the treatment (%)"].value = 55
    assert "fit the plan of 55.0%" in sentences(panel)[0]


def test_more_with_the_outcome_than_customers_is_refused(shop: Any, shown: list[Any]) -> None:
    panel = reader(shop, shown)
    boxes(panel)["Control with the outcome"].value = 1001
    alert = '<p role="alert">Control: 1,001 with the outcome cannot be more than 1,000 in all.</p>'
    assert html_of(panel) == alert
    boxes(panel)["Control with the outcome"].value = 0
    boxes(panel)["Control all"].value = 0
    assert "“Counts typed in”" in sentences(panel)[0] or "“Counts typed in”" in sentences(panel)[1]


def test_a_look_before_the_end_is_warned_of_and_read_as_such(shop: Any, shown: list[Any]) -> None:
    panel = reader(shop, shown)
    planned = boxes(panel)["Planned for both arms before the first look (0: not planned)"]
    planned.value = 8000
    assert sentences(panel)[1].startswith("This is a look before the end: 2,000 customers of 8,000 customers planned.")
    assert sentences(panel)[2].startswith("However often one looks, no difference holds yet: ")
    assert not any("worked" in said or "In proportion" in said for said in sentences(panel))
    assert "shows a clear gain" not in html_of(panel)
    boxes(panel)["Treatment with the outcome"].value = 250  # it holds at any look
    assert any("worked" in said for said in sentences(panel))
    boxes(panel)["Treatment with the outcome"].value = 150
    planned.value = 2000
    assert sentences(panel)[3].startswith("The size planned has been reached")
    planned.value = 1
    assert "two or more, or 0 for none" in html_of(panel)


def test_customers_still_waiting_are_warned_of(shop: Any, shown: list[Any]) -> None:
    said = sentences(reader(shop, shown, units(120, 1000, 150, 1000, waiting=10), desk=False))
    assert said[-1].startswith("10 customers have not been observed for the whole window.")


def test_what_chance_did_not_form_gets_no_lift_and_no_sizes(shop: Any, shown: list[Any]) -> None:
    said = sentences(reader(shop, shown, units(120, 1000, 150, 1000), desk=False, assigned_method="manual"))
    assert "was not drawn at random" in said[0]
    assert not any("In proportion" in each or "fit the plan" in each for each in said)


def test_another_experiment_can_be_picked_and_a_hostile_name_is_escaped(shop: Any, shown: list[Any]) -> None:
    panel = reader(shop, shown, units(12, 100, 15, 100), units(1, 3, 2, 3), name='"><script>')
    assert "<script>" not in html_of(panel)
    assert "&lt;script&gt;" in html_of(panel)
    boxes(panel)["Experiment"].value = 1
    assert "n = 6" in html_of(panel)
    assert "groups so small would miss most effects" in sentences(panel)[1]


def test_the_reader_keeps_gain_and_size_and_the_runner_takes_them(shop: Any, shown: list[Any]) -> None:
    panel = reader(shop, shown)
    boxes(panel)["Planned for both arms before the first look (0: not planned)"].value = 8000
    assert "Written to acme.yml" in press(panel)
    assert accepted(shop) == {"smallest_gain": 0.1, "planned_size": 8000}
    boxes(panel)["Planned for both arms before the first look (0: not planned)"].value = 0
    press(panel)
    assert accepted(shop) == {"smallest_gain": 0.1, "planned_size": None}


def test_in_japanese_nothing_of_english_is_left(shop: Any, shown: list[Any]) -> None:
    words.speak("ja", "JPY")
    for page in (planner(shop, shown, desk=False).data, reader(shop, shown, desk=False).data):
        text = re.sub(r"<style>.*?</style>|<[^>]*>", " ", page)
        assert (
            re.findall(r"[A-Za-z]{4,}", text.replace("Holm", "").replace("Benjamini", "").replace("Hochberg", "")) == []
        )
