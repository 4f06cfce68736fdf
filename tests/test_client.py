from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from crmlib.client import NOTEBOOKS, Client, load_client
from crmlib.errors import UserError

SMALL = """\
name: acme
sources:
  orders:
    path: data/orders.csv
    columns: {customer_id: 会員ID, order_date: 受注日, order_amount: 合計}
"""
FULL_WIDTH = "is followed by a full-width colon, write '{}: ' with a half-width colon and a space."
NO_SPACE = "is followed by a colon without a space, write '{}: ' with a half-width colon and a space."
PATTERN = "must match names of files in the folder itself, such as '*.csv', without '/' and '..'."
ENCODINGS = ", must be one of 'utf-8', 'cp932', 'shift_jis', 'euc_jp', 'utf-16', 'cp1252', 'latin-1'."
# Nine lists of nine times the list before: 9 to the 9th texts.
LAUGHS = "rfm: {a0: &a0 x, " + ", ".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 10)) + "}\n"
FULL = """\
name: acme
title: {ja: アクメ商店, en: Acme}
language: en
currency: GBP
fiscal_year_start: 1
tax_basis: included
business_model: one_off
as_of: 2026-03-31
timezone: Europe/London
policy: {cancelled: keep, same_day: merge}
sources:
  orders:
    path: data/orders
    pattern: "*.csv"
    columns: {customer_id: 会員ID, ordered_at: 受注日, unit_price: 価格}
    values: {status: {1: cancelled, "*": valid}}
    date_format: ["%Y/%m/%d", "%d.%m.%Y %H:%M"]
notebooks: [rfm, nps]
formats: [html]
timeout_seconds: 60
rfm: {scoring: quantile}
"""


def write(folder: Path, text: str | bytes, name: str = "acme.yml") -> Path:
    path = folder / "parameters" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def refusal(folder: Path, text: str | bytes) -> str:
    with pytest.raises(UserError) as error:
        load_client(write(folder, text))
    return str(error.value)


def test_a_small_file_is_enough(tmp_path: Path) -> None:
    client = load_client(write(tmp_path, SMALL))
    assert (client.name, client.language, client.currency, client.minor_units) == ("acme", "ja", "JPY", 0)
    assert (client.policy.cancelled, client.policy.pending, client.policy.same_day) == ("leave_out", "keep", "separate")
    assert client.notebooks == list(NOTEBOOKS)
    assert (client.title_in("ja"), client.section("rfm"), client.section("ltv")) == ("acme", {}, {})


def test_every_key_is_read(tmp_path: Path) -> None:
    client = load_client(write(tmp_path, FULL))
    assert (client.title_in("ja"), client.title_in("en")) == ("アクメ商店", "Acme")
    assert (client.as_of, client.minor_units, client.fiscal_year_start) == (date(2026, 3, 31), 2, 1)
    assert (client.policy.cancelled, client.policy.same_day) == ("keep", "merge")
    assert client.sources["orders"].values == {"status": {"1": "cancelled", "*": "valid"}}
    assert client.section("rfm") == {"scoring": "quantile"}


def test_home_is_above_the_folder_parameters_or_the_files_own(tmp_path: Path) -> None:
    assert load_client(write(tmp_path, SMALL)).home == tmp_path
    (tmp_path / "acme.yml").write_text(SMALL, encoding="utf-8")
    assert load_client(tmp_path / "acme.yml").home == tmp_path
    assert load_client(str(tmp_path / "acme.yml")).path == tmp_path / "acme.yml"


def test_a_name_is_looked_for_under_parameters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, SMALL)
    monkeypatch.chdir(tmp_path)
    assert load_client("acme").path == tmp_path / "parameters" / "acme.yml"
    assert load_client("demo").home == Path(__file__).resolve().parents[1]
    with pytest.raises(UserError) as error:
        load_client("acmi")
    assert str(error.value) == "there is no client 'acmi' under parameters/, did you mean 'acme'?"


def test_a_path_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError) as error:
        load_client("parameters/nosuch.yml")
    assert str(error.value) == "parameters/nosuch.yml: there is no such client file."


