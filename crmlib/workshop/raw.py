"""The raw export that lesson 1 reads: one file of order lines, drawn in the middle of a month.

Everything that is expected of a learner is worked out on our own clean copy, never on the file that was handed out.
"""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from crmlib.workshop.data import VERSION, Learner, client_of, is_made, made, mark_made
from crmlib.workshop.mess import messy

if TYPE_CHECKING:
    import pandas as pd

    from crmlib.shop import Shop

ORDERS, ENCODING = "orders.csv", "cp932"
ORDER, DAY = "注文番号", "受注日"
_MONTH = "2026/03/"  # in which the export was drawn
_DRAWN = (9, 20)
_BESIDE = ("customers.csv", "products.csv")


def raw_export(folder: Path, learner: Learner) -> Path:
    """The folder `export/` beside the lessons, written where it is missing."""
    export = folder / "export"
    if not is_made(export, stamp(learner)):
        export.mkdir(parents=True, exist_ok=True)
        for name in _BESIDE:
            shutil.copyfile(made(folder, learner) / "export" / name, export / name)
        _write_rows(export / ORDERS, _handed(folder, learner))
        mark_made(export, stamp(learner))
    return export


def stamp(learner: Learner) -> dict[str, Any]:
    """What the export is made of."""
    return {"version": VERSION, "seed": learner.seed, "variant": learner.variant}


def drawn(learner: Learner) -> str:
    """The day on which the learner's export was drawn, as 2026/03/12."""
    import numpy as np

    return f"{_MONTH}{np.random.default_rng([learner.seed, 6]).integers(*_DRAWN):02d}"


def own_rows(folder: Path, learner: Learner) -> list[list[str]]:
    """Our own clean copy: the header and the rows up to the day it was drawn, cell by cell as the shop wrote them."""
    header: list[str] = []
    rows: list[list[str]] = []
    for path in sorted((made(folder, learner) / "export" / "orders").glob("*.csv")):
        header, *found = list(csv.reader(path.read_text(encoding=ENCODING).splitlines(keepends=True)))
        rows += found
    day, end = header.index(DAY), f"{drawn(learner)} 24"
    kept = [row for row in rows if len(row) == len(header) and not end < row[day] < "3000"]
    return [header, *kept]


def own_lines(folder: Path, learner: Learner) -> pd.DataFrame:
    """Our own clean copy as a table of texts."""
    return _frame(own_rows(folder, learner))


def handed_lines(folder: Path, learner: Learner) -> pd.DataFrame:
    """What the learner was handed, made anew, as a table of texts."""
    return _lines(_handed(folder, learner))


def _handed(folder: Path, learner: Learner) -> list[list[str]]:
    rows = own_rows(folder, learner)
    return messy(rows, seed=learner.seed, drawn=drawn(learner)) if learner.variant == "messy" else rows


def read_lines(path: Path) -> pd.DataFrame:
    """A file of the export as a table in which every cell is the text that stands in the file.

    Title lines above the header are left out; nothing else is.
    """
    return _lines(list(csv.reader(io.StringIO(path.read_text(encoding=ENCODING), newline=""))))


def _lines(rows: list[list[str]]) -> pd.DataFrame:
    top = next((place for place, row in enumerate(rows) if ORDER in row or len(row) > 2), 0)
    return _frame([row for row in rows[top:] if len(row) == len(rows[top])])


def first_rows(path: Path, n: int) -> str:
    """The first lines of a file as they stand in it."""
    return "\n".join(path.read_text(encoding=ENCODING).splitlines()[:n])


def door(folder: Path, learner: Learner) -> Shop:
    """The shop that crmlib's own door makes of the clean copy, with the ledger of every row and yen."""
    from crmlib.shop import open_shop

    place = made(folder, learner) / "lesson_1"
    if not (place / "shop.yml").is_file():
        place.mkdir(exist_ok=True)
        _write_rows(place / ORDERS, own_rows(folder, learner))
        (place / "shop.yml").write_text(yaml.safe_dump(_client(learner), allow_unicode=True, sort_keys=False), "utf-8")
    return open_shop(place / "shop.yml")


def _client(learner: Learner) -> dict[str, Any]:
    client = client_of(("orders",))
    client["sources"]["orders"] = {**client["sources"]["orders"], "path": ORDERS}
    client["sources"]["orders"].pop("pattern", None)
    return {**client, "as_of": drawn(learner).replace("/", "-")}


def _frame(rows: list[list[str]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows[1:], columns=rows[0], dtype="str")


def _write_rows(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding=ENCODING, newline="") as file:
        csv.writer(file).writerows(rows)
