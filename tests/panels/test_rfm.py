"""The panel of RFM cuts: plain tables without a desk, boxes that redraw with one."""

from __future__ import annotations

import re
import subprocess
import sys
from contextvars import Context
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pandas as pd
import pytest
import yaml
from nbclient import NotebookClient

from crmlib import panels, words
from crmlib.analysis.rfm import CUTS, RULES, Cuts

ROOT = Path(__file__).resolve().parents[2]
WIDGET = "application/vnd.jupyter.widget-view+json"
# One customer a line: scores (5, 1), (5, 1), (1, 5), (3, 2) under the single-item cuts.
CUSTOMERS = pd.DataFrame({
    "customer_id": ["a", "b", "c", "d"],
    "recency_days": [0, 30, 400, 61],
    "n_orders": [1, 1, 12, 2],
    "amount": [5000, 3000, 90_000, 8000],
})  # fmt: skip
BOUNDS = {
    "recency_days": [30.0, 60.0, 180.0, 365.0],
    "n_orders": [1.0, 3.0, 6.0, 11.0],
    "amount": [5000.0, 10_000.0, 15_000.0, 20_000.0],
}


@pytest.fixture
def shop(tmp_path: Path) -> Any:
    """What a panel asks of a shop."""
    path = tmp_path / "acme.yml"
    path.write_text("name: acme\nrfm:\n  new_days: 90  # a season\n", encoding="utf-8")
    days = {"first_day": 19_000, "as_of_day": 20_000, "as_of": date(2024, 10, 4)}
    return SimpleNamespace(**days, client=SimpleNamespace(path=path))


def panel(
    shop: Any, shown: list[Any], customers: pd.DataFrame = CUSTOMERS, cuts: Cuts = CUTS["single_item"], **more: Any
) -> Any:
    panels.rfm.cuts(shop, customers, cuts=cuts, rules=RULES["crmlib"], desk=True, **more)
    return shown[0]


def rows_of(box: Any) -> list[Any]:
    return [child for child in box.children if type(child).__name__ == "HBox"]


def html_of(box: Any) -> str:
    (output,) = [child for child in box.children if type(child).__name__ == "Output"]
    return output.outputs[0]["data"]["text/html"]


def copied(box: Any) -> str:
    """The lines below the view."""
    place = [type(child).__name__ for child in box.children].index("Output")
    return box.children[place + 1].value


def numbers(html: str) -> list[str]:
    """The counts in the grid, from R 5, F 1 on."""
    return re.findall(r"<td style[^>]*>([\d,]+)<br>", html)


def test_headless_it_shows_tables_chart_and_finding_and_no_widget(shop: Any, shown: list[Any]) -> None:
    panels.rfm.cuts(shop, CUSTOMERS, cuts=CUTS["single_item"], rules=RULES["crmlib"])
    assert [type(item).__name__ for item in shown] == ["HTML"]
    grid = numbers(shown[0].data)
    assert len(grid) == 25
    assert grid[0] == "2"  # R 5, F 1: customers a and b
    assert (grid[11], grid[24]) == ("1", "1")  # R 3, F 2: d; R 1, F 5: c
    assert sum(map(int, grid)) == 4
    # c is in "cannot lose": R 1, F 5, with 90,000 of 106,000 yen
    assert '<p role="status">1 customer in the segments' in shown[0].data
    assert 'src="data:image/svg+xml;base64,' in shown[0].data
    assert "n = 4" in shown[0].data


