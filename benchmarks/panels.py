"""How long a panel takes to redraw, and what its kernel weighs, at several numbers of customers.

The demo's customers are multiplied within the shop (each copy with ids of its own), the page of each panel is run in a
kernel of its own as JupyterLab would, and one of its controls is moved to and fro. A redraw is timed from the moment
the kernel sets the new value until the display has been sent, picture included: the median of 50, beside its target.
Exits 1 where a median at the largest size is above it.

Usage: python benchmarks/panels.py [--sizes 10000,100000,1000000] [--only rfm,ltv] [--home FOLDER]
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TARGET_MS, REDRAWS = 200.0, 50
# Only what a page reads is multiplied.
TABLES = ("order_items", "customers", "surveys", "surveys_sent", "contacts", "subscriptions", "subscription_events",
          "assignments", "engagement", "referrals", "sends", "inquiries")  # fmt: skip

ENLARGE = """
import crmlib, json, resource, tempfile, time
_open = crmlib.open_shop
def _enlarged(*given, **named):
    shop = _open(*given, **named)
    con = shop._con
    n = con.execute("SELECT count(DISTINCT customer_id) FROM orders").fetchone()[0]
    times = max(round({size} / n), 1)
    # Beside the kernel, not in it: its memory is what a panel needs, not what this multiplication needs.
    con.execute(f"ATTACH '{{tempfile.mkdtemp()}}/big.duckdb' AS big")
    for table in {tables!r}:
        columns = [row[0] for row in con.execute(f"DESCRIBE {{table}}").fetchall()]
        ids = [c for c in ("customer_id", "order_id", "subscription_id", "response_id") if c in columns]
        if not ids or times == 1:
            continue
        new = ", ".join(f"CASE WHEN {{c}} IS NULL THEN NULL ELSE {{c}} || '-' || k END AS {{c}}" for c in ids)
        copies = f"SELECT t.* REPLACE ({{new}}) FROM {{table}} t, range({{times}}) r(k)"
        con.execute(f"CREATE TABLE big.{{table}} AS {{copies}}")
        con.execute(f"CREATE OR REPLACE VIEW {{table}} AS SELECT * FROM big.{{table}}")
    return shop
crmlib.open_shop = _enlarged
import IPython.display
_display, _seen = IPython.display.display, []
IPython.display.display = lambda *shown, **how: (_seen.extend(shown), _display(*shown, **how))[1]
"""
MOVE = """
import ipywidgets as w
def _boxes(widget):
    for child in getattr(widget, "children", ()):
        yield from _boxes(child)
    if isinstance(widget, (w.BoundedIntText, w.BoundedFloatText, w.IntSlider, w.FloatSlider, w.Dropdown)):
        yield widget
def _other(box):
    if not isinstance(box, w.Dropdown):
        return box.value + box.step if box.value + box.step <= box.max else None
    allowed = [each[1] if isinstance(each, tuple) else each for each in box.options]
    return next((each for each in allowed if each != box.value), None)
def _moved(panel):
    # A number where there is one; the panel of the mapping has only choices.
    boxes = sorted(_boxes(panel), key=lambda each: isinstance(each, w.Dropdown))
    box = next(each for each in boxes if _other(each) is not None)
    values, took = (_other(box), box.value), []
    for n in range({redraws} + 2):
        start, cpu = time.perf_counter(), time.process_time()
        box.value = values[n % 2]
        took.append([1000 * (time.perf_counter() - start), 1000 * (time.process_time() - cpu)])
    return took[2:]
_panels = [shown for shown in _seen if isinstance(shown, w.VBox)]
_told = [[str(panel.children[0].value), _moved(panel)] for panel in _panels]
print("MEASURED " + json.dumps([_told, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


def page_code(page: Path) -> str:
    """The panel's own source, which may ask the shop for tables too."""
    module = ROOT / "crmlib" / "panels" / f"{page.stem}.py"
    return module.read_text(encoding="utf-8") if module.is_file() else ""


def measure(page: Path, home: Path, size: int) -> tuple[list[Any], float]:
    """Median milliseconds of a redraw, by the clock and of CPU, for each panel of a page; its kernel's MB."""
    import nbformat
    from nbclient import NotebookClient

    notebook: Any = nbformat.read(page, as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    source = "".join(cell.source for cell in cells) + page_code(page)
    tables = ["orders", *(table for table in TABLES if f'"{table}"' in source or f"shop.{table}" in source)]
    first = nbformat.v4.new_code_cell(ENLARGE.format(size=size, tables=tables))
    last = nbformat.v4.new_code_cell(MOVE.format(redraws=REDRAWS))
    notebook.cells = [first, *cells, last]
    client = NotebookClient(notebook, timeout=1800, resources={"metadata": {"path": str(home)}}, kernel_name="python3")
    client.execute()
    text = "".join(output.get("text", "") for output in notebook.cells[-1].outputs)
    told, memory = json.loads(text.split("MEASURED ")[1])
    return [tuple(statistics.median(each) for each in zip(*took, strict=True)) for _, took in told], memory


def main() -> int:
    """Print the table; 1 where a median at the largest size is above the target."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--only", default="")
    parser.add_argument("--home", type=Path, default=ROOT, help="a folder with parameters/demo.yml and its data")
    chosen = parser.parse_args()
    sizes = [int(size) for size in chosen.sizes.split(",")]
    pages = sorted((ROOT / "notebooks" / "panels").glob("*.ipynb"))
    pages = [page for page in pages if not chosen.only or page.stem in chosen.only.split(",")]
    print(
        "| panel | customers | redraw, median of 50 (ms) | of the target | CPU (ms) | kernel (MB) |\n"
        "|:--|--:|--:|--:|--:|--:|"
    )
    slow = []
    for page in pages:
        for size in sizes:
            found, memory = measure(page, chosen.home, size)
            for n, (median, cpu) in enumerate(found, 1):
                name = page.stem if len(found) == 1 else f"{page.stem} {n}"
                print(
                    f"| {name} | {size:,} | {median:.0f} | {median / TARGET_MS:.2f} | {cpu:.0f} | {memory:.0f} |",
                    flush=True,
                )
                slow += [name] if size == max(sizes) and median > TARGET_MS else []
    if slow:
        print(f"above {TARGET_MS:.0f} ms at {max(sizes):,} customers: {', '.join(slow)}")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
