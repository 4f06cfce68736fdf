"""What the door is told: one source, the counting policy, and where things lie. The client file is made of these."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

LeaveOut = Literal["leave_out", "keep"]


class Policy(BaseModel):
    """What counts as a purchase; used by every analysis and printed in every report."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cancelled: LeaveOut = "leave_out"
    returned: LeaveOut = "leave_out"
    pending: LeaveOut = "keep"
    test: LeaveOut = "leave_out"
    staff: LeaveOut = "leave_out"
    sample: LeaveOut = "leave_out"
    zero_yen: LeaveOut = "leave_out"
    negative: LeaveOut = "leave_out"
    exact_duplicates: LeaveOut = "leave_out"
    same_day: Literal["separate", "merge"] = "separate"
    shipping_and_fees: LeaveOut = "leave_out"
    refunds: Literal["subtract", "ignore"] = "subtract"


class Source(BaseModel):
    """Where one table comes from and how its columns and values are to be read."""

    model_config = ConfigDict(extra="forbid")

    path: str | None = None
    package: str | None = None
    file: str | None = None
    database: str | None = None
    query: str | None = None
    table: str | None = None
    pattern: str | None = None
    format: Literal["csv", "tsv", "text", "excel", "parquet"] | None = None
    encoding: str | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    quotes: bool = True
    sheet: int | str = 0
    header: Literal[True] | list[str] = True
    header_row: Literal["first", "find"] = "first"
    columns: dict[str, str] = Field(default_factory=dict)
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    blank: list[str] = Field(default_factory=list)
    packed: list[str] = Field(default_factory=list)
    split: dict[str, str] = Field(default_factory=dict)
    date_format: str | list[str] | None = None
    customer_key: Literal["detect", "personal", "plain"] = "detect"
    ids: Literal["as_is", "plain"] = "as_is"
    _places: dict[str, str] = PrivateAttr(default_factory=dict)

    def remember(self, places: dict[str, str]) -> None:
        """Keep where each key stands in the client file, for messages."""
        self._places.update(places)

    def place(self, *keys: str) -> str:
        """Where a key of this source stands, e.g. `parameters/demo.yml line 12`; the nearest key above if absent."""
        while keys and ".".join(keys) not in self._places:
            keys = keys[:-1]
        return self._places.get(".".join(keys), "the client file")


@dataclass(frozen=True)
class Settings:
    """All the door needs to know about a client."""

    name: str
    home: Path
    sources: dict[str, Source]
    policy: Policy = field(default_factory=Policy)
    minor_units: int = 0
    currency: str = "JPY"
    timezone: str = "Asia/Tokyo"
    as_of: date | None = None

    @property
    def folder(self) -> Path:
        """The client's own folder: prepared tables and the key map."""
        return self.home / "data" / self.name
