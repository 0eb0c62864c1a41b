"""Which column says who is meant."""

import pytest

from segments.uploads.columns import Meaning, list_columns, recognise_column
from segments.uploads.reading import Row


@pytest.mark.parametrize(
    ("cells", "meaning"),
    [
        (("city", "E-Mail"), Meaning(1, "email", has_header=True)),
        (("Customer ID",), Meaning(0, "external_id", has_header=True)),
        (("external_id", "email"), Meaning(0, "external_id", has_header=True)),
        (("email", "external_id", "Subscriber"), Meaning(2, "subscriber", has_header=True)),
        (("Ulm", "ana@shop.example"), Meaning(1, "email", has_header=False)),
        (("id", "name"), Meaning(0, "", has_header=True)),
    ],
)
def test_the_first_row_tells_what_the_file_holds(cells: tuple[str, ...], meaning: Meaning) -> None:
    assert recognise_column(Row(1, cells)) == meaning


def test_columns_are_called_by_their_names_or_by_what_stands_in_them() -> None:
    assert list_columns(Row(1, ("id", "")), has_header=True) == ["id", "Column 2"]
    assert list_columns(Row(1, ("u-1",)), has_header=False) == ["Column 1 (like “u-1”)"]
