"""The API's schema, made once by each process: it is the same for everybody, and takes more than a second of computing."""

from threading import Lock
from typing import Any

from django.http import HttpResponse
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request

_made: dict[str, HttpResponse] = {}
_making = Lock()


class SchemaView(SpectacularAPIView):
    """By what is accepted: YAML or JSON."""

    def _get_schema_response(self, request: Request) -> HttpResponse:
        renderer = request.accepted_renderer
        with _making:  # whoever comes meanwhile waits for the same
            if renderer.media_type not in _made:
                response = super()._get_schema_response(request)  # type: ignore[no-untyped-call]
                content = renderer.render(response.data, renderer.media_type, self.get_renderer_context())
                _made[renderer.media_type] = _keep(content, renderer, response.headers)
            made = _made[renderer.media_type]
        return HttpResponse(made.content, headers=dict(made.headers))


def _keep(content: str | bytes, renderer: Any, headers: Any) -> HttpResponse:
    charset = f"; charset={renderer.charset}" if renderer.charset else ""
    named = {name: value for name, value in headers.items() if name.lower() != "content-type"}
    return HttpResponse(content, content_type=f"{renderer.media_type}{charset}", headers=named)
