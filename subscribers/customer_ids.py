"""What can be the id of a customer, and the one form in which such ids are kept.

Whatever stands for “nobody” makes one person of all visitors for whom it is sent. So what templates, JavaScript and
spreadsheets leave behind where an id is missing is refused, in a sentence that says what would be right.
"""

import re

from subscribers.keys import clean_key
from subscribers.non_values import is_non_value, show

LONGEST = 200
# What nearly all ids look like, with a digit that is not 0: nothing to look into.
PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_\-]*")
TELLING = re.compile("[1-9]")
FIELD = (
    r"[\w.\-]*(?:id|user|customer|client|member|visitor|contact|subscriber|account|mail|uuid|guid)[\w.\-]*"
)
# Templates whose variable was not filled in: {{ user.id }}, <%= id %>, ${id}, #{id}, %USER_ID%, *|ID|*, [[id]], {id}, :id
TEMPLATE = re.compile(
    rf"""
    .*(\{{\{{|\}}\}}|\{{%|%\}}|<%|%>|\$\{{|\#\{{|<\?|\?>|\*\||\|\*|\[\[|\]\]|@@|%%).*
    | %[A-Za-z_][\w.\-\ ]*% | __[A-Za-z]\w*__ | @[A-Za-z_][\w.]*@ | .*%{FIELD}% | [$:]{FIELD}
    | [{{<\[]\s*[A-Za-z_$][\w.$\-\ ]*\s*[}}>\]] | \{{(\d*|[^}}]*\|[^}}]*)\}} | %(\([^)]*\))?[sdi@]
    """,
    re.X | re.S | re.I,
)
# Things turned into text: [object Object], a whole JSON document, a function, an object's place in memory.
STRINGIFIED = re.compile(
    r"""
    .*\[object\ \w*\].* | \s*[\[{]\s*(".*)?[\]}]\s* | function\b.*\{.* | (async\s*)?\(?[\w,\s]*\)?\s*=>.*
    | \#?<[\w.:\ ]+(:?\s*(object\ )?(at\ )?0x[0-9a-f]+|:.*|\ object.*)>? | ([\w$]+\.)+[\w$]+@[0-9a-f]{5,8} | [A-Z]\w*@[0-9a-f]{5,8} | class\s+\w+.*
    | Optional\(.*\) | Symbol\(.*\) | System\.\w+(\.\w+)* | \[native\ code\] | \[Function.*\] | \[Circular.*\]
    """,
    re.X | re.S,
)
# A number that JavaScript or a spreadsheet has rounded: many ids become the same one.
ROUNDED = re.compile(r"[+-]?\d([.,]\d+)?e\+\d+", re.I)
ALL_ALIKE = re.compile(r"[+-]?0+([.,]0+)?|-1|[0-]{32,36}|[f-]{32,36}", re.I)
# Whom nobody knows, and the names of fields where their value should be.
NOBODY = {
    "anonymous", "anonymoususer", "anonymous user", "anon", "guest", "guest user", "guestuser", "visitor",
    "unidentified", "not authenticated", "unauthenticated", "not logged in", "logged out", "loggedout", "default",
    "true", "false", "array", "object", "object object", "function", "string", "number", "boolean", "promise",
    "id", "userid", "user id", "customerid", "customer id", "externalid", "external id", "distinctid", "distinct id",
    "memberid", "member id", "clientid", "client id", "visitorid", "visitor id", "uid", "uuid", "guid", "email", "e mail",
    "user", "customer", "user email", "username", "user name", "your user id", "your id",
}  # fmt: skip
NON_VALUES = {"undefined", "null", "nan", "none", "nil"}
OWNERS = {
    "user",
    "customer",
    "client",
    "member",
    "visitor",
    "contact",
    "account",
    "uid",
    "id",
    "u",
    "usr",
    "cust",
}


class CustomerIdError(ValueError):
    """A text that cannot be a customer's id; the message says what would be right."""


def clean_customer_id(text: str) -> str:
    """The form in which an id is kept and looked up: composed (NFC), nothing invisible at its ends, case as it is.

    Looking for an id takes this form alone; it refuses nothing.
    """
    return clean_key(text)


def check_customer_id(text: str) -> str:
    """The same, of an id that names somebody from now on. Raises CustomerIdError for what cannot be one."""
    value = clean_customer_id(text)
    if not show(value):
        raise CustomerIdError("must not be empty: it is your own customer's id")
    if len(value) > LONGEST:
        raise CustomerIdError(f"must have at most {LONGEST} characters")
    problem = explain_placeholder(value)
    if problem:
        raise CustomerIdError(problem)
    return value


def explain_placeholder(value: str) -> str:
    """Why this can be nobody's id, with what would be right; empty if it can be one."""
    if PLAIN.fullmatch(value) and TELLING.search(value):
        return ""
    words = re.sub(r"[\s_\-.]+", " ", value).strip().casefold()
    tokens = re.split(r"[\W_]+", value.casefold())
    if TEMPLATE.fullmatch(value):
        return "looks like a template's variable that was not filled in; send the customer's id itself"
    if STRINGIFIED.fullmatch(value):
        return "is an object turned into text; send the customer's id itself, as text or a whole number"
    if ROUNDED.fullmatch(value):
        return "is a number that was rounded on its way; send long numbers as text"
    if is_non_value(value) or words in NOBODY or ALL_ALIKE.fullmatch(value) or _is_missing(tokens):
        return (
            "stands for nobody in particular, so all visitors would become one person; send your own customer's id, "
            "or nothing while it is not known"
        )
    return ""


def _is_missing(tokens: list[str]) -> bool:
    """“undefined-undefined”, “user_null”: put together from values that were not there."""
    parts = [token for token in tokens if token]
    missing = [token for token in parts if token in NON_VALUES]
    return bool(missing) and all(token in NON_VALUES | OWNERS for token in parts)
