"""What the page of an attribute says of its values."""

from subscribers.definitions import FEW
from subscribers.kept_aside import Reading
from subscribers.models import Attribute, AttributeConversion
from subscribers.sampling import show_value


def say_people(number: int) -> str:
    return f"{number:,} {'person' if number == 1 else 'people'}"


def say_settled(attribute: Attribute) -> str:
    """Whether the type may still change by itself."""
    if attribute.guessed_from is None:
        return "It is settled. What cannot be read as this type is kept aside, and listed below."
    seen = f"{attribute.guessed_from} value{'' if attribute.guessed_from == 1 else 's'}"
    return f"Guessed from {seen} so far. Until there are {FEW}, it may still widen by itself, as from a number to a text."


def say_refused(reading: Reading) -> str:
    """How many, before the examples."""
    at_least = "" if reading.is_all else "At least "
    return (
        f"{at_least}{say_people(reading.failing)} sent one last that cannot be read as this type. It is kept as it was "
        "sent, and counts once you choose a type that it fits. For example:"
    )


def say_forecast(reading: Reading) -> str:
    """What a change of type would do, before it is done."""
    of = say_people(reading.people) if reading.is_all else f"the first {reading.people:,} people"
    if not reading.failing:
        return f"The values of {of} are converted, and every one of them fits."
    examples = ", ".join(f"“{show_value(value)}”" for value in reading.examples)
    return (
        f"Of the values of {of}, {reading.failing:,} will not convert, for example {examples}. They are kept aside and "
        "count in no rule."
    )


def say_progress(conversion: AttributeConversion) -> str:
    """How far a conversion is, and what became of the values."""
    done = f"{conversion.converted:,} converted, {conversion.kept_raw:,} kept aside"
    if conversion.finished_at:
        return f"Done on {conversion.finished_at:%-d %b %Y, %H:%M} UTC: {done}."
    share = 100 * conversion.position // conversion.last_id if conversion.last_id else 0
    return f"About {share} % done: {done}. Until it is finished, rules may miss people whose value is still to come."
