"""`python -m crmlib.demo FOLDER [--customers N] [--seed S]`: write the demo shop's exports."""

from __future__ import annotations

import argparse

from crmlib.demo import SEED, write


def main() -> None:
    """Write the exports into the folder that was named."""
    parser = argparse.ArgumentParser(prog="python -m crmlib.demo", description="Write the demo shop's exports.")
    parser.add_argument("folder", help="folder to write, replaced when it exists")
    parser.add_argument("--customers", type=int, default=8000, help="number of customers (default 8000)")
    parser.add_argument("--seed", type=int, default=SEED, help=f"seed of every draw (default {SEED})")
    chosen = parser.parse_args()
    write(chosen.folder, customers=chosen.customers, seed=chosen.seed)


if __name__ == "__main__":
    main()
