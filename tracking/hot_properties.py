"""The properties of events that most segments ask for, each with a column of its own in the log's widest index.

Numbers lie there as numbers. Texts and all else lie there as the id of their `PropertyValue`, so that a pattern is
tried once on each distinct value instead of once on each event, and equal values are found by comparing two integers.
"""

VALUE, ITEM, CATEGORY = "value", "item_id", "category_id"


def find_hot_column(event: str, name: str) -> str | None:
    """The column of `tracking_event` that holds this property of this event; None: it lies in `properties` alone."""
    hot = {"value": VALUE, _find_item_property(event): ITEM, "category": CATEGORY}
    return hot.get(name)


def list_interned(event: str) -> dict[str, str]:
    """The columns that hold ids of values, with the property each holds for this event."""
    return {ITEM: _find_item_property(event), CATEGORY: "category"}


def _find_item_property(event: str) -> str:
    """What the event is about: a page, a message of a campaign, or a product."""
    if event == "$page_view":
        return "url"
    return "campaign" if event == "$converted" or event.startswith("$push_") else "product_id"
