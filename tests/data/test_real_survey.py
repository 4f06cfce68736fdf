"""A real survey from ../shared/data through the door with a client file, against numpy on the same file.

What had to be mapped: the encoding (the file holds two single-byte ones; latin-1 takes every byte, so letters of the
comments of the other one come out wrong, and nothing else does); NA, which is text in the file, to a blank; the wave
`t`, for which there is no date, to one day a wave, so that waves come out as months in their order and nothing else of
the dates means anything; satisfaction as the experience and intention as the intention to continue.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import yaml

from crmlib.analysis import nps, nps_bands, nps_effects, nps_segments
from crmlib.shop import open_shop

if TYPE_CHECKING:
    from crmlib.shop import Shop

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = {
    "response_id": "id", "customer_id": "id", "answered_at": "t", "nps": "nps", "experience": "satisfaction",
    "intent_continue": "intention", "reported_orders": "NbPassageKS", "reported_order_value": "CaTicket",
    "free_text": "explication",
}  # fmt: skip
WAVES = {str(t): f"2000-{t - 6:02d}-01" for t in range(7, 17)}
BLANKS = {name: {"NA": ""} for name in ("nps", "experience", "intent_continue", "free_text")}
Z = 1.959963984540054


@pytest.fixture(scope="module")
def path() -> Path:
    found = ROOT.parent / "shared" / "data" / "nps_garden_centre_2000.csv"
    if not found.is_file():
        pytest.skip("the folder ../shared/data is missing beside the project")
    return found


@pytest.fixture(scope="module")
def survey(path: Path, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    values = {"answered_at": WAVES, **BLANKS}
    source = {"path": str(path), "encoding": "latin-1", "columns": COLUMNS, "values": values}
    told = {"name": "garden", "currency": "EUR", "timezone": "Europe/Paris", "sources": {"surveys": source}}
    client = tmp_path_factory.mktemp("garden") / "parameters" / "garden.yml"
    client.parent.mkdir()
    client.write_text(yaml.safe_dump(told, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return open_shop(client)


@pytest.fixture(scope="module")
def raw(path: Path) -> dict[str, np.ndarray]:
    """The file's columns as numbers, NaN for NA, read by nothing of ours."""
    header, *rows = csv.reader(io.StringIO(path.read_bytes().decode("latin-1"), newline=""))
    cells = np.array(rows, dtype=object)
    names = ("nps", "satisfaction", "intention", "NbPassageKS", "CaTicket", "t")
    numbers = {name: np.array([float("nan") if c == "NA" else float(c) for c in cells[:, header.index(name)]])
               for name in names}  # fmt: skip
    return numbers | {"explication": cells[:, header.index("explication")]}


def points(scores: np.ndarray) -> float:
    return 100 * float(np.mean(scores >= 9) - np.mean(scores <= 6))


def test_no_answer_disappears_without_a_line(survey: Shop, raw: dict[str, np.ndarray]) -> None:
    ledger = survey.ledgers["surveys"]
    unanswered = int(np.isnan(raw["nps"]).sum())
    assert (ledger.rows_read, unanswered) == (2000, 36)
    assert [(line.reason, line.rows) for line in ledger.lines] == [("bad_score", unanswered)]
    assert ledger.rows_used == len(survey.table("surveys")) == 1964
    negative = int((raw["CaTicket"] < 0).sum())
    assert survey.read_notes == [
        "file_read: surveys: nps_garden_centre_2000.csv (latin-1)",
        f"unread_cells: surveys: CaTicket {negative}",
    ]


def test_every_number_arrives_as_it_stands_in_the_file(survey: Shop, raw: dict[str, np.ndarray]) -> None:
    table, used = survey.table("surveys"), ~np.isnan(raw["nps"])
    assert np.bincount(table["nps"], minlength=11).tolist() == [0, 9, 8, 9, 9, 56, 78, 143, 401, 345, 906]
    for name, column in (("experience", "satisfaction"), ("intent_continue", "intention")):
        np.testing.assert_array_equal(table[name].astype("float64").to_numpy(na_value=np.nan), raw[column][used])
    np.testing.assert_array_equal(table["reported_orders"].astype("float64"), raw["NbPassageKS"][used])
    baskets = raw["CaTicket"][used]
    cents = np.where(baskets < 0, np.nan, np.round(baskets * 100))
    np.testing.assert_array_equal(table["reported_order_value"].astype("float64").to_numpy(na_value=np.nan), cents)
    assert int((baskets < 0).sum()) == int(np.isnan(cents).sum()) > 0


def test_the_waves_stand_for_days_in_their_order(survey: Shop, raw: dict[str, np.ndarray]) -> None:
    months = survey.table("surveys")["answered_at"].dt.month.to_numpy()
    np.testing.assert_array_equal(months + 6, raw["t"][~np.isnan(raw["nps"])])
    assert survey.as_of.isoformat() == "2000-10-01"


