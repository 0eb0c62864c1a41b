"""What OPTIONS says of an address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework.metadata import SimpleMetadata

if TYPE_CHECKING:  # DRF's views read the settings that name this module
    from rest_framework.request import Request


class PlainMetadata(SimpleMetadata):
    """What OPTIONS answers: name, description and media types. The fields are in the OpenAPI document.

    DRF's own asks the view for the thing to be changed, which views of a single thing do not look up as it expects.
    """

    def determine_metadata(self, request: Request, view: Any) -> dict[str, Any]:
        return {
            "name": view.get_view_name(),
            "description": view.get_view_description(),
            "renders": [renderer.media_type for renderer in view.renderer_classes],
            "parses": [parser.media_type for parser in view.parser_classes],
        }
