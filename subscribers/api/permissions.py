"""What a role may do at the management door: Django's own model permissions, reading included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import DjangoModelPermissions
from rest_framework.request import Request

if TYPE_CHECKING:  # DRF's views read the settings that name this module
    from rest_framework.views import APIView


class RolePermissions(DjangoModelPermissions):
    """Reading needs `view`, POST `add`, PUT and PATCH `change`, DELETE `delete` on the view's model.

    A view names what its own actions need in `action_permissions`: {"launch": "campaigns.launch_campaign"}.
    """

    perms_map = {  # noqa: RUF012 - as DRF declares it
        **DjangoModelPermissions.perms_map,
        **{method: ["%(app_label)s.view_%(model_name)s"] for method in ("GET", "HEAD", "OPTIONS")},
    }

    def has_permission(self, request: Request, view: APIView) -> bool:
        action_permissions: dict[str, str] = getattr(view, "action_permissions", {})
        needed = action_permissions.get(getattr(view, "action", None) or "")
        if needed is None:
            return super().has_permission(request, view)
        return bool(request.user and request.user.is_authenticated and request.user.has_perm(needed))
