"""The page on the client file says what the code does: every key, column, value, reason and note."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest

from crmlib.client import MINOR_UNITS, NOTEBOOKS, Client, load_client
from crmlib.data.ledger import ADJUSTMENTS, REASONS
from crmlib.data.parse import moment
from crmlib.data.settings import Policy, Source
from crmlib.data.tables import INPUTS, REQUIRED

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "client-file.md").read_text(encoding="utf-8")
JAPANESE = (ROOT / "docs" / "client-file.ja.md").read_text(encoding="utf-8")


def rows(heading: str, head: str) -> dict[str, list[str]]:
    """The cells of a table under a heading, by their first cell."""
    section = re.split(r"\n#{2,3} ", PAGE.split(f"# {heading}\n")[1])[0]
    lines = section.split(f"| {head} |")[1].split("\n\n")[0].splitlines()[2:]
    cells = [[cell.strip() for cell in line.strip("| ").split("|")] for line in lines]
    return {row[0].strip("`"): row[1:] for row in cells}


def codes(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@pytest.mark.parametrize(("heading", "model"), [("Keys", Client), ("Policy", Policy), ("Sources", Source)])
def test_every_key_of_the_client_file_is_on_the_page_and_no_other(heading: str, model: Any) -> None:
    assert list(rows(heading, "key")) == list(model.model_fields)


@pytest.mark.parametrize(("heading", "model"), [("Keys", Client), ("Policy", Policy), ("Sources", Source)])
def test_values_and_defaults_of_the_keys_are_those_of_the_code(heading: str, model: Any) -> None:
    for name, (value, default, *_) in rows(heading, "key").items():
        field = model.model_fields[name]
        choices = [choice for choice in get_args(field.annotation) if isinstance(choice, str)]
        assert codes(value) == choices or not choices, name
        if field.is_required():
            assert default == "required", name
        elif isinstance(field.default, str | int) and field.default != "":
            assert codes(default) == [str(field.default).lower() if field.default is True else str(field.default)], name


def test_lists_and_currencies_of_the_keys_are_those_of_the_code() -> None:
    keys = rows("Keys", "key")
    assert codes(keys["currency"][0]) == list(MINOR_UNITS)
    assert codes(keys["notebooks"][0]) == list(NOTEBOOKS)
    assert codes(keys["formats"][0]) == list(get_args(get_args(Client.model_fields["formats"].annotation)[0]))
    assert codes(keys["formats"][1]) == Client.model_fields["formats"].default
    formats = [choice for part in get_args(Source.model_fields["format"].annotation) for choice in get_args(part)]
    assert codes(rows("Sources", "key")["format"][0]) == formats


def test_every_table_is_on_the_page() -> None:
    assert re.findall(r"\n### (\w+)\n", PAGE) == list(INPUTS)


@pytest.mark.parametrize("table", list(INPUTS))
def test_every_column_is_on_the_page_with_its_kind_and_values(table: str) -> None:
    found = rows(table, "column")
    assert list(found) == list(INPUTS[table])
    for name, (kind, required, meaning) in found.items():
        column = INPUTS[table][name]
        assert (kind, bool(meaning)) == (column.kind, True), name
        if column.kind == "code":
            values, _, blank = meaning.partition("; blank is ")
            assert codes(values) == list(column.allowed), name
            assert codes(blank) == ([column.default] if column.default else []), name
        group = next((group for group in REQUIRED[table] if name in group), ())
        wanted = "yes" if len(group) == 1 else "this" if group else "no"
        assert required.split(",")[0].split(" or ")[0] == wanted, name
        assert set(codes(required)) == set(group) - {name}, name


def test_every_kind_reason_and_adjustment_is_on_the_page_in_order() -> None:
    assert set(rows("Tables", "kind")) == {column.kind for table in INPUTS.values() for column in table.values()}
    assert list(rows("What becomes of every row", "reason")) == list(REASONS)
    assert list(rows("What becomes of every row", "line")) == list(ADJUSTMENTS)


def test_every_note_is_on_the_page() -> None:
    files = ("data/prepare.py", "data/unpack.py", "data/door_notes.py", "data/matching.py", "shop.py")
    code = "".join((ROOT / "crmlib" / name).read_text(encoding="utf-8") for name in files)
    made = re.findall(r'f"(\w+): (?:\{table\}|orders): ', code)
    assert sorted(rows("What becomes of every row", "note")) == sorted(set(made))


@pytest.mark.parametrize("text", ["2026-03-31", "2026/3/31", "2026年3月31日", "20260331", "2026/3/31 9:05"])
def test_the_usual_forms_of_dates_are_read(text: str) -> None:
    import duckdb

    ((found,),) = duckdb.execute(
        f"SELECT {moment('x', None, 'Asia/Tokyo')}::DATE FROM (SELECT '{text}' AS x)"
    ).fetchall()
    assert str(found) == "2026-03-31"


def test_the_example_of_the_page_is_a_client_file(tmp_path: Path) -> None:
    (tmp_path / "acme.yml").write_text(re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[0], encoding="utf-8")
    assert load_client(tmp_path / "acme.yml").name == "acme"


def test_links_of_the_page_lead_to_its_headings() -> None:
    headings = {heading.lower() for heading in re.findall(r"\n##+ (\w+)\n", PAGE)}
    assert set(re.findall(r"\(#(\w+)\)", PAGE)) <= headings


def outline(page: str) -> list[str]:
    """What both pages have alike: the depth of headings, the rows of tables by their codes, examples, lists."""
    text = re.sub(r"```yaml.*?```", "example", page, flags=re.DOTALL)
    lines = [line for line in text.splitlines() if re.match(r"#|\||- |example", line)]
    return [" ".join(sorted({line.split(" ")[0], *codes(line)})) for line in lines]


def test_the_japanese_page_has_every_heading_row_code_and_example_of_the_english_one() -> None:
    assert outline(JAPANESE) == outline(PAGE)
    examples = r"```yaml\n(.*?)```"
    assert re.findall(examples, JAPANESE, re.DOTALL) == re.findall(examples, PAGE, re.DOTALL)
    assert re.findall(r"\n### (\w+)\n", JAPANESE) == list(INPUTS)
    prose = re.sub(r"```yaml.*?```|`[^`]*`", "", JAPANESE, flags=re.DOTALL)
    # Words of the English page are no words here; kinds of columns are codes.
    assert re.findall(r"(?<![\w.])(?:the|of|or|is|as|and|with|likewise|required)(?!\w)", prose) == [], "English"


def test_links_of_the_japanese_page_lead_to_its_headings() -> None:
    headings = {heading.lower() for heading in re.findall(r"\n##+ (\w+)\n", JAPANESE)}
    assert set(re.findall(r"\(#(\w+)\)", JAPANESE)) <= headings
    files = re.findall(r"\((\w[\w.]*\.md)\)", JAPANESE)
    assert files
    assert all((ROOT / "docs" / file).is_file() for file in files)
