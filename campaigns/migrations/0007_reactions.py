"""The database counts who saw a push and who clicked it, as it counts outcomes (migration 0005)."""

import django.db.models.deletion
from django.db import migrations, models

COUNT_THOSE_THERE_ARE = """
INSERT INTO campaigns_reactioncount (campaign_id, occurrence, slot, displayed, clicked)
SELECT delivery.campaign_id, delivery.occurrence, 0, count(*), count(*) FILTER (WHERE delivery.status = 'clicked')
FROM campaigns_delivery AS delivery WHERE delivery.status IN ('displayed', 'clicked')
GROUP BY delivery.campaign_id, delivery.occurrence
"""

# Once a statement. What changes for nobody who saw it writes nothing: sending never waits for feedback.
COUNT_REACTIONS = """
CREATE FUNCTION campaigns_count_reactions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO campaigns_reactioncount AS total (campaign_id, occurrence, slot, displayed, clicked)
        SELECT campaign_id, occurrence, pg_backend_pid() % 16, count(*), count(*) FILTER (WHERE status = 'clicked')
        FROM new_rows WHERE status IN ('displayed', 'clicked')
        GROUP BY campaign_id, occurrence ORDER BY campaign_id, occurrence
        ON CONFLICT (campaign_id, occurrence, slot) DO UPDATE
        SET displayed = total.displayed + EXCLUDED.displayed, clicked = total.clicked + EXCLUDED.clicked;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO campaigns_reactioncount AS total (campaign_id, occurrence, slot, displayed, clicked)
        SELECT campaign_id, occurrence, pg_backend_pid() % 16,
               sum(sign), COALESCE(sum(sign) FILTER (WHERE status = 'clicked'), 0)
        FROM (SELECT campaign_id, occurrence, status, 1 AS sign FROM new_rows WHERE status IN ('displayed', 'clicked')
              UNION ALL
              SELECT campaign_id, occurrence, status, -1 FROM old_rows WHERE status IN ('displayed', 'clicked')
             ) AS moved
        GROUP BY campaign_id, occurrence
        HAVING sum(sign) <> 0 OR sum(sign) FILTER (WHERE status = 'clicked') <> 0
        ORDER BY campaign_id, occurrence
        ON CONFLICT (campaign_id, occurrence, slot) DO UPDATE
        SET displayed = total.displayed + EXCLUDED.displayed, clicked = total.clicked + EXCLUDED.clicked;
    ELSE
        -- Adds no row: the campaign may be going, and its counts with it.
        UPDATE campaigns_reactioncount AS total
        SET displayed = total.displayed - erased.displayed, clicked = total.clicked - erased.clicked
        FROM (SELECT campaign_id, occurrence, count(*) AS displayed,
                     count(*) FILTER (WHERE status = 'clicked') AS clicked
              FROM old_rows WHERE status IN ('displayed', 'clicked') GROUP BY campaign_id, occurrence) AS erased
        WHERE total.id = (SELECT one.id FROM campaigns_reactioncount AS one
                          WHERE one.campaign_id = erased.campaign_id AND one.occurrence = erased.occurrence LIMIT 1);
    END IF;
    RETURN NULL;
END $$
"""
TRIGGERS = [
    """
    CREATE TRIGGER count_reactions_added AFTER INSERT ON campaigns_delivery
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION campaigns_count_reactions()
    """,
    """
    CREATE TRIGGER count_reactions_changed AFTER UPDATE ON campaigns_delivery
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION campaigns_count_reactions()
    """,
    """
    CREATE TRIGGER count_reactions_erased AFTER DELETE ON campaigns_delivery
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION campaigns_count_reactions()
    """,
]
# The few rows there are change all the time: room to do it where they are.
LEAVE_ROOM = "ALTER TABLE campaigns_reactioncount SET (fillfactor = 20)"


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0006_roles_of_policies")]

    operations = [
        migrations.CreateModel(
            name="ReactionCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("occurrence", models.PositiveIntegerField()),
                ("slot", models.PositiveSmallIntegerField()),
                (
                    "displayed",
                    models.IntegerField(default=0, help_text="People whose device showed it, clicked or not"),
                ),
                (
                    "clicked",
                    models.IntegerField(default=0, help_text="People who clicked it or one of its buttons"),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reactions",
                        to="campaigns.campaign",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("campaign", "occurrence", "slot"), name="reaction_count_once_per_slot"
                    )
                ],
            },
        ),
        migrations.RunSQL(LEAVE_ROOM, migrations.RunSQL.noop),
        migrations.RunSQL(COUNT_THOSE_THERE_ARE, migrations.RunSQL.noop),
        migrations.RunSQL(COUNT_REACTIONS, "DROP FUNCTION campaigns_count_reactions CASCADE"),
        *[migrations.RunSQL(trigger, migrations.RunSQL.noop) for trigger in TRIGGERS],
    ]