def test_a_name_longer_than_any_file_is_no_client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError) as error:
        load_client("x" * 5000 + ".yml")
    assert str(error.value) == "x" * 5000 + ".yml: there is no such client file."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        # unknown keys, at the top, in the policy and in a source
        (SMALL + "currenci: JPY\n", " line 6: unknown key 'currenci', did you mean 'currency'?"),
        (SMALL + "policy:\n  canceled: keep\n", " line 7: unknown key 'policy.canceled', did you mean 'cancelled'?"),
        (SMALL + "    colums: {}\n", " line 6: unknown key 'sources.orders.colums', did you mean 'columns'?"),
        # wrong types and values
        (SMALL + "timeout_seconds: soon\n", " line 6: timeout_seconds is 'soon', must be a whole number."),
        (SMALL + "language: fr\n", " line 6: language is 'fr', must be 'ja' or 'en'."),
        (SMALL + "policy: {zero_yen: drop}\n", " line 6: policy.zero_yen is 'drop', must be 'leave_out' or 'keep'."),
        (SMALL + "formats: [pfd]\n", " line 6: formats.0 is 'pfd', must be 'html', 'xlsx', 'pdf' or 'pptx'."),
        (SMALL + "notebooks: rfm\n", " line 6: notebooks is 'rfm', must be a list."),
        (SMALL + "rfm: fixed\n", " line 6: rfm is 'fixed', must be a mapping."),
        (SMALL + "fiscal_year_start: 13\n", " line 6: fiscal_year_start is '13', must be at most 12."),
        (SMALL + "as_of: tomorrow\n", " line 6: as_of is 'tomorrow', must be a date such as 2026-03-31."),
        (SMALL + "as_of: 2026-02-30\n", " line 6: as_of is '2026-02-30', which is no date or number."),
        (SMALL + "currency: JPN\n", " line 6: currency is 'JPN', did you mean 'JPY'?"),
        (SMALL + "timezone: Asia/Tokio\n", " line 6: timezone is 'Asia/Tokio', did you mean 'Asia/Tokyo'?"),
        (SMALL + "    header: false\n", " line 6: sources.orders.header is 'false', must be true."),
        (SMALL + "language: [ja]\n", " line 6: language is a list, must be 'ja' or 'en'."),
        (
            SMALL.replace("data/orders.csv", "[a.csv, b.csv]"),
            " line 4: sources.orders.path is a list, must be one text, such as 'path: data/acme/orders.csv'.",
        ),
        (
            SMALL.replace("受注日", "[受注日, 注文日]"),
            " line 5: sources.orders.columns.order_date is a list, must be one text, such as 'order_date: 会員ID'.",
        ),
        (
            SMALL + "    values: {status: {完了: [valid]}}\n",
            " line 6: sources.orders.values.status.完了 is a list, must be one text, such as '完了: valid'.",
        ),
        (SMALL + "notebooks: [[rfm]]\n", " line 6: notebooks.0 is a list, must be one text, such as 'rfm'."),
        # full-width colons and missing spaces, which YAML takes for texts or for something in the next line
        (SMALL + "language：ja\ncurrency: JPY\n", " line 6: key 'language' " + FULL_WIDTH.format("language")),
        (SMALL + "currency: JPY\nlanguage:ja\n", " line 7: key 'language' " + NO_SPACE.format("language")),
        (SMALL + "langage：ja\n", " line 6: key 'langage' " + FULL_WIDTH.format("langage")),
        ("name：acme\n", " line 1: key 'name' " + FULL_WIDTH.format("name")),
        (SMALL.replace("orders:", "orders："), " line 3: key 'orders' " + FULL_WIDTH.format("orders")),
        (SMALL.replace("path: ", "path:"), " line 4: key 'path' " + NO_SPACE.format("path")),
        (
            SMALL.replace("customer_id: ", "customer_id："),
            " line 5: key 'customer_id' " + FULL_WIDTH.format("customer_id"),
        ),
        (
            SMALL.replace("customer_id: ", "customer_id:"),
            " line 5: key 'customer_id' " + NO_SPACE.format("customer_id"),
        ),
        (SMALL + "policy:\n  pending：keep\n", " line 7: key 'pending' " + FULL_WIDTH.format("pending")),
        (SMALL + "    values: {status: {完了：valid}}\n", " line 6: key '完了' " + FULL_WIDTH.format("完了")),
        (
            SMALL + "    values:\n      status:\n        完了：valid\n",
            " line 8: key '完了' " + FULL_WIDTH.format("完了"),
        ),
        # keys twice, missing, no mapping, no YAML, tabs, not UTF-8, empty
        (SMALL + "name: acme\n", " line 6: key 'name' stands twice, first in line 1."),
        (SMALL + "    path: x\n", " line 6: key 'sources.orders.path' stands twice, first in line 4."),
        ("name: acme\n", ": key 'sources' is missing."),
        ("sources: {}\n", ": key 'name' is missing."),
        ("- acme\n", ": a client file must be a mapping of keys to values."),
        ("", ": a client file must be a mapping of keys to values."),
        ("name: [acme\n", " line 2: this is not YAML (expected ',' or ']', but got '<stream end>')."),
        (SMALL + "policy:\n\tzero_yen: keep\n", " line 7: a tab stands where spaces are expected; indent with spaces."),
        (SMALL.encode("cp932"), ": the client file is not UTF-8."),
        # the name
        (SMALL.replace("acme", "acmi"), " line 1: name is 'acmi', must be 'acme' like the file."),
        (
            SMALL.replace("acme", "Acme Ltd"),
            " line 1: name is 'Acme Ltd', must be 1 to 40 of a-z, 0-9, - and _, a letter or digit first.",
        ),
        # tables, columns, values
        (SMALL.replace("orders:", "order:"), " line 3: unknown table 'order', did you mean 'orders'?"),
        (
            SMALL.replace("order_amount", "ordre_amount"),
            " line 5: unknown column 'ordre_amount' of orders, did you mean 'order_amount'?",
        ),
        (
            SMALL.replace("orders:", "surveys_sent:").replace("order_date", "residence"),
            (
                " line 5: unknown column 'residence' of surveys_sent,"
                " must be one of 'survey_id', 'customer_id', 'sent_at'."
            ),
        ),
        (
            SMALL.replace("order_amount", "fee"),
            " line 5: sources.orders.columns lacks 'line_amount' or 'unit_price' or 'order_amount'.",
        ),
        (
            SMALL.replace("合計", "合計, ordered_at: 受注日"),
            " line 5: sources.orders.columns has both 'ordered_at' and 'order_date', which mean the same.",
        ),
        (
            SMALL + "    values: {status: {取消: canceled}}\n",
            " line 6: '取消' becomes 'canceled', unknown for orders.status, did you mean 'cancelled'?",
        ),
        ("name: acme\nsources: {}\n", " line 2: sources is empty, must name at least one table."),
        (
            SMALL.replace("path: data/orders.csv", "file: x.csv"),
            " line 3: sources.orders needs one of 'path', 'package' with 'file', 'database', or a 'query' over files.",
        ),
        (
            SMALL.replace("path: data/orders.csv", "package: lifetimes"),
            " line 3: sources.orders needs 'package' and 'file' together.",
        ),
        # formats and encodings
        (
            SMALL + "    date_format: yyyy/mm/dd\n",
            " line 6: date_format is 'yyyy/mm/dd', must be made of directives such as %Y-%m-%d %H:%M:%S.",
        ),
        (
            SMALL + '    date_format: "%Y-%m-%d %"\n',
            " line 6: date_format is '%Y-%m-%d %', must be made of directives such as %Y-%m-%d %H:%M:%S.",
        ),
        (
            SMALL + '    date_format: ["%Y", "%-Y"]\n',
            " line 6: date_format is '%-Y', must be made of directives such as %Y-%m-%d %H:%M:%S.",
        ),
        (SMALL + '    encoding: "cp932\\0"\n', " line 6: encoding is 'cp932\0', did you mean 'cp932'?"),
        (SMALL + "    encoding: undefined\n", f" line 6: encoding is 'undefined'{ENCODINGS}"),
        # dates are dates, not seconds
        (SMALL + "as_of: 0\n", " line 6: as_of is '0', must be a date such as 2026-03-31."),
        (SMALL + 'as_of: "1700000000"\n', " line 6: as_of is '1700000000', must be a date such as 2026-03-31."),
        (SMALL + "as_of: 1.5\n", " line 6: as_of is '1.5', must be a date such as 2026-03-31."),
        (SMALL + "as_of: true\n", " line 6: as_of is 'true', must be a date such as 2026-03-31."),
        (
            SMALL + "as_of: 2026-03-31 10:00\n",
            " line 6: as_of is '2026-03-31 10:00', must be a date such as 2026-03-31.",
        ),
        # anchors, depth, tags, half characters
        (SMALL + "rfm: &a {x: *a}\n", " line 6: the keys are nested too deeply."),
        (SMALL + "rfm: {x: " + "[" * 30 + "]" * 30 + "}\n", " line 6: the keys are nested too deeply."),
        (SMALL + "rfm: {x: " + "[" * 3000 + "]" * 3000 + "}\n", " line 6: the keys are nested too deeply."),
        (SMALL + LAUGHS, " line 6: the anchors make the file too large."),
        (SMALL + "title: !!timestamp abc\n", " line 6: title is 'abc', which is no date or number."),
        (SMALL + "title: !!bool abc\n", " line 6: title is 'abc', which is no true or false."),
        (SMALL + "title: !!int ''\n", " line 6: title is '', which is no number."),
        (SMALL + "title: !!float x\n", " line 6: title is 'x', which is no number."),
        (
            SMALL + 'title: "\\ud800"\n',
            " line 6: title holds half a character (\\ud800 to \\udfff), write the character.",
        ),
        (SMALL + "title: '   '\n", " line 6: title is blank, write the client's name or leave the key out."),
        (SMALL + f"title: {{ja: 花, en: {'x' * 201}}}\n", " line 6: title has 201 characters, must have at most 200."),
        *(
            (
                SMALL + f'title: "a{mark}b"\n',
                " line 6: title holds a control character or a line break, must be one line of plain text.",
            )
            for mark in ("\\n", "\\0", "\\x07", "\\x85", "\\uffff")
        ),
        # names of files and notebooks
        (
            SMALL + '    pattern: "../*.csv"\n',
            f" line 6: sources.orders.pattern is '../*.csv', {PATTERN}",
        ),
        (
            SMALL + '    pattern: "**/*.csv"\n',
            f" line 6: sources.orders.pattern is '**/*.csv', {PATTERN}",
        ),
        (
            SMALL.replace("orders.csv", "x" * 300),
            " line 4: sources.orders.path is longer than a file's name can be.",
        ),
        (
            SMALL.replace("data/orders.csv", "d/" * 600),
            " line 4: sources.orders.path is longer than a file's name can be.",
        ),
        (
            SMALL.replace("data/orders.csv", '"a\\0b"'),
            " line 4: sources.orders.path holds a NUL character, which no file's name can.",
        ),
        *(
            (
                SMALL + f"notebooks: [rfm, '{name}']\n",
                f" line 6: notebook '{name}' must be 1 to 40 of a-z, 0-9 and _, a letter first, and not 'index'.",
            )
            for name in ("index", "../x/evil", "<b>x", "Rfm", "")
        ),
        (
            SMALL + "    encoding: cp933x\n",
            " line 6: encoding is 'cp933x', did you mean 'cp932'?",
        ),
    ],
)
def test_a_wrong_file_is_answered_by_one_sentence(tmp_path: Path, text: str | bytes, message: str) -> None:
    assert refusal(tmp_path, text) == f"parameters/acme.yml{message}"


