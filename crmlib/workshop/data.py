"""A learner's own shop, made from a seed: who the learner is, the export that is read, the shop that is opened.

In the learner's folder lie `learner.yml`, `export/` (what lesson 1 reads) and `.shop/` (what every lesson opens, made
when it is missing, and kept prepared so that the next lesson opens at once).
"""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from crmlib.errors import UserError

if TYPE_CHECKING:
    from crmlib.shop import Shop

FILE, MADE = "learner.yml", ".made.json"
VARIANTS = ("clean", "messy")
LANGUAGES = ("ja", "en")
MOST_SEED = 2**31 - 1
# What the lessons need; every other table would only be waited for.
TABLES = (
    "orders", "customers", "products", "surveys", "surveys_sent", "experiments", "assignments", "subscriptions",
    "subscription_events", "ad_costs",
)  # fmt: skip
VERSION = 2  # what is made changes with it, and is made anew
# Few enough to be made while a class waits; many enough that the arms of EX03, which are broken, mostly show it.
_CUSTOMERS = (2300, 2801)
_HERE = Path(__file__).resolve()
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")


@dataclass(frozen=True, kw_only=True)
class Learner:
    """Who learns: a name, the seed of the data, the language, and whether the export is messy."""

    name: str = "demo learner"
    seed: int = 0
    language: str = "en"
    variant: str = "clean"


def find_learner(start: Path) -> tuple[Learner, Path]:
    """The learner of the nearest `learner.yml` in `start` or above it, with its folder.

    Without one it is the demo learner, whose data lie in the user's cache.

    Raises:
        UserError: the file cannot be used as it is.
    """
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / FILE).is_file():
            return read_learner(folder / FILE), folder
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Learner(), Path(cache) / "crmlib" / "workshop"


def read_learner(path: Path) -> Learner:
    """A learner's file.

    Raises:
        UserError: it is no YAML, or says something that is not allowed.
    """
    try:
        given = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError, yaml.YAMLError):
        raise UserError(f"{path.name} cannot be read as YAML; write it anew with crm workshop.") from None
    return learner_of(given, path.name)


def learner_of(given: Any, file: str) -> Learner:
    """A learner from the keys of a file.

    Raises:
        UserError: a name, seed, language or variant is missing or not allowed.
    """
    if not isinstance(given, dict) or set(given) != set(asdict(Learner())):
        raise UserError(f"{file} must have name, seed, language and variant, and nothing else.")
    learner = Learner(**given)
    if not isinstance(learner.name, str) or not learner.name.strip() or CONTROL.search(learner.name):
        raise UserError(f"{file}: name must be one line of text.")
    if type(learner.seed) is not int or not 0 <= learner.seed <= MOST_SEED:
        raise UserError(f"{file}: seed is {learner.seed!r}, must be a whole number from 0 to {MOST_SEED}.")
    for key, allowed in (("language", LANGUAGES), ("variant", VARIANTS)):
        if getattr(learner, key) not in allowed:
            raise UserError(f"{file}: {key} is {getattr(learner, key)!r}, must be {' or '.join(allowed)}.")
    return learner


def write_learner(path: Path, learner: Learner) -> None:
    """Write a learner's file."""
    path.write_text(yaml.safe_dump(asdict(learner), allow_unicode=True, sort_keys=False), encoding="utf-8")


def open_learners_shop(folder: Path, learner: Learner) -> Shop:
    """The learner's shop, made first where it is not there or was made for another seed."""
    from crmlib.shop import open_shop

    return open_shop(made(folder, learner) / "shop.yml")


def made(folder: Path, learner: Learner) -> Path:
    """The folder of the learner's shop: raw exports and the client file that maps them."""
    shop = folder / ".shop"
    if not is_made(shop, _stamp(learner)):
        _make(shop, learner)
    return shop


def _stamp(learner: Learner) -> dict[str, Any]:
    return {"version": VERSION, "seed": learner.seed}


def is_made(folder: Path, stamp: dict[str, Any]) -> bool:
    """The folder was made to its end, and of this."""
    try:
        return bool(json.loads((folder / MADE).read_text(encoding="utf-8")) == stamp)
    except (OSError, ValueError):
        return False


def mark_made(folder: Path, stamp: dict[str, Any]) -> None:
    """Say of what the folder was made, as the last thing."""
    (folder / MADE).write_text(json.dumps(stamp), encoding="utf-8")


def _make(shop: Path, learner: Learner) -> None:
    beside = shop.parent / f"{shop.name}.{os.getpid()}.new"
    shutil.rmtree(beside, ignore_errors=True)
    try:
        _write(beside, learner)
        shutil.rmtree(shop, ignore_errors=True)
        beside.rename(shop)
    except OSError:
        # Two notebooks may be opened at once; the one that came first has made the same.
        if not is_made(shop, _stamp(learner)):
            raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _write(folder: Path, learner: Learner) -> None:
    from crmlib import demo

    demo.write(folder / "export", customers=_customers(learner.seed), seed=learner.seed)
    # It holds what was planted.
    (folder / "export" / "truth.json").unlink()
    client = client_of(TABLES)
    kept = {Path(source["path"]).parts[1] for source in client["sources"].values()}
    for path in (folder / "export").iterdir():
        if path.name not in kept:
            path.unlink()
    text = yaml.safe_dump(client, allow_unicode=True, sort_keys=False)
    (folder / "shop.yml").write_text(text, encoding="utf-8")
    mark_made(folder, _stamp(learner))


def _customers(seed: int) -> int:
    import numpy as np

    # Learners who compare must not find the same number of customers.
    return int(np.random.default_rng([seed, 5]).integers(*_CUSTOMERS))


def client_of(tables: tuple[str, ...]) -> dict[str, Any]:
    """The demo's client file with these tables only, for exports that lie beside it."""
    client: dict[str, Any] = yaml.safe_load(_demo().read_text(encoding="utf-8"))
    sources = {table: dict(client["sources"][table]) for table in tables}
    for source in sources.values():
        source["path"] = source["path"].replace("data/demo/export", "export")
    kept = ("title", "currency", "fiscal_year_start", "tax_basis", "business_model", "as_of", "timezone", "policy")
    return {"name": "shop", **{key: client[key] for key in kept}, "sources": sources}


def _demo() -> Path:
    """Installed, the demo's client file lies in the package; in a checkout it lies in `parameters/`."""
    places = (_HERE.parent / "demo.yml", _HERE.parents[2] / "parameters" / "demo.yml")
    return next((path for path in places if path.is_file()), places[0])
