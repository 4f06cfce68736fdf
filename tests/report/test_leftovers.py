"""A finished report holds no words of the other language, no raw codes, and no marks of what went wrong."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from crmlib.report.publish import publish
from tests.report import samples
from tests.report.leftovers import Data, faults, leftovers

ROOT = Path(__file__).resolve().parents[2]
SOAP = Data.of({"結ノ葉 Soap No 5"})


@pytest.mark.parametrize(
    ("text", "language", "fault"),
    [
        ("まだ too fewです", "ja", "the other language, 'too'"),
        ("売上は結ノ葉です", "en", "the other language, '売上は結ノ葉です'"),
        ("設定は contact_cost", "ja", "the raw code 'contact_cost'"),
        ("Verdict: too_few", "en", "the raw code 'too_few'"),
        ("Of {n:customers}", "en", "a placeholder, '{n:customers}'"),
        ("%(n)s人", "ja", "a placeholder, '%(n)s'"),
        ("The share is nan", "en", "a missing value, 'nan'"),
        ("None", "en", "a missing value, 'None'"),
        ("差は -0.0", "ja", "a negative zero, '-0.0'"),
        ("終わりました。。", "ja", "a doubled mark, '。。'"),
        ("Over ()", "en", "a doubled mark, '()'"),
        ("2 customer left", "en", "a singular for many, '2 customer'"),
        ("1 customers left", "en", "a plural of one, '1 customers'"),
        ("Source: domain.md 5", "en", "an internal source, 'domain.md'"),
        ("Proposal [inf]", "en", "an internal source, '[inf]'"),
    ],
)
def test_what_must_not_stand_in_a_report_is_seen(text: str, language: str, fault: str) -> None:
    assert fault in faults(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("「結ノ葉 Soap No 5」のLTVとNPS（Excel、demo.xlsx）、-0.5pt、0.0%", "ja"),
        ("“結ノ葉 Soap No 5” sold to 1 customer, 2 customers, 21 days; a 2-day gap; no targets", "en"),
        ("None of these; n = 1,000 customers… and so on", "en"),
        ("目標に書けるKPI記号：n_orders", "ja"),
    ],
)
def test_names_data_and_right_words_are_no_faults(text: str, language: str) -> None:
    assert faults(text, language, SOAP) == []


def test_nothing_is_left_in_a_short_english_report(tmp_path: Path) -> None:
    rows = [["champions", 1, 0.5, "結ノ葉 ジェル"], ["lost", None, None, "B"]]
    parts = [
        "# Who?\n\n## Where?\n\nA text.",
        samples.metric("m", 1, "customers", title="Customers"),
        samples.table("t", ["segment", "n_customers", "share_customers", "item"], rows),
        samples.finding("f", "A finding on “結ノ葉 ジェル”."),
        samples.conclusion("c", "A conclusion."),
        samples.sheet("s", pd.DataFrame({"customer_id": ["結ノ葉 9"]}), tmp_path),
    ]
    publish(samples.one(tmp_path, parts, language="en"), tmp_path)
    assert leftovers(tmp_path, "en") == []


@pytest.mark.slow
@pytest.mark.parametrize("client", ["cdnow", "completejourney"])
def test_nothing_is_left_in_the_english_samples(tmp_path: Path, shared_data: Path, client: str) -> None:
    for name in ("parameters", "notebooks"):
        shutil.copytree(ROOT / name, tmp_path / "home" / name)
    (tmp_path / "shared").symlink_to(shared_data.parent)
    command = [sys.executable, "-m", "crmlib.cli", "run", client, "--lang", "en", "--formats", "html,xlsx,pdf,pptx"]
    subprocess.run(command, cwd=tmp_path / "home", check=True, capture_output=True, timeout=1800)
    (folder,) = (tmp_path / "home" / "reports" / client).glob("[0-9]*")
    assert leftovers(folder, "en") == []
