"""Counted answers give what the answers one by one give."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from crmlib.analysis import nps, nps_cells, nps_segments
from crmlib.analysis.nps_bands import STANDARD, Bands

STAGES = ["first", "second", "third"]


def stood(seed: int, n: int, *, least: int = 0) -> pd.DataFrame:
    """Answers of two surveys, some customers in both, with groups that are partly missing."""
    rng = np.random.default_rng(seed)
    n = n // 3 * 3
    table = pd.DataFrame({
        "survey_id": np.where(np.arange(n) < n // 3, "A", "B"),
        "customer_id": [f"c{i % max(n * 2 // 3, 1)}" for i in range(n)],
        "nps": rng.integers(0, 11, n),
        "answered_day": np.where(np.arange(n) < n // 3, 19_000, 19_400),
        "usage": rng.choice(np.array(["every_day", "stopped", None], dtype=object), n),
        "expectation": rng.choice([1.0, 5.0, np.nan], n),
        "experience": np.nan,
    })  # fmt: skip
    table["answered_at"] = pd.to_datetime(table["answered_day"], unit="D")
    table["stage"] = pd.Categorical(rng.choice(STAGES, n), categories=STAGES, ordered=True)
    for name in ("cpm_group", "frequency_group", "life_segment"):
        table[name] = rng.choice(["x", "y"], n)
    return table.assign(month=24_300 + table["answered_day"] // 30 % 12)


def test_two_answers_by_hand() -> None:
    table = stood(1, 3).assign(nps=[10, 0, 5], survey_id="A", usage="every_day")
    cells = nps_cells.prepare(table)
    survey = cells.surveys["A"]
    assert nps_cells.score(survey).nps == pytest.approx(-100 / 3)
    assert survey.groups["usage"]["every_day"].tolist() == [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]
    assert "experience" not in survey.groups


def test_rank_and_medium_come_from_the_customers_where_they_are_known() -> None:
    members = pd.DataFrame({"customer_id": ["c0"], "member_rank": ["gold"], "age_band": [None]})
    survey = nps_cells.prepare(stood(1, 3).assign(survey_id="A"), members).surveys["A"]
    assert list(survey.groups["member_rank"]) == ["gold", "not_known"]
    assert "age_band" not in survey.groups


def test_without_answers_there_is_no_survey() -> None:
    assert nps_cells.prepare(stood(1, 3).head(0)).surveys == {}


def test_an_answer_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="nps == 11"):
        nps_cells.prepare(stood(1, 3).assign(nps=11))


@settings(max_examples=6, deadline=None, phases=[Phase.generate])
@given(st.integers(0, 999), st.integers(3, 400), st.integers(0, 8), st.integers(1, 10), st.sampled_from([30, 45]),
       st.sampled_from(["usage", "expectation"]))  # fmt: skip
def test_moved_bands_give_what_the_report_gives(seed: int, n: int, low: int, up: int, least: int, by: str) -> None:
    bands = Bands(detractor_to=low, promoter_from=min(low + up, 10))
    answers = stood(seed, n)
    cells = nps_cells.prepare(answers)
    assert list(cells.surveys) == ["B", "A"]
    for name, survey in cells.surveys.items():
        asked = answers[answers["survey_id"] == name].reset_index(drop=True)
        parts = dict.fromkeys((by, *nps_cells.STANDING), asked) | {"month": answers}
        report = nps_segments.compare(parts, bands=bands, least=least)
        found = nps_cells.compare(survey, cells.months, group_by=by, bands=bands, least=least)
        report = report[report["dimension"] != "month"].reset_index(drop=True)
        pd.testing.assert_frame_equal(found, report, rtol=1e-9)
        assert nps_cells.score(survey, bands=bands) == nps.score(asked["nps"], bands=bands)


def test_a_further_grouping_is_corrected_with_the_others() -> None:
    members = pd.DataFrame({"customer_id": [f"c{i}" for i in range(400)], "member_rank": ["gold", "silver"] * 200})
    cells = nps_cells.prepare(stood(5, 400), members)
    survey = cells.surveys["B"]
    alone = nps_cells.compare(survey, cells.months, group_by="usage", bands=STANDARD)
    both = nps_cells.compare(survey, cells.months, group_by="usage", also=["member_rank"], bands=STANDARD)
    assert nps_segments.n_comparisons(both) == nps_segments.n_comparisons(alone) + 2
