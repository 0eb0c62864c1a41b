"""The admin as a whole: who sees what of the machinery, in one look.

Marketers never meet tokens, users or beat schedules: nothing in the sidebar leads there, and roles have no permission.
"""

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django_celery_beat.admin import (
    ClockedScheduleAdmin,
    CrontabScheduleAdmin,
    PeriodicTaskAdmin,
    PeriodicTaskForm,
    TaskChoiceField,
    TaskSelectWidget,
)
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from rest_framework.authtoken.admin import TokenAdmin
from rest_framework.authtoken.models import TokenProxy
from unfold.admin import ModelAdmin, TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from access.models import ApiKey, AuditEntry, SiteMember
from config.audit_pages import AuditPage
from config.key_pages import KeyPage
from config.subscriber_page import SubscriberPage
from signin.admin import LogInActions
from subscribers.models import Subscriber

for model in (
    User,
    Group,
    TokenProxy,
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
):
    admin.site.unregister(model)
admin.site.register(Subscriber, SubscriberPage)
admin.site.register(ApiKey, KeyPage)
admin.site.register(AuditEntry, AuditPage)


class MembershipInline(TabularInline):
    """On which sites somebody works, and as what."""

    model = SiteMember
    verbose_name, verbose_name_plural = "site", "Sites and roles"
    extra = 0
    fields = ("site", "role", "added_at")
    readonly_fields = ("added_at",)


@admin.register(User)
class PersonAdmin(LogInActions, UserAdmin[User], ModelAdmin):
    """People who may log in. What they may do comes from their roles on sites; a group gives its role on every site."""

    inlines = (MembershipInline,)

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    actions = ("end_sessions", "remove_second_factors", "unlock")


@admin.register(Group)
class RoleAdmin(GroupAdmin, ModelAdmin):
    """Roles."""


@admin.register(TokenProxy)
class AccessTokenAdmin(TokenAdmin, ModelAdmin):
    """Keys of the management API, one per person."""


class TaskSelect(UnfoldAdminSelectWidget, TaskSelectWidget):
    """The names of registered tasks, in the theme's look."""


class JobForm(PeriodicTaskForm):
    regtask = TaskChoiceField(label="Task", required=False, widget=TaskSelect)
    task = forms.CharField(
        label="Task by name", required=False, max_length=200, widget=UnfoldAdminTextInputWidget
    )


@admin.register(PeriodicTask)
class JobAdmin(PeriodicTaskAdmin, ModelAdmin):
    """What runs by the clock."""

    form = JobForm


@admin.register(IntervalSchedule)
class IntervalAdmin(ModelAdmin):
    """How often a job runs."""


@admin.register(CrontabSchedule)
class CrontabAdmin(CrontabScheduleAdmin, ModelAdmin):
    """At which times a job runs."""


@admin.register(ClockedSchedule)
class ClockedAdmin(ClockedScheduleAdmin, ModelAdmin):
    """The one moment at which a job runs."""
