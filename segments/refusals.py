"""When PostgreSQL itself refuses a rule: what that says to the person who wrote it."""

from django.db import DatabaseError, DataError, ProgrammingError

TOO_COMPLEX = (
    "The database finds this rule too complex. Take out some conditions, or split it into segments and build "
    "one on the other."
)
NOT_APPLICABLE = (
    "The database cannot work with this rule; the server's log says why. Change it and save it again."
)
# SQLSTATE class 54, “program limit exceeded”: stack depth, too many of something in one statement (PostgreSQL, appendix A).
LIMIT_EXCEEDED = "54"


def explain_refusal(error: DatabaseError) -> str | None:
    """Why the rule cannot be applied; None where the rule is not at fault: a database that is busy, full or gone."""
    if read_state(error).startswith(LIMIT_EXCEEDED):
        return TOO_COMPLEX
    return NOT_APPLICABLE if isinstance(error, DataError | ProgrammingError) else None


def read_state(error: DatabaseError) -> str:
    """The SQLSTATE behind an error, "" where there is none. Its words may be in any language."""
    return getattr(error.__cause__, "sqlstate", None) or ""
