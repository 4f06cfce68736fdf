"""The panel of NPS by segment: the report's figures, other bands as a view that is never kept."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from crmlib import panels, words
from crmlib.analysis import nps_cells
from crmlib.analysis.nps_bands import JAPAN_UNVERIFIED
from crmlib.batch.plan import overrides
from crmlib.batch.template import read_template
from crmlib.client import load_client
from tests.analysis.test_nps_cells import stood

pytestmark = pytest.mark.usefixtures("no_pictures")
ROOT = Path(__file__).resolve().parents[2]
NOBODY = pd.DataFrame({"customer_id": []})


def answers(promoters: int = 60, passives: int = 20, detractors: int = 20) -> pd.DataFrame:
    """One survey; every promoter uses the product each day, nobody else does."""
    n = promoters + passives + detractors
    table = stood(1, 3 * n).iloc[n : 2 * n].reset_index(drop=True)
    table["nps"] = [10] * promoters + [8] * passives + [5] * detractors
    table["usage"] = ["every_day"] * promoters + ["stopped"] * (n - promoters)
    return table.assign(survey_id="NPS-2025", answered_day=19_400, customer_id=[f"c{i}" for i in range(n)])


def panel(shop: Any, shown: list[Any], table: pd.DataFrame, desk: bool = True, **more: Any) -> Any:
    given: dict[str, Any] = {"survey": None, "group_by": "usage", **more}
    members = given.pop("members", NOBODY)
    panels.nps.bands(shop, table, members, desk=desk, **given)
    return shown[-1]


def boxes(box: Any) -> dict[str, Any]:
    found = {}
    for row in (child for child in box.children if type(child).__name__ == "HBox"):
        found |= {child.description: child for child in row.children}
    return found


def html_of(box: Any) -> str:
    if hasattr(box, "data"):
        return box.data
    (output,) = [child for child in box.children if type(child).__name__ == "Output"]
    return output.outputs[0]["data"]["text/html"]


def sentences(box: Any) -> list[str]:
    return re.findall(r'<p role="status">(.*?)</p>', html_of(box))


def press(box: Any) -> str:
    (button,) = [child for child in box.children if type(child).__name__ == "Button"]
    button.click()
    return box.children[-1].value


def test_score_and_groups_by_hand(shop: Any, shown: list[Any]) -> None:
    said = sentences(panel(shop, shown, answers(), desk=False))
    assert said[0].startswith("Bands: detractors answered 0 to 6, promoters 9 to 10, as NPS is defined.")
    assert said[1].startswith("In the survey “NPS-2025” the NPS is +40.0")  # 60 % less 20 %
    assert "higher than all others" in said[2]
    page = html_of(shown[-1])
    assert "<td>+100.0</td>" in page
    assert "<td>-50.0</td>" in page  # no promoter, 20 of 40 detractors
    assert "n = 100" in page


def test_it_draws_the_chart_of_the_report(shop: Any, shown: list[Any]) -> None:
    assert 'src="data:image/svg+xml;base64,' in panel(shop, shown, answers(), desk=False).data


def test_other_bands_move_the_score_under_another_name_and_are_not_kept(shop: Any, shown: list[Any]) -> None:
    box = panel(shop, shown, answers())
    boxes(box)["Bands"].value = "japan_unverified"
    said = sentences(box)
    assert "could not be verified" in said[0]
    assert "the score is not called NPS" in said[1]
    # 8 is a promoter now, 5 a passive; nobody at the client has made these bands.
    assert "the score in the bands 0 to 4 and 8 to 10, which is not NPS, is +80.0" in said[2]
    assert not re.search(r"<th[^>]*>[^<]*NPS", html_of(box))
    press(box)
    kept = overrides(load_client(shop.client.path), read_template(ROOT / "notebooks" / "nps.ipynb"))
    assert kept == {"group_by": "usage", "survey": None}


def test_own_bounds_count_when_they_are_chosen_and_may_not_overlap(shop: Any, shown: list[Any]) -> None:
    box = panel(shop, shown, answers())
    boxes(box)["Detractors answer 0 to"].value = 4
    assert "+40.0" in sentences(box)[1]
    boxes(box)["Bands"].value = "own"
    assert "+60.0" in sentences(box)[2]  # nobody answered 0 to 4
    boxes(box)["Promoters answer 10 down to"].value = 4
    assert html_of(box).startswith('<p role="alert">Promoters must begin above the detractors')


def test_a_larger_smallest_group_leaves_counts_only(shop: Any, shown: list[Any]) -> None:
    box = panel(shop, shown, answers())
    boxes(box)["Smallest group shown (answers)"].value = 50
    assert "<td>-50.0</td>" not in html_of(box)
    boxes(box)["Smallest group shown (answers)"].value = 100
    assert "every group has fewer than 100 responses" in sentences(box)[2]


def test_the_other_survey_and_a_rank_of_the_customers(shop: Any, shown: list[Any]) -> None:
    table = pd.concat([answers(), answers(10, 10, 30).assign(survey_id="NPS-2024", answered_day=19_000)])
    table["answered_at"] = pd.to_datetime(table["answered_day"], unit="D")
    members = pd.DataFrame({"customer_id": ["c0"], "member_rank": ['"><b>gold']})
    box = panel(shop, shown, table, members=members)
    assert [label for label, _ in boxes(box)["Survey"].options] == ["NPS-2025 (n = 100)", "NPS-2024 (n = 50)"]
    boxes(box)["Survey"].value = "NPS-2024"
    assert "-40.0" in sentences(box)[1]
    boxes(box)["Groups by"].value = "member_rank"
    assert "&gt;&lt;b&gt;gold" in html_of(box)
    assert "<b>gold" not in html_of(box)
    assert "view only: the client file keeps no grouping" in " ".join(sentences(box))
    assert "survey: NPS-2024" in box.children[-3].value
    assert "group_by" not in box.children[-3].value
    boxes(box)["Groups by"].value = "usage"
    assert "group_by: usage" in box.children[-3].value


def test_without_a_question_of_that_name_no_question_is_kept(shop: Any, shown: list[Any]) -> None:
    box = panel(shop, shown, answers().drop(columns=[*nps_cells.QUESTIONS]))
    assert boxes(box)["Groups by"].value == "stage"
    assert "<pre>nps:\n  survey: null</pre>" in box.children[-3].value
    press(box)
    assert overrides(load_client(shop.client.path), read_template(ROOT / "notebooks" / "nps.ipynb")) == {"survey": None}


def test_few_answers_one_customer_and_none_are_said(shop: Any, shown: list[Any]) -> None:
    assert "1 response is too few" in " ".join(sentences(panel(shop, shown, answers(1, 0, 0), desk=False))) or (
        "1 response are too few" in " ".join(sentences(shown[-1]))
    )
    assert sentences(panel(shop, shown, answers().head(0))) == ["No answer with a score from 0 to 10 was found."]


def test_bands_of_the_notebook_are_the_first_view(shop: Any, shown: list[Any]) -> None:
    box = panel(shop, shown, answers(), bands=JAPAN_UNVERIFIED)
    assert boxes(box)["Bands"].value == "japan_unverified"


def test_in_japanese_nothing_of_english_is_left(shop: Any, shown: list[Any]) -> None:
    words.speak("ja", "JPY")
    text = re.sub(r"<style>.*?</style>|<[^>]*>|NPS-2025", " ", panel(shop, shown, answers(), desk=False).data)
    assert re.findall(r"[A-Za-z]{4,}", text) == []