@pytest.mark.parametrize(
    "more",
    ["    # language：ja\n", "remarks:\n  注意：四月に値上げ\n", "remarks: |\n  name：花\n  en:x\n",
     "    values: {status: {'完了：済': valid, 取消：済: cancelled}}\n", "title: name：花\n"],
)  # fmt: skip
def test_full_width_colons_inside_texts_are_text(tmp_path: Path, more: str) -> None:
    assert load_client(write(tmp_path, SMALL + more)).name == "acme"


def test_messages_name_the_file_from_its_home_not_from_this_machine(tmp_path: Path) -> None:
    (tmp_path / "acme.yml").write_text("- x\n", encoding="utf-8")
    with pytest.raises(UserError) as error:
        load_client(tmp_path / "acme.yml")
    assert str(error.value) == "acme.yml: a client file must be a mapping of keys to values."


@pytest.mark.parametrize("name", ["demo", "cdnow"])
def test_the_client_files_of_the_project_can_be_read(name: str) -> None:
    assert isinstance(load_client(name), Client)


def test_marks_that_turn_the_writing_round_are_taken_out_of_a_title(tmp_path: Path) -> None:
    client = load_client(write(tmp_path, SMALL + 'title: "花の店\\u202e 12\\u2028号\\u200e"\n'))
    assert client.title_in("ja") == "花の店 12 号"
    assert load_client(write(tmp_path, SMALL + f"title: {'x' * 200}\n")).title_in("en") == "x" * 200


def test_remarks_are_said_in_the_language_asked_for(tmp_path: Path) -> None:
    client = load_client(write(tmp_path, SMALL + "\nremarks: {ja: 備考, en: Remarks}\n"))
    assert (client.remarks_in("ja"), client.remarks_in("en")) == ("備考", "Remarks")
