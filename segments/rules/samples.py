"""The fixed sample of people that quick estimates look at: 13 of 128 by a hash of their id, about a tenth.

It is fixed so that it has indexes of its own (the migrations of `subscribers` and `tracking` hold the same text).
"""

SAMPLE_SHARE = 13 / 128


def in_sample_sql(column: str) -> str:
    """Whether a subscriber's id belongs to the sample."""
    return f"(hashint8({column}) & 127) < 13"
