"""What was changed at the desk, on its way into the client file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from crmlib.cli import call
from crmlib.errors import UserError

ROOT = Path(__file__).resolve().parents[2]
CLIENT = """name: acme
language: en
tax_basis: included
notebooks: [rfm]
sources:
  orders:
    path: orders.csv
    columns: {order_id: id, customer_id: who, order_date: day, line_amount: yen}
rfm:
  new_days: 60   # a season
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A client whose copy of the rfm notebook lies at the desk."""
    (tmp_path / "parameters").mkdir()
    (tmp_path / "parameters" / "acme.yml").write_text(CLIENT, encoding="utf-8")
    (tmp_path / "orders.csv").write_text("id,who,day,yen\n1,a,2026-01-05,1000\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert call(["lab", "acme", "rfm", "--no-open"]) == 0
    return tmp_path


def change(home: Path, old: str, new: str, tag: str = "injected-parameters") -> None:
    path = home / "desk" / "acme" / "rfm.ipynb"
    notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    [cell] = [cell for cell in notebook["cells"] if tag in cell["metadata"].get("tags", ())]
    source = "".join(cell["source"])
    assert old in source
    cell["source"] = source.replace(old, new)
    path.write_text(json.dumps(notebook), encoding="utf-8")


def client_file(home: Path) -> str:
    return (home / "parameters" / "acme.yml").read_text(encoding="utf-8")


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = call(["keep", "acme", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_without_a_change_nothing_is_written(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "--yes") == (0, "No parameter was changed at the desk.\n", "")
    assert client_file(home) == CLIENT


def test_a_change_is_shown_and_written_only_when_it_is_said(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(home, "new_days = 60", "new_days = 45")
    change(home, "promo_days = 30", "promo_days = 14", tag="parameters")
    code, out, _ = said(capsys)
    assert code == 0
    assert "-  new_days: 60   # a season\n+  new_days: 45   # a season\n+  promo_days: 14\n" in out
    assert out.endswith("Nothing was written; with --yes it is.\n")
    assert client_file(home) == CLIENT
    assert said(capsys, "--yes")[1].endswith("parameters/acme.yml  written\n")
    assert yaml.safe_load(client_file(home))["rfm"] == {"new_days": 45, "promo_days": 14}
    assert "45   # a season" in client_file(home)
    assert said(capsys, "--yes")[1] == "No parameter was changed at the desk.\n"


def test_a_value_may_be_annotated(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(home, "new_days = 60", "new_days: int = 45")
    said(capsys, "--yes")
    assert "new_days: 45   # a season" in client_file(home)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("metadata", None),
        ("metadata", {"crm": None}),
        ("cells", [1]),
        ("cells", [{"cell_type": "code", "source": [1]}]),
        ("cells", [{"cell_type": "code", "metadata": {"tags": None}, "source": "x"}]),
    ],
)
def test_a_copy_that_has_lost_its_form_is_one_sentence(
    home: Path, capsys: pytest.CaptureFixture[str], key: str, value: object
) -> None:
    path = home / "desk" / "acme" / "rfm.ipynb"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), key: value}), encoding="utf-8")
    assert said(capsys, "--yes")[0] in (0, 2)
    assert client_file(home) == CLIENT


def test_a_default_that_the_client_file_overrides_is_no_change(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # The second cell wins over the first, as it does when the notebook runs.
    change(home, "new_days = 90", "new_days = 10", tag="parameters")
    assert said(capsys, "--yes")[1] == "No parameter was changed at the desk.\n"


def test_what_the_client_file_changed_meanwhile_is_not_undone(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "parameters" / "acme.yml").write_text(CLIENT.replace("new_days: 60", "new_days: 30"), encoding="utf-8")
    assert said(capsys, "--yes")[1] == "No parameter was changed at the desk.\n"
    assert "new_days: 30" in client_file(home)


def test_a_change_on_both_sides_is_told_before_it_is_written(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "parameters" / "acme.yml").write_text(CLIENT.replace("new_days: 60", "new_days: 30"), encoding="utf-8")
    change(home, "new_days = 60", "new_days = 45")
    assert said(capsys)[1].splitlines()[0] == (
        "desk/acme/rfm.ipynb: new_days was 60 when the copy was written; the client file now says 30, the copy 45."
    )


@pytest.mark.parametrize(
    ("new", "message"),
    [
        ("new_days = 'x'", 'desk/acme/rfm.ipynb: rfm.new_days is "x", must be a whole number'),
        ("new_days = 3 * 15", "desk/acme/rfm.ipynb: `new_days = 3 * 15` is worked out by code; write the value"),
        ("new_days = ", "desk/acme/rfm.ipynb: the parameters cannot be read, line "),
        ("new_days = {[]: 1}", "desk/acme/rfm.ipynb: `new_days = {[]: 1}` is worked out by code; write the value"),
        ("new_days = 45\nnew_days += 5", "desk/acme/rfm.ipynb: `new_days += 5` is worked out by code"),
        ("if client: new_days = 45", "desk/acme/rfm.ipynb: `if client: new_days = 45` is worked out by code"),
        ("a, new_days = 1, 45", "desk/acme/rfm.ipynb: `a, new_days = 1, 45` is worked out by code"),
        ("new_days = 45\0", "desk/acme/rfm.ipynb: the parameters cannot be read, line 1 is not Python"),
        (
            "new_days = __import__('os').getpid()",
            "desk/acme/rfm.ipynb: `new_days = __import__('os').getpid()` is worked",
        ),
    ],
)
def test_what_is_no_allowed_value_is_one_sentence(
    home: Path, capsys: pytest.CaptureFixture[str], new: str, message: str
) -> None:
    change(home, "new_days = 60", new)
    code, out, err = said(capsys, "--yes")
    assert (code, out) == (2, "")
    assert err.startswith(message)
    assert client_file(home) == CLIENT


def test_the_base_date_is_a_key_of_the_client_file_itself(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(home, "as_of = None", "as_of = '2025-12-31'")
    assert said(capsys, "--yes")[1].splitlines() == [
        "desk/acme/rfm.ipynb: as_of is a key of the client file itself and is not kept.",
        "No parameter was changed at the desk.",
    ]


def test_without_a_copy_it_says_how_to_get_one(home: Path) -> None:
    from crmlib.batch.kept import changes
    from crmlib.client import load_client

    client = load_client("acme")
    with pytest.raises(UserError, match=r"^'retention' has no copy in desk/acme, allowed are: rfm\.$"):
        changes(client, "retention")
    (home / "desk" / "acme" / "rfm.ipynb").unlink()
    with pytest.raises(UserError, match=r"^there is no copy in desk/acme; `crm lab acme` writes them\.$"):
        changes(client)


def test_a_copy_that_is_no_notebook_any_more_is_one_sentence(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "desk" / "acme" / "rfm.ipynb").write_text("{", encoding="utf-8")
    code, _, err = said(capsys, "--yes")
    assert code == 2
    assert err.startswith("desk/acme/rfm.ipynb: rfm.ipynb cannot be read as a notebook")
