"""Who works here, and on which sites."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Role(models.TextChoices):
    """What somebody does here. What each may do is its group's permissions (campaigns/migrations/0002_roles.py)."""

    MARKETER = "marketer", "Marketer"
    ANALYST = "analyst", "Analyst"
    OPERATOR = "operator", "Operator"


class SiteMember(models.Model):
    """A person's role on one site. Whoever is in the role's group has it on every site; administrators may do all."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    site = models.ForeignKey("subscribers.Site", on_delete=models.CASCADE, related_name="members")
    role = models.CharField(max_length=10, choices=Role)
    added_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "site"], name="one_role_per_member_and_site"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"
