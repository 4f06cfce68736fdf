"""The run on real cold kernels: each verdict, and the report that stands afterwards."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import crmlib
from crmlib.batch.pool import Pool
from crmlib.batch.progress import Progress
from crmlib.batch.run import ClientRun, Request, run_client
from tests.batch.conftest import StubClient, StubShop, Write


@pytest.fixture(scope="module")
def pool():
    with Pool(1) as pool:
        yield pool


@pytest.fixture
def run(client: StubClient, shop: StubShop, pool: Pool, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(vars(crmlib), "open_shop", lambda path: shop)

    def run(**asked) -> ClientRun:
        return run_client(client, Request(**asked), pool, Progress(terminal=False))

    return run


def reasons(result: ClientRun) -> dict[str, str]:
    return {name: str(verdict.reason) for name, verdict in result.verdicts.items()}


def test_a_good_notebook_is_published(client, write: Write, run):
    write("small")
    result = run()
    assert {name: verdict.verdict for name, verdict in result.verdicts.items()} == {"small": "ok"}, reasons(result)
    assert result.defect == ""
    assert result.folder == client.home / "reports" / "acme" / "2026-03-31"
    names = sorted(path.name for path in result.folder.iterdir())
    assert names == ["evidence", "exhibits.json", "index.html", "manifest.json", "small.html"]
    told = json.loads((result.folder / "exhibits.json").read_text(encoding="utf-8"))
    assert told["notebooks"]["small"]["metrics"]["n_customers"]["value"] == 3
