"""What stands in the way of a message."""


class RenderingError(ValueError):
    """A message could not be put together; says why."""
