"""Constants that `python benchmarks/demo_truth.py 2000000` printed: figures of the population and their errors.

Whoever changes the simulation runs it again; a slow test compares a fresh simulation with them.
"""

VALUES: dict[str, dict[str, tuple[float, float]]] = {
    "f2": {
        "180_days": (0.49324, 0.00040),
    },
    "continuation": {
        "1": (0.87399, 0.00037),
        "2": (0.84094, 0.00044),
        "3": (0.81194, 0.00053),
        "4": (0.87717, 0.00050),
        "5": (0.90792, 0.00048),
        "6": (0.92392, 0.00048),
    },
    "media_ltv": {
        "検索広告": (17173.0, 40.9),
        "SNS広告": (14894.7, 37.2),
        "アフィリエイト": (14807.3, 42.7),
        "自然検索": (17989.9, 46.8),
        "紹介": (24909.0, 75.4),
        "折込チラシ": (15760.0, 63.2),
    },
    "revival": {
        "difference": (0.06358, 0.00005),
    },
}
