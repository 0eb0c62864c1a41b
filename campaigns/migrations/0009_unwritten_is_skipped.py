"""Whom no message could be put together for is skipped: nothing was tried. (Checked in 0010, without a lock.)"""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0008_failures_noted"),
        ("subscribers", "0008_element_type_of_lists"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="delivery",
            name="delivery_ended_otherwise_has_a_reason",
        ),
        migrations.AlterField(
            model_name="delivery",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("excluded", "In a segment that was left out"),
                    ("never_subscribed", "Never allowed notifications"),
                    ("unsubscribed", "Unsubscribed from notifications"),
                    ("control_group", "In the site's control group"),
                    ("holdout", "Held out of this campaign"),
                    ("frequency_cap", "Got enough pushes lately"),
                    ("quiet_hours", "It was in their quiet hours"),
                    ("too_late", "Their local time had passed"),
                    ("left_audience", "No longer in the segment when it was their turn"),
                    ("merged", "Turned out to be somebody else in the audience"),
                    ("cancelled", "The campaign was cancelled"),
                    ("rendering", "The message could not be put together for them"),
                    ("gone", "The device is gone"),
                    ("too_large", "The message is too large for the push service"),
                    ("rejected", "The push service refused the message"),
                    ("endpoint_refused", "The device's address is not one of a known push service"),
                    ("bad_keys", "The device's keys are not valid"),
                    ("ttl", "Could not be handed over in time"),
                ],
                default="",
                max_length=20,
            ),
        ),
        AddConstraintNotValid(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("reason", ""), ("status__in", ["planned", "sending", "sent", "displayed", "clicked"])
                    ),
                    models.Q(
                        (
                            "reason__in",
                            (
                                "excluded",
                                "never_subscribed",
                                "unsubscribed",
                                "control_group",
                                "holdout",
                                "frequency_cap",
                                "quiet_hours",
                                "too_late",
                                "left_audience",
                                "merged",
                                "cancelled",
                                "rendering",
                            ),
                        ),
                        ("status", "skipped"),
                    ),
                    models.Q(
                        (
                            "reason__in",
                            ("gone", "too_large", "rejected", "endpoint_refused", "rendering", "bad_keys"),
                        ),
                        ("status", "failed"),
                    ),
                    models.Q(("reason", "ttl"), ("status", "expired")),
                    _connector="OR",
                ),
                name="delivery_ended_otherwise_has_a_reason",
            ),
        ),
    ]
