"""A cp932 export into canonical tables, against DuckDB's bare copy of the same file in UTF-8 into Parquet.

    python benchmarks/door.py [--lines 100000,10000000] [--folder DIR] [--runs 3]

The export is made first (13 columns, 11 lines in 5 orders, names and mail addresses that are not mapped). Each side
runs in a process of its own, one after the other, `--runs` times; printed are the medians, their ratio and the door's
peak memory, beside what is asked of them. Ends with 1 where one falls short: at most 2.5 times the copy and 4 GB where
there are ten million lines, at most 2 seconds where there are 100,000.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

RATIO, MEMORY, LARGE = 2.5, 4_000_000_000, 10_000_000
SECONDS, SMALL = 2.0, 100_000
CLIENT = """name: bench
title: Bench
business_model: one_off
sources:
  orders:
    path: export.csv
    columns: {{order_id: 注文番号, customer_id: 会員ID, ordered_at: 受注日時, status: 対応状況, product_id: 商品コード,
      product_name: 商品名, unit_price: 単価, quantity: 数量}}
    values:
      status: {{発送済み: valid, 新規受付: pending, キャンセル: cancelled}}
"""
EXPORT = """
WITH lines AS (SELECT i, i * 5 // 11 AS o FROM range({n}) t(i)),
     hashed AS (SELECT i, o, hash(o) AS of_order, hash(i * 7 + 3) AS of_line FROM lines)
SELECT format('{{:09d}}', o) AS 注文番号, format('C{{:07d}}', of_order % {customers}) AS 会員ID,
    strftime(TIMESTAMP '2022-01-01' + to_seconds((o * 126230400 // {orders})::BIGINT), '%Y/%m/%d %H:%M:%S') AS 受注日時,
    CASE WHEN of_order % 25 = 0 THEN 'キャンセル' WHEN of_order % 40 = 1 THEN '新規受付' ELSE '発送済み' END
      AS 対応状況,
    format('P{{:04d}}', of_line % 300) AS 商品コード, '薬用クリーム ' || (of_line % 300) || 'g' AS 商品名,
    ((of_line % 300) * 37 + 480)::VARCHAR AS 単価, (1 + of_line % 3)::VARCHAR AS 数量, '山田　花子' AS お名前,
    'user' || (of_order % {customers}) || '@example.jp' AS メールアドレス, '東京都' AS 都道府県,
    CASE WHEN of_order % 3 = 0 THEN 'クレジットカード' ELSE '代金引換' END AS 支払方法,
    CASE WHEN of_line % 50 = 0 THEN 'のし希望,至急' ELSE '' END AS 備考
FROM hashed ORDER BY i
"""


def export(folder: Path, n: int) -> None:
    """Write the export in UTF-8 and in cp932, and a client file for it."""
    (folder / "parameters").mkdir(parents=True)
    (folder / "parameters" / "bench.yml").write_text(CLIENT.format(), encoding="utf-8")
    query = EXPORT.format(n=n, customers=max(1, n // 7), orders=max(1, n * 5 // 11))
    with duckdb.connect(config={"threads": 2}) as con:
        con.execute(f"COPY ({query}) TO '{folder / 'utf8.csv'}' (HEADER, DELIMITER ',')")
    plain, made = folder / "utf8.csv", folder / "export.csv"
    with plain.open(encoding="utf-8", newline="") as source, made.open("w", encoding="cp932", newline="") as out:
        shutil.copyfileobj(source, out, 1 << 22)


def bare(folder: Path) -> None:
    """DuckDB's own copy into Parquet, types detected."""
    with duckdb.connect(config={"threads": 2}) as con:
        con.execute(f"COPY (SELECT * FROM read_csv('{folder / 'utf8.csv'}')) TO '{folder / 'bare.parquet'}'")


def door(folder: Path) -> None:
    """The whole door: nothing of an earlier run is kept."""
    from crmlib.client import load_client
    from crmlib.data.prepare import prepare

    shutil.rmtree(folder / "data", ignore_errors=True)
    prepare(load_client(folder / "parameters" / "bench.yml").settings())


def timed(side: str, folder: Path) -> tuple[float, int]:
    """Seconds and peak memory in bytes of one side in a process of its own, without what its start takes."""
    done = subprocess.run([sys.executable, __file__, "--side", side, "--folder", str(folder)],
                          check=True, capture_output=True, text=True)  # fmt: skip
    told = json.loads(done.stdout.splitlines()[-1])
    return told["seconds"], told["peak"]


def measure(n: int, runs: int, place: str | None) -> bool:
    """Print one line of the table; True where what is asked is held."""
    with tempfile.TemporaryDirectory(dir=place) as made:
        folder = Path(made)
        export(folder, n)
        pairs = [(timed("bare", folder), timed("door", folder)) for _ in range(runs)]
    copy, ours = (statistics.median(pair[side][0] for pair in pairs) for side in (0, 1))
    ratio = statistics.median(pair[1][0] / pair[0][0] for pair in pairs)
    peak = max(pair[1][1] for pair in pairs)
    asked, held = [], []
    if n >= LARGE:
        asked += [f"at most {RATIO} times", f"{MEMORY / 1e9:.0f} GB"]
        held += [ratio <= RATIO, peak <= MEMORY]
    if n <= SMALL:
        asked.append(f"{SECONDS:.0f} s")
        held.append(ours <= SECONDS)
    print(f"| {n:,} | {copy:.2f} | {ours:.2f} | {ratio:.2f} | {peak / 1e9:.2f} | {', '.join(asked)} | "
          f"{'yes' if all(held) else 'NO'} |", flush=True)  # fmt: skip
    return all(held)


def main() -> None:
    """Measure each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", default="100000,10000000")
    parser.add_argument("--folder")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--side", choices=["bare", "door"], help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.side:
        begun = time.perf_counter()
        (bare if given.side == "bare" else door)(Path(given.folder))
        seconds, unit = time.perf_counter() - begun, 1 if sys.platform == "darwin" else 1024
        print(json.dumps({"seconds": seconds, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit}))
        return
    print("| lines | bare copy, s | door, s | times | peak, GB | asked | held |\n|--:|--:|--:|--:|--:|:--|:--|")
    held = [measure(int(n), given.runs, given.folder) for n in given.lines.split(",")]
    sys.exit(not all(held))


if __name__ == "__main__":
    main()
