"""A seeded demo shop that writes raw exports, so that the demo goes through the same door as a client.

The shop is invented: 結ノ葉堂, a mail-order house for beauty and health with one product at its heart. Nothing here
knows the rest of crmlib. What was planted is written beside the exports, in `truth.json`.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np

from crmlib.demo import advertising, counts, export, faults, market, records, rows, tables, truth, world
from crmlib.demo.canonical import simulate_tables
from crmlib.demo.population import Known, true_values
from crmlib.demo.trials import SimulatedExperiment, simulate_experiment

__all__ = [
    "SEED", "Known", "SimulatedExperiment", "simulate_experiment", "simulate_tables", "true_values", "write",
]  # fmt: skip

BATCH_CUSTOMERS = 20_000
# The shop's first day. With it each of the four experiments reads as its kind; with others chance may blur one.
SEED = 20230401


def write(folder: str | Path, *, customers: int = 8000, seed: int = SEED, last_day: str = "2026-03-31") -> Path:
    """Write the demo shop's exports and `truth.json` into `folder`, replacing it in one step.

    The same arguments give the same bytes. Customers are simulated in batches, so memory does not grow with them.

    Raises:
        ValueError: when `customers` is below 200.
    """
    if customers < 200:
        raise ValueError(f"customers == {customers}, must be at least 200.")
    target = Path(folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.parent / f".{target.name}.{os.getpid()}.new"
    shutil.rmtree(beside, ignore_errors=True)
    try:
        _write_batches(beside, n=customers, seed=seed, last_day=market.epoch_day(last_day))
        _replace(target, beside)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return target


def _write_batches(folder: Path, *, n: int, seed: int, last_day: int) -> None:
    tally: truth.Tally = {}
    arrived: list[np.ndarray] = []
    n_orders = 0
    with export.Exports(folder) as files:
        for batch, start in enumerate(range(0, n, BATCH_CUSTOMERS)):
            rng = np.random.default_rng([seed, batch])
            size = min(BATCH_CUSTOMERS, n - start)
            shop = world.simulate(
                rng, n=size, first_customer=start + 1, first_order=n_orders, last_day=last_day, handful=batch == 0
            )
            n_orders += len(shop.export_orders)
            streams = (rng, np.random.default_rng([seed, batch, 1]), np.random.default_rng([seed, batch, 3]))
            told = _write_batch(files, streams, shop, customers=n, last_day=last_day, handful=batch == 0)
            tally = truth.added(tally, told)
            arrived.append(advertising.arrivals(shop.people))
        other = np.random.default_rng([seed, 0, 2])
        costs = advertising.ad_costs(other, np.concatenate(arrived), last_day=last_day)
        cells = faults.with_faults(other, records.cost_cells(costs), "ad_costs")
        files.append("ad_costs.csv", list(cells.columns), cells.itertuples(index=False, name=None), encoding="cp932")
        tally["ledgers"]["ad_costs"] = faults.counted("ad_costs", len(costs))
        tally["ad_costs"] = counts.by_medium(costs)
    text = json.dumps(truth.told(tally, n=n, seed=seed, last_day=last_day), ensure_ascii=False, indent=1)
    (folder / "truth.json").write_text(text + "\n", encoding="utf-8")


def _write_batch(
    files: export.Exports,
    streams: tuple[np.random.Generator, np.random.Generator, np.random.Generator],
    shop: world.World,
    *,
    customers: int,
    last_day: int,
    handful: bool,
) -> truth.Tally:
    rng, other, loop = streams
    first_day = market.three_years_before(last_day)
    overlap_day = (first_day + last_day) // 2
    order_rows = rows.order_rows(rng, shop, overlap_day=overlap_day, handful=handful)
    first, second = rows.file_names(first_day, overlap_day, last_day)
    n_first = int((order_rows.day <= overlap_day).sum())
    files.append(first, export.ORDER_COLUMNS, order_rows.cells[:n_first], encoding="cp932")
    files.append(second, export.ORDER_COLUMNS, order_rows.cells[n_first:], encoding="cp932")
    for table in tables.other_tables(
        rng, other, loop, shop, customers=customers, last_day=last_day, first_batch=handful
    ):
        files.append(table.file, table.header, table.rows, encoding=table.encoding)
    return truth.tally(shop, order_rows, last_day=last_day, handful=handful)


def _replace(target: Path, beside: Path) -> None:
    old = target.parent / f".{target.name}.{os.getpid()}.old"
    if target.exists():
        target.rename(old)
    beside.rename(target)
    shutil.rmtree(old, ignore_errors=True)
