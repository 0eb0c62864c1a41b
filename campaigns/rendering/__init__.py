"""A message's words: Liquid templates in, a push message out, within bounds and the same wherever it is shown."""

from campaigns.rendering.errors import RenderingError
from campaigns.rendering.links import check_link
from campaigns.rendering.messages import (
    MAX_ACTIONS,
    PROFILE_FIELDS,
    PROVEN_FIELDS,
    CompiledMessage,
    compile_message,
    find_clock,
    find_topic,
    join_variables,
    list_bare_keys,
    list_buttons,
    list_needs,
    list_templates,
    list_variables,
    read_variables,
    render_message,
    tells_time,
)
from campaigns.rendering.payload import LONGEST_TOKEN, LONGEST_TOPIC, MAX_PAYLOAD, Action, PushMessage
from campaigns.rendering.renaming import rename_variable
from campaigns.rendering.templates import is_template, read_template
from campaigns.rendering.trials import (
    check_link_template,
    check_message,
    check_picture,
    check_template,
    needs_fallback,
)

__all__ = [
    "LONGEST_TOKEN",
    "LONGEST_TOPIC",
    "MAX_ACTIONS",
    "MAX_PAYLOAD",
    "PROFILE_FIELDS",
    "PROVEN_FIELDS",
    "Action",
    "CompiledMessage",
    "PushMessage",
    "RenderingError",
    "check_link",
    "check_link_template",
    "check_message",
    "check_picture",
    "check_template",
    "compile_message",
    "find_clock",
    "find_topic",
    "is_template",
    "join_variables",
    "list_bare_keys",
    "list_buttons",
    "list_needs",
    "list_templates",
    "list_variables",
    "needs_fallback",
    "read_template",
    "read_variables",
    "rename_variable",
    "render_message",
    "tells_time",
]
