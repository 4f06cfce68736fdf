"""Parameters written back into a client file: what changes, and that nothing else does."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlib.errors import UserError
from crmlib.keep import draft, draft_columns, write

ROOT = Path(__file__).resolve().parents[1]


def file(folder: Path, text: str) -> Path:
    path = folder / "acme.yml"
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize(
    ("before", "sections", "after"),
    [
        ("rfm:\n  a: 1  # why\n", {"rfm": {"a": 2}}, "rfm:\n  a: 2  # why\n"),
        ("rfm:\n  a: [1, 2]  # why\n  b: x\n", {"rfm": {"a": [3, 4]}}, "rfm:\n  a: [3, 4]  # why\n  b: x\n"),
        ("rfm:\n  a:\n    - 1\n    - 2\n  # end\nltv: {}\n", {"rfm": {"a": [3]}},
         "rfm:\n  a: [3]\n  # end\nltv: {}\n"),
        ("rfm:\n  a:   # why\n  - 1\n", {"rfm": {"a": None}}, "rfm:\n  a: null  # why\n"),
        ("rfm:\n  a: 1  # why\n\nltv:\n  b: 2\n", {"rfm": {"c": "x: y"}},
         "rfm:\n  a: 1  # why\n  c: 'x: y'\n\nltv:\n  b: 2\n"),
        ("rfm: {a: 1}  # short\n", {"rfm": {"b": 2}}, "rfm: {a: 1, b: 2}  # short\n"),
        ("rfm: {}\n", {"rfm": {"b": 2}}, "rfm: {b: 2}\n"),
        ("rfm:   # nothing yet\n  # a: 1\nltv: {x: 1}\n", {"rfm": {"b": 2}},
         "rfm:   # nothing yet\n  b: 2\n  # a: 1\nltv: {x: 1}\n"),
        ("rfm: null\nltv: {x: 1}\n", {"rfm": {"b": None}}, "rfm:\n  b: null\nltv: {x: 1}\n"),
        ("name: acme", {"rfm": {"b": True}}, "name: acme\n\nrfm:\n  b: true\n"),
        ("name: acme\r\nrfm:\r\n  a: 1\r\n", {"rfm": {"c": 2}}, "name: acme\r\nrfm:\r\n  a: 1\r\n  c: 2\r\n"),
        ("rfm:\n  a:", {"rfm": {"a": 2}}, "rfm:\n  a: 2"),
        ("\ufeffrfm:\r\n  a: 1 # c\r\n", {"rfm": {"a": 2}}, "\ufeffrfm:\r\n  a: 2 # c\r\n"),
        ("name: acme\nrfm:\n    a: 'x'\n", {"rfm": {"a": "結"}, "ltv": {"n": 1.5}},
         "name: acme\nrfm:\n    a: 結\n\nltv:\n  n: 1.5\n"),
    ],
)  # fmt: skip
def test_only_what_was_meant_changes(tmp_path: Path, before: str, sections: dict, after: str) -> None:
    assert draft(file(tmp_path, before), sections).after == after


def test_a_value_that_is_there_already_changes_nothing(tmp_path: Path) -> None:
    kept = draft(file(tmp_path, "rfm:\n  a: [ 1,2 ]\n"), {"rfm": {"a": [1, 2]}})
    assert kept.after == kept.before
    assert kept.diff == ""


def test_the_change_is_shown_before_it_is_written(tmp_path: Path) -> None:
    path = file(tmp_path, "name: acme\nrfm:\n  a: 1\n")
    kept = draft(path, {"rfm": {"a": 2}})
    assert path.read_text() == kept.before
    assert kept.diff.splitlines()[2:] == ["@@ -1,3 +1,3 @@", " name: acme", " rfm:", "-  a: 1", "+  a: 2"]
    write(kept)
    assert path.read_text() == "name: acme\nrfm:\n  a: 2\n"
    assert [each.name for each in tmp_path.iterdir()] == ["acme.yml"]


def test_what_somebody_else_wrote_is_not_lost(tmp_path: Path) -> None:
    path = file(tmp_path, "rfm:\n  a: 1\n")
    kept = draft(path, {"rfm": {"a": 2}})
    path.write_text("rfm:\n  a: 3\n")
    with pytest.raises(UserError, match=r"^acme\.yml has been changed by somebody else .*; nothing was written\.$"):
        write(kept)
    assert path.read_text() == "rfm:\n  a: 3\n"


@pytest.mark.parametrize(
    ("before", "message"),
    [
        ("x: &one [1]\nrfm:\n  a: *one\n", r"^acme\.yml: the value of rfm\.a is shared with another key"),
        ("rfm:\n  a: &one [1]\nx: *one\n", r"^acme\.yml: the value of rfm\.a is shared with another key"),
        ("rfm: 3\n", r"^acme\.yml: rfm is not a map of parameters, so a cannot be kept in it\.$"),
        ("- 1\n", r"^acme\.yml is not a map of keys"),
        ("rfm: [\n", r"^acme\.yml is not valid YAML"),
        ("rfm:\n  a: !!python/name:os.system\n", r"^acme\.yml is not valid YAML"),
        ("rfm:\n  a: 2026-13-45\n", r"^acme\.yml is not valid YAML"),
    ],
)
def test_what_cannot_be_changed_alone_is_refused(tmp_path: Path, before: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        draft(file(tmp_path, before), {"rfm": {"a": [2]}})


def test_half_a_character_is_no_value(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"^acme\.yml: a value holds half a character"):
        draft(file(tmp_path, "rfm:\n  a: 1\n"), {"rfm": {"b": ["\ud800"]}})


def test_a_file_that_is_locked_against_writing_stays(tmp_path: Path) -> None:
    path = file(tmp_path, "rfm:\n  a: 1\n")
    path.chmod(0o444)
    with pytest.raises(UserError, match=r"^acme\.yml cannot be written \(Permission denied\); nothing was changed\.$"):
        write(draft(path, {"rfm": {"a": 2}}))
    assert path.read_text() == "rfm:\n  a: 1\n"


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "acme.yml"
    path.write_bytes(b"name: \xff\xfe")
    with pytest.raises(UserError, match=r"^acme\.yml cannot be read as UTF-8 text"):
        draft(path, {"rfm": {"a": 1}})


@pytest.mark.parametrize("name", ["demo", "cdnow", "completejourney"])
def test_the_samples_keep_every_other_line(name: str) -> None:
    path = ROOT / "parameters" / f"{name}.yml"
    sections = {"rfm": {"r_cuts": [31, 61, 181, 366]}, "retention": {"nobody": "new"}}
    kept = draft(path, sections)
    lost = [line for line in kept.diff.splitlines()[3:] if line.startswith("-")]
    assert all("r_cuts" in line for line in lost)
    assert yaml.safe_load(kept.after)["rfm"]["r_cuts"] == [31, 61, 181, 366]


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.floats(-5, 5), st.text("a結:#'\"-? \n", max_size=5),
    st.lists(st.integers(0, 9), max_size=3),
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(
    old=st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3), new=VALUES, flow=st.booleans(),
    name=st.sampled_from("abcd"),
)  # fmt: skip
def test_any_value_is_read_back_as_it_was_meant(
    tmp_path_factory: pytest.TempPathFactory, old: dict, new: object, flow: bool, name: str
) -> None:
    text = yaml.safe_dump({"name": "acme", "rfm": old, "ltv": {"x": 1}}, default_flow_style=flow, allow_unicode=True)
    path = file(tmp_path_factory.mktemp("keep"), text)
    after = draft(path, {"rfm": {name: new}}).after
    assert yaml.safe_load(after) == {"name": "acme", "rfm": {**old, name: new}, "ltv": {"x": 1}}


COLUMNS = (
    "name: acme   # ours\nsources:\n  orders:\n    path: a.csv\n    columns:   # header\n      order_id: No  # key\n"
)


@pytest.mark.parametrize(
    ("before", "columns", "after"),
    [
        (COLUMNS, {"order_id": "注文番号"}, COLUMNS.replace("No  #", "注文番号  #")),
        (COLUMNS, {"order_id": "No"}, COLUMNS),
        (COLUMNS, {"status": "yes"}, COLUMNS + "      status: 'yes'\n"),
        (COLUMNS, {"order_id": None, "status": "a: b"}, COLUMNS.replace("order_id: No  # key", "status: 'a: b'")),
        (COLUMNS, {"fee": None}, COLUMNS),
        (COLUMNS.replace("\n", "\r\n"), {"fee": "送料"}, COLUMNS.replace("\n", "\r\n") + "      fee: 送料\r\n"),
        ("sources:\n  orders:\n    path: a.csv", {"fee": "x"},
         "sources:\n  orders:\n    path: a.csv\n    columns:\n      fee: x\n"),
        ("sources:\n  orders:\n    path: a.csv\n# end\n", {"fee": "x"},
         "sources:\n  orders:\n    path: a.csv\n    columns:\n      fee: x\n# end\n"),
        ("sources:\n  orders:\n    columns:\n    path: a.csv\n", {"fee": "x"},
         "sources:\n  orders:\n    columns:\n      fee: x\n    path: a.csv\n"),
        ("sources:\n  orders:\n    columns: {order_id: No}\n", {"order_id": "番号", "fee": "x"},
         "sources:\n  orders:\n    columns: {order_id: 番号, fee: x}\n"),
        ("sources:\n  orders:\n    columns: {}\n    path: a\n", {"fee": "x"},
         "sources:\n  orders:\n    columns: {fee: x}\n    path: a\n"),
    ],
)  # fmt: skip
def test_columns_of_a_source_change_and_every_other_byte_stays(
    tmp_path: Path, before: str, columns: dict[str, str | None], after: str
) -> None:
    file = tmp_path / "acme.yml"
    file.write_bytes(before.encode())
    drafted = draft_columns(file, columns)
    assert drafted.after == after
    write(drafted)
    assert file.read_bytes() == after.encode()


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("name: acme\n", {"fee": "x"}),
        ("sources: {orders: {path: a}}\n", {"fee": "x"}),
        ("sources:\n  orders:\n    columns: [a]\n", {"fee": "x"}),
        ("sources:\n  orders:\n    columns: {order_id: No, fee: x}\n", {"fee": None}),
        ("sources:\n  orders:\n    columns:\n      fee: x\n", {"fee": None}),
        ("a: &h No\nsources:\n  orders:\n    columns:\n      fee: *h\n", {"fee": "x"}),
    ],
)
def test_columns_that_cannot_be_changed_alone_are_refused(
    tmp_path: Path, text: str, columns: dict[str, str | None]
) -> None:
    file = tmp_path / "acme.yml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=r"acme\.yml"):
        draft_columns(file, columns)
    assert file.read_text(encoding="utf-8") == text