def test_the_score_of_all_and_of_every_wave(survey: Shop, raw: dict[str, np.ndarray]) -> None:
    answers = nps.latest_answers(survey.table("surveys"))
    used = ~np.isnan(raw["nps"])
    scores, waves = raw["nps"][used], raw["t"][used]
    result = nps.score(answers["nps"])
    assert (result.n_promoters, result.n_passives, result.n_detractors) == (1251, 544, 169)
    assert result.nps == pytest.approx(points(scores), abs=1e-12) == pytest.approx(55.0917, abs=1e-4)
    assert (result.interval.low, result.interval.high) == pytest.approx(adjusted_wald(scores), abs=1e-9)

    by_wave = nps.by_group(answers.assign(wave=answers["answered_at"].dt.month + 6), group="wave")
    assert by_wave["n"].tolist() == [int((waves == t).sum()) for t in np.unique(waves)]
    told = by_wave.set_index("group")["nps"]
    for t in np.unique(waves):
        assert told.loc[told.index.astype(float) == t].item() == pytest.approx(points(scores[waves == t]), abs=1e-9)


def adjusted_wald(scores: np.ndarray) -> tuple[float, float]:
    """Rocks (2016): three quarters of an answer to promoters and to detractors, one and a half to passives."""
    n = len(scores) + 3
    up, down = ((np.sum(side) + 0.75) / n for side in (scores >= 9, scores <= 6))
    half = Z * np.sqrt((up + down - (up - down) ** 2) / n)
    return 100 * (up - down - half), 100 * (up - down + half)


def test_waves_of_fewer_than_30_answers_have_counts_and_no_score(survey: Shop) -> None:
    answers = nps.latest_answers(survey.table("surveys"))
    answers["month"] = answers["answered_at"].dt.year * 12 + answers["answered_at"].dt.month - 1
    table = nps_segments.compare({"month": answers})
    small = table[table["n"] < 30]
    assert (len(table), len(small), small["nps"].isna().all()) == (9, 1, True)
    assert table["n"].sum() == 1964


@pytest.mark.parametrize(
    ("effect", "column", "factor"), [("effect_frequency", "NbPassageKS", 1), ("effect_value", "CaTicket", 100)]
)
def test_the_claimed_effects_as_the_respondents_told_them(
    survey: Shop, raw: dict[str, np.ndarray], effect: str, column: str, factor: int
) -> None:
    answers = nps.latest_answers(survey.table("surveys"))
    unknown = {"n_orders_before": 0, "n_orders_year_before": 0, "n_orders_year_after": 0, "known_year": False,
               "followed_year": False}  # fmt: skip
    answers = answers.assign(band=nps_bands.band_of(answers["nps"]), **unknown)
    found = nps_effects.effects(answers, survey.table("referrals"), as_of_day=survey.as_of_day)
    table = found[found["effect"] == effect].set_index("band")
    used = ~np.isnan(raw["nps"])
    used &= raw[column] >= 0
    scores, values = raw["nps"][used], raw[column][used] * factor
    sides = {"promoters": scores >= 9, "passives": (scores == 7) | (scores == 8), "detractors": scores <= 6}
    assert (set(found["span"]), found["n_comparisons"].unique().tolist()) == ({"as_told"}, [4])
    for band, side in sides.items():
        assert table.loc[band, "n_respondents"] == side.sum()
        assert table.loc[band, "figure"] == pytest.approx(values[side].mean(), rel=1e-9)
    for band in ("promoters", "passives"):
        low, high = welch(values[sides["detractors"]], values[sides[band]], level=1 - 0.05 / 4)
        row = table.loc[band]
        assert row["difference"] == pytest.approx((low + high) / 2, rel=1e-9)
        assert (row["difference_low"], row["difference_high"]) == pytest.approx((low, high), rel=1e-6)


def welch(control: np.ndarray, treatment: np.ndarray, *, level: float) -> tuple[float, float]:
    stats = pytest.importorskip("scipy.stats")
    ends = stats.ttest_ind(treatment, control, equal_var=False).confidence_interval(level)
    return float(ends.low), float(ends.high)


def test_more_visits_go_with_promoters_and_the_basket_cannot_be_told_apart(
    survey: Shop, raw: dict[str, np.ndarray]
) -> None:
    used = ~np.isnan(raw["nps"])
    scores, visits, basket = raw["nps"][used], raw["NbPassageKS"][used], raw["CaTicket"][used]
    low, high = welch(visits[scores <= 6], visits[scores >= 9], level=1 - 0.05 / 4)
    assert 0 < low < 2.23 < high
    told = basket >= 0
    low, high = welch(basket[told & (scores <= 6)], basket[told & (scores >= 9)], level=1 - 0.05 / 4)
    assert low < 0 < high


def test_comments_arrive_masked_for_those_who_wrote_one(survey: Shop, raw: dict[str, np.ndarray]) -> None:
    texts = survey.table("surveys")["free_text"]
    wrote = raw["explication"][~np.isnan(raw["nps"])] != "NA"
    assert texts.notna().tolist() == wrote.tolist()
    assert not (texts.dropna() == "NA").any()
    assert texts.dropna().str.len().max() <= 500
    assert not texts.dropna().str.contains("@", regex=False).any()
    assert all(text.isprintable() for text in texts.dropna())
