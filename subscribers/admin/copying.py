"""Text with a button that copies it (static/admin/copy.js)."""

from django.utils.html import format_html
from django.utils.safestring import SafeString


def make_copyable(text: str, label: str) -> SafeString:
    return format_html(
        '<div class="ca-copy"><pre tabindex="0">{}</pre><button type="button" data-copy aria-label="{}">Copy</button></div>',
        text,
        label,
    )
