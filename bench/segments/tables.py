"""What the benchmark says in the end: one row a segment, and how much room all takes."""

import math
from collections.abc import Iterable, Sequence
from pathlib import Path

from django.db import connection

from bench.segments.measuring import Result

HEAD = (
    "segment", "members", "DuckDB agrees", "exact ms", "DuckDB ms", "ratio", "sample ms", "first answer ms", "first answer",
)  # fmt: skip
SIZES = """
SELECT coalesce(parent.relname, child.relname) AS name, sum(pg_table_size(child.oid)), sum(pg_indexes_size(child.oid))
FROM pg_class AS child
LEFT JOIN pg_inherits ON inhrelid = child.oid
LEFT JOIN pg_class AS parent ON parent.oid = inhparent
WHERE child.relkind = 'r' AND child.relnamespace = 'public'::regnamespace
GROUP BY 1 HAVING sum(pg_total_relation_size(child.oid)) > 1000000 ORDER BY 2 DESC
"""


def print_results(results: Sequence[Result]) -> None:
    rows = [
        (
            f"{each.key} {each.says}",
            f"{each.members:,}",
            "yes" if each.members == each.expected else f"NO: {each.expected:,}",
            f"{each.exact_ms:,.1f}",
            f"{each.duck_ms:,.1f}",
            f"{each.ratio:.2f}",
            f"{each.sampled_ms:,.1f}",
            f"{each.first_ms:,.0f}",
            each.first_says,
        )
        for each in results
    ]
    _print_table(HEAD, rows)
    mean = math.exp(sum(math.log(each.ratio) for each in results) / len(results))
    print(f"\nGeometric mean of the ratios {mean:.2f}, largest {max(each.ratio for each in results):.2f}.")


def print_sizes(duck_file: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute(SIZES)
        rows = [
            (name, f"{int(table) / 1e6:,.0f}", f"{int(indexes) / 1e6:,.0f}")
            for name, table, indexes in cursor.fetchall()
        ]
    print()
    _print_table(("on disk, MB", "table", "indexes"), rows)
    print(f"\nThe same data in DuckDB's file: {duck_file.stat().st_size / 1e6:,.0f} MB.")


def _print_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A Markdown table, so that it can go into the documentation as it is."""
    table = [head, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(head))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in table
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    print("\n".join([lines[0], rule, *lines[1:]]))