def test_headless_no_widget_library_is_loaded() -> None:
    code = (
        "import sys, pandas as pd\nfrom datetime import date\nfrom types import SimpleNamespace\n"
        "from crmlib import panels\n"
        "from crmlib.analysis.rfm import CUTS, RULES\n"
        "frame = pd.DataFrame({'recency_days': [1], 'n_orders': [1], 'amount': [1]})\n"
        "shop = SimpleNamespace(first_day=19000, as_of_day=20000, as_of=date(2024, 10, 4), client=None)\n"
        "panels.rfm.cuts(shop, frame, cuts=CUTS['one_off'], rules=RULES['crmlib'], desk=False)\n"
        "print('ipywidgets' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"


def test_at_the_desk_twelve_boxes_hold_the_cuts(shop: Any, shown: list[Any]) -> None:
    rows = rows_of(panel(shop, shown))
    assert [[box.value for box in row.children[1:]] for row in rows] == [list(values) for values in BOUNDS.values()]
    assert [row.children[0].value for row in rows] == ["Days since last order", "Orders", "Sales (yen)"]
    assert not any(box.continuous_update for row in rows for box in row.children[1:])


def test_boxes_of_recency_start_at_the_best_score(shop: Any, shown: list[Any]) -> None:
    labels = [[box.description for box in row.children[1:]] for row in rows_of(panel(shop, shown))]
    assert labels == [
        ["R5 ≤", "R4 ≤", "R3 ≤", "R2 ≤"],
        ["F1 ≤", "F2 ≤", "F3 ≤", "F4 ≤"],
        ["M1 ≤", "M2 ≤", "M3 ≤", "M4 ≤"],
    ]


def test_a_changed_bound_moves_customers_and_the_lines_to_copy(shop: Any, shown: list[Any]) -> None:
    box = panel(shop, shown)
    assert numbers(html_of(box))[0] == "2"
    rows_of(box)[0].children[1].value = 29  # customer b, 30 days ago, falls to R 4
    assert (numbers(html_of(box))[0], numbers(html_of(box))[5]) == ("1", "1")
    assert "r_cuts: [29, 60, 180, 365]" in copied(box)


def test_bounds_that_do_not_increase_are_refused_in_one_sentence(shop: Any, shown: list[Any]) -> None:
    box = panel(shop, shown)
    rows_of(box)[1].children[2].value = 6
    sentence = "Orders: the four upper bounds must increase from left to right, given are 1, 6, 6, 11."
    assert html_of(box) == f'<p role="alert">{sentence}</p>'
    assert copied(box) == ""
    rows_of(box)[1].children[2].value = 5
    assert "<table>" in html_of(box)


def press(box: Any) -> str:
    (button,) = [child for child in box.children if type(child).__name__ == "Button"]
    button.click()
    return box.children[-1].value


def test_the_button_writes_the_cuts_into_the_client_file_and_says_what_changed(shop: Any, shown: list[Any]) -> None:
    box = panel(shop, shown)
    rows_of(box)[0].children[1].value = 29
    told = press(box)
    assert '<p role="status">Written to acme.yml' in told
    assert "+  r_cuts: [29, 60, 180, 365]" in told
    assert shop.client.path.read_text(encoding="utf-8") == (
        "name: acme\nrfm:\n  new_days: 90  # a season\n  scoring: fixed\n  r_cuts: [29, 60, 180, 365]\n"
        "  f_cuts: [1, 3, 6, 11]\n  m_cuts: [5000, 10000, 15000, 20000]\n"
    )
    assert "acme.yml says so already" in press(box)


def test_refused_bounds_are_not_written(shop: Any, shown: list[Any]) -> None:
    box, before = panel(shop, shown), shop.client.path.read_bytes()
    rows_of(box)[1].children[2].value = 6
    assert press(box).startswith('<p role="alert">Orders: the four upper bounds must increase')
    assert shop.client.path.read_bytes() == before


def test_a_client_file_that_cannot_be_written_is_one_sentence(shop: Any, shown: list[Any]) -> None:
    box = panel(shop, shown)
    shop.client.path.write_text("rfm: 3\n", encoding="utf-8")
    assert (
        press(box) == '<p role="alert">acme.yml: rfm is not a map of parameters, so scoring cannot be kept in it.</p>'
    )


def test_a_page_to_show_has_nothing_that_leads_into_the_client_file(shop: Any, shown: list[Any]) -> None:
    box = panel(shop, shown, writable=False)
    assert not [child for child in box.children if type(child).__name__ == "Button"]
    assert copied(box) == ""


def test_the_lines_to_copy_are_a_section_of_a_client_file() -> None:
    from crmlib.panels.frame import lines

    section = yaml.safe_load(lines("rfm", panels.rfm.parameters(BOUNDS)))["rfm"]
    assert section == {"scoring": "fixed", **dict(zip(["r_cuts", "f_cuts", "m_cuts"], BOUNDS.values(), strict=True))}


def test_money_is_written_in_the_currency_and_scored_in_cents(shop: Any, shown: list[Any]) -> None:
    words.speak("en", "USD")
    cuts = Cuts(recency_days=(30, 60, 180, 365), orders=(1, 3, 6, 11), amount=(2050, 5000, 10_000, 20_000))
    box = panel(shop, shown, CUSTOMERS.assign(amount=[2050, 2051, 2051, 2051]), cuts)
    assert [field.value for field in rows_of(box)[2].children[1:]] == [20.5, 50, 100, 200]
    assert "m_cuts: [20.5, 50, 100, 200]" in copied(box)


def test_a_change_from_the_browser_is_answered_in_the_language_of_the_report(shop: Any, shown: list[Any]) -> None:
    words.speak("ja", "JPY")
    box = panel(shop, shown)
    caption = html_of(box).split("</caption>")[0]
    Context().run(setattr, rows_of(box)[0].children[1], "value", 20)
    assert html_of(box).split("</caption>")[0] == caption
    assert "顧客" in caption


def test_names_of_segments_are_escaped(shop: Any, shown: list[Any]) -> None:
    from crmlib.analysis.rfm import Rule

    panels.rfm.cuts(shop, CUSTOMERS, cuts=CUTS["single_item"], rules=[Rule("<script>")])
    assert "&lt;script&gt;" in shown[0].data
    assert "<script>" not in shown[0].data


def test_without_customers_the_grid_is_zeros(shop: Any, shown: list[Any]) -> None:
    assert numbers(html_of(panel(shop, shown, CUSTOMERS.head(0)))) == ["0"] * 25


@pytest.mark.parametrize(
    ("desk", "kinds"),
    [
        pytest.param(False, {"text/plain", "text/html"}, marks=pytest.mark.slow),
        (True, {"text/plain", WIDGET}),
    ],
)
def test_in_a_kernel_only_the_desk_gets_a_widget(desk: bool, kinds: set[str]) -> None:
    code = (
        "import pandas as pd\nfrom datetime import date\nfrom types import SimpleNamespace\n"
        "from crmlib import panels\nfrom crmlib.analysis.rfm import CUTS, RULES\n"
        "frame = pd.DataFrame({'recency_days': [1, 90], 'n_orders': [1, 4], 'amount': [1, 2]})\n"
        "shop = SimpleNamespace(first_day=19000, as_of_day=20000, as_of=date(2024, 10, 4), client=None)\n"
        f"panels.rfm.cuts(shop, frame, cuts=CUTS['one_off'], rules=RULES['crmlib'], desk={desk})"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(ROOT)}}).execute()
    outputs = notebook.cells[0].outputs
    assert [set(output["data"]) for output in outputs] == [kinds]
    assert ("widgets" in notebook.metadata) is desk
