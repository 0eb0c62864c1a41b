"""The median batch of each size that was measured on this machine, kept beside the data, to be compared."""

import json
import os
from pathlib import Path

from bench.segments.generator import Size


def keep_median(size: Size, seconds: float) -> dict[int, float]:
    """Note the newest median for this number of subscribers; returns all of them, the smallest number first."""
    file = Path(os.environ["BENCH_HOME"]) / "membership.json"
    known = json.loads(file.read_text()) if file.exists() else {}
    known[str(size.subscribers)] = seconds
    file.write_text(json.dumps(known))
    return dict(sorted((int(number), median) for number, median in known.items()))
