"""What is true of the demo's population, by a large simulation: prints the constants of crmlib/demo/values.py.

Usage: python benchmarks/demo_truth.py [CUSTOMERS]
"""

from __future__ import annotations

import sys
import time

import numpy as np

from crmlib.demo import market, population, world

BATCH, FIRST_SEED = 20_000, 7_000_000
LAST_DAY = market.epoch_day("2026-03-31")


def batch(seed: int) -> population.Sums:
    """The sums of one batch of customers."""
    rng = np.random.default_rng([seed, 0])
    options = {"first_customer": 1, "first_order": 0, "last_day": LAST_DAY, "handful": False, "faults": False}
    return population.sums(world.simulate(rng, n=BATCH, **options), last_day=LAST_DAY)


def main() -> None:
    """Add up the batches and print every figure with its standard error."""
    customers = int(sys.argv[1]) if len(sys.argv) > 1 else 500_000
    began, total = time.perf_counter(), {}
    for place in range(customers // BATCH):
        total = population.added(total, batch(FIRST_SEED + place))
    print(f"# {customers:,} customers in {time.perf_counter() - began:.0f} s")
    for name, figures in population.known(total).items():
        print(f'    "{name}": {{')
        for key, figure in figures.items():
            digits = 1 if figure.value > 1 else 5
            print(f'        "{key}": ({figure.value:.{digits}f}, {figure.error:.{digits}f}),')
        print("    },")


if __name__ == "__main__":
    main()
