"""The real files of the shared folder through `crm new` without editing: what runs at once, what is done by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crmlib.cli import call
from crmlib.shop import open_shop

RUNS, BY_HAND = 0, 2


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def new(capsys: Any, *arguments: str) -> tuple[int, str]:
    code = call(["new", "acme", "--force", *arguments])
    told = capsys.readouterr()
    return code, told.out + told.err


def to_do(told: str) -> list[str]:
    return [line.removeprefix("  to do: ") for line in told.splitlines() if line.startswith("  to do: ")]


@pytest.mark.slow
def test_the_orders_of_a_wholesaler_run_at_once(shared_data: Path, home: Path, capsys: Any) -> None:
    code, told = new(capsys, "--orders", str(shared_data / "online_retail.parquet"))
    assert (code, to_do(told), call(["check", "acme"])) == (0, [], RUNS)
    shop = open_shop(home / "parameters" / "acme.yml")
    lines = {row.reason: (row.n_rows, round(row.amount)) for row in shop.ledger.frame().itertuples()}
    # In cents: 9,747,747.93 read; its README: 397,884 rows and 8,911,407.90 after the cleaning, duplicates not taken.
    assert lines["read"] == (541_909, 974_774_793)
    assert lines["exact_duplicate"][0] == 5_268
    assert lines["used"] == (392_692, 888_720_889)
    assert "amounts have cents" in told
    assert any(note.startswith("reversed: orders: 10589 of ") for note in shop.read_notes)


@pytest.mark.slow
def test_orders_with_names_for_ids_run_at_once(shared_data: Path, home: Path, capsys: Any) -> None:
    code, told = new(capsys, "--orders", str(shared_data / "rfm_orders.csv"))
    assert (code, to_do(told), call(["check", "acme"])) == (0, [], RUNS)
    assert "the only key of a customer is personal" in told
    assert "Brion" not in told + (home / "parameters" / "acme.yml").read_text(encoding="utf-8")
    shop = open_shop(home / "parameters" / "acme.yml")
    assert (len(shop.table("orders")), int(shop.ledger.rows_left_out)) == (4_906, 0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "n_to_do"),
    [("telco_churn.csv", 3), ("customers_100knocks.csv", 3), ("category_100knocks_double_bom.csv", 4)],
)
def test_what_is_no_export_of_orders_is_said_and_left_to_do(
    shared_data: Path, home: Path, capsys: Any, file: str, n_to_do: int
) -> None:
    code, told = new(capsys, "--orders", str(shared_data / file))
    assert (code, len(to_do(told))) == (0, n_to_do)
    assert to_do(told)[0].startswith("orders: this does not look like an export of orders")
    assert call(["check", "acme"]) == BY_HAND
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.slow
def test_members_of_a_real_list_are_read_to_the_year_of_birth(shared_data: Path, home: Path, capsys: Any) -> None:
    orders = home / "orders.csv"
    orders.write_text("注文番号,顧客ID,受注日,単価\n1,CS021313000114,2018-01-01,100\n", encoding="utf-8")
    members = shared_data / "customers_100knocks.csv"
    code, told = new(capsys, "--orders", "orders.csv", "--customers", str(members))
    assert (code, to_do(told), call(["check", "acme"])) == (0, [], RUNS)
    people = open_shop(home / "parameters" / "acme.yml").table("customers").set_index("customer_id")
    assert people.loc["CS021313000114", ["birth_year", "sex"]].tolist() == [1981, "female"]
    assert people["birth_year"].notna().all()


@pytest.mark.slow
def test_a_file_whose_encoding_cannot_be_told_is_read_once_it_is_named(
    shared_data: Path, home: Path, capsys: Any
) -> None:
    survey = str(shared_data / "nps_garden_centre_2000.csv")
    code, told = new(capsys, "--orders", survey)
    assert (code, told.count("\n"), "row 1273: byte 0x90" in told) == (2, 1, True)
    assert "--encoding" in told
    assert not (home / "parameters" / "acme.yml").exists()
    code, told = new(capsys, "--orders", survey, "--encoding", "latin-1")
    assert (code, "(latin-1, comma)" in told) == (0, True)
    assert 'encoding: "latin-1"' in (home / "parameters" / "acme.yml").read_text(encoding="utf-8")
    assert "not mapped: id, nps, satisfaction, intention, explication, NbPassageKS, CaTicket, t" in told


HEADERS = [
    ("eccube4_order_csv_header_cp932.csv", "eccube4_order"),
    ("rakuten_rms_order_csv_header_cp932.csv", "rakuten_rms"),
    ("shopify_orders_export_header.csv", "shopify_orders"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("file", "preset"), HEADERS)
def test_the_headers_of_carts_are_known_without_a_single_row(
    shared_data: Path, home: Path, capsys: Any, file: str, preset: str
) -> None:
    code, told = new(capsys, "--orders", str(shared_data / "headers" / file))
    assert (code, to_do(told), f"({preset}), 100% of the header names matched" in told) == (0, [], True)


@pytest.mark.slow
def test_a_report_without_buyers_is_refused(shared_data: Path, home: Path, capsys: Any) -> None:
    code, told = new(capsys, "--orders", str(shared_data / "headers" / "amazon_all_orders_header.tsv"))
    assert (code, told.count("\n"), "it names no buyer" in told) == (2, 1, True)


@pytest.mark.slow
def test_the_survey_of_the_page_on_own_data_is_read(shared_data: Path, home: Path) -> None:
    """What docs/own-data.md gives for the file that `crm new` cannot begin."""
    page = Path(__file__).resolve().parents[2] / "docs" / "own-data.md"
    block = page.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    path = home / "parameters" / "acme.yml"
    path.parent.mkdir()
    path.write_text(block.replace("data/acme", str(shared_data)), encoding="utf-8")
    assert len(open_shop(path).table("surveys")) == 1_964  # of 2,000 answers 36 have NA for a score
