"""What Django's `has_perm` answers for those who have a role on some sites only."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.db import models

from access.scoping import find_sites, list_permissions, may


class SiteRoleBackend(BaseBackend):
    """Without an object: may they do it on any site? With one: on that of the object?"""

    def has_perm(self, user_obj: Any, perm: str, obj: models.Model | None = None) -> bool:
        if obj is not None:
            return may(user_obj, perm, obj)
        sites = find_sites(user_obj, perm)
        return sites is None or bool(sites)

    def get_group_permissions(self, user_obj: Any, obj: models.Model | None = None) -> set[str]:
        """What the admin asks when it lists its apps: what they may do on any site."""
        return set() if obj is not None or not user_obj.is_active else list_permissions(user_obj)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return any(perm.startswith(f"{app_label}.") for perm in self.get_group_permissions(user_obj))
