"""A shop on the spot: a client file and its exports, written into the test's own folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from crmlib.shop import Shop, open_shop

MakeClient = Callable[..., Path]
MakeShop = Callable[..., Shop]


@pytest.fixture
def make_client(tmp_path: Path) -> MakeClient:
    """Write `data/<file>` for every file and `parameters/acme.yml`; `columns` and the like belong to orders."""

    def make(files: dict[str, str | bytes], sources: dict[str, Any], **keys: Any) -> Path:
        for name, content in files.items():
            path = tmp_path / "data" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        client = tmp_path / "parameters" / "acme.yml"
        client.parent.mkdir(exist_ok=True)
        data = {"name": "acme", "currency": "JPY", **keys, "sources": sources}
        client.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
        return client

    return make


@pytest.fixture
def make_shop(make_client: MakeClient) -> MakeShop:
    """The same, opened."""

    def make(files: dict[str, str | bytes], sources: dict[str, Any], as_of: str | None = None, **keys: Any) -> Shop:
        return open_shop(make_client(files, sources, **keys), as_of=as_of)

    return make


@pytest.fixture
def orders_of(make_shop: MakeShop) -> MakeShop:
    """A shop from one orders file whose headers are the canonical names."""

    def make(content: str | bytes, name: str = "orders.csv", **keys: Any) -> Shop:
        source = {"path": f"data/{name}", **keys.pop("source", {})}
        return make_shop({name: content}, {"orders": source}, **keys)

    return make
