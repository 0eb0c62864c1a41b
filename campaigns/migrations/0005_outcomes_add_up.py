"""The database counts outcomes itself, so that a run's figures are its deliveries, whoever writes those."""

from django.db import migrations

# Runs that were planned before runs had rows of their own.
MAKE_OCCURRENCES = """
INSERT INTO campaigns_occurrence (
    campaign_id, number, as_of, planned_through, planned_at, finished_at,
    audience, waiting, sent, failed, expired, skipped, erased)
SELECT delivery.campaign_id, delivery.occurrence, COALESCE(campaign.launched_at, campaign.created_at),
    max(delivery.subscriber_id), COALESCE(campaign.launched_at, campaign.created_at), campaign.finished_at,
    count(*),
    count(*) FILTER (WHERE delivery.status IN ('planned', 'sending')),
    count(*) FILTER (WHERE delivery.status IN ('sent', 'displayed', 'clicked')),
    count(*) FILTER (WHERE delivery.status = 'failed'),
    count(*) FILTER (WHERE delivery.status = 'expired'),
    count(*) FILTER (WHERE delivery.status = 'skipped'),
    0
FROM campaigns_delivery AS delivery JOIN campaigns_campaign AS campaign ON campaign.id = delivery.campaign_id
GROUP BY delivery.campaign_id, delivery.occurrence, campaign.id
"""

# Once a statement, not once a row: a million rows are planned in batches, and sent in chunks.
COUNT_OUTCOMES = """
CREATE FUNCTION campaigns_count_outcomes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    runs integer;
    found_runs integer;
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT count(DISTINCT (campaign_id, occurrence)) INTO runs FROM new_rows;
        UPDATE campaigns_occurrence AS run SET
            waiting = run.waiting + change.waiting, sent = run.sent + change.sent,
            failed = run.failed + change.failed, expired = run.expired + change.expired,
            skipped = run.skipped + change.skipped
        FROM (SELECT campaign_id, occurrence,
                     count(*) FILTER (WHERE status IN ('planned', 'sending')) AS waiting,
                     count(*) FILTER (WHERE status IN ('sent', 'displayed', 'clicked')) AS sent,
                     count(*) FILTER (WHERE status = 'failed') AS failed,
                     count(*) FILTER (WHERE status = 'expired') AS expired,
                     count(*) FILTER (WHERE status = 'skipped') AS skipped
              FROM new_rows GROUP BY campaign_id, occurrence) AS change
        WHERE run.campaign_id = change.campaign_id AND run.number = change.occurrence;
        GET DIAGNOSTICS found_runs = ROW_COUNT;
        IF found_runs < runs THEN
            RAISE EXCEPTION 'A delivery belongs to a run of its campaign (campaigns_occurrence), and there is none'
                USING ERRCODE = 'foreign_key_violation';
        END IF;
    ELSIF TG_OP = 'UPDATE' THEN
        UPDATE campaigns_occurrence AS run SET
            waiting = run.waiting + change.waiting, sent = run.sent + change.sent,
            failed = run.failed + change.failed, expired = run.expired + change.expired,
            skipped = run.skipped + change.skipped
        FROM (SELECT campaign_id, occurrence,
                     sum(sign) FILTER (WHERE status IN ('planned', 'sending')) AS waiting,
                     sum(sign) FILTER (WHERE status IN ('sent', 'displayed', 'clicked')) AS sent,
                     sum(sign) FILTER (WHERE status = 'failed') AS failed,
                     sum(sign) FILTER (WHERE status = 'expired') AS expired,
                     sum(sign) FILTER (WHERE status = 'skipped') AS skipped
              FROM (SELECT campaign_id, occurrence, status, 1 AS sign FROM new_rows
                    UNION ALL SELECT campaign_id, occurrence, status, -1 FROM old_rows) AS moved
              GROUP BY campaign_id, occurrence) AS raw,
             LATERAL (SELECT raw.campaign_id, raw.occurrence,
                      COALESCE(raw.waiting, 0) AS waiting, COALESCE(raw.sent, 0) AS sent,
                      COALESCE(raw.failed, 0) AS failed, COALESCE(raw.expired, 0) AS expired,
                      COALESCE(raw.skipped, 0) AS skipped) AS change
        WHERE run.campaign_id = change.campaign_id AND run.number = change.occurrence
          AND (change.waiting, change.sent, change.failed, change.expired, change.skipped) <> (0, 0, 0, 0, 0);
    ELSE
        UPDATE campaigns_occurrence AS run SET
            waiting = run.waiting - change.waiting, sent = run.sent - change.sent,
            failed = run.failed - change.failed, expired = run.expired - change.expired,
            skipped = run.skipped - change.skipped, erased = run.erased + change.erased
        FROM (SELECT campaign_id, occurrence, count(*) AS erased,
                     count(*) FILTER (WHERE status IN ('planned', 'sending')) AS waiting,
                     count(*) FILTER (WHERE status IN ('sent', 'displayed', 'clicked')) AS sent,
                     count(*) FILTER (WHERE status = 'failed') AS failed,
                     count(*) FILTER (WHERE status = 'expired') AS expired,
                     count(*) FILTER (WHERE status = 'skipped') AS skipped
              FROM old_rows GROUP BY campaign_id, occurrence) AS change
        WHERE run.campaign_id = change.campaign_id AND run.number = change.occurrence;
    END IF;
    RETURN NULL;
END $$
"""
TRIGGERS = [
    """
    CREATE TRIGGER count_planned AFTER INSERT ON campaigns_delivery
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION campaigns_count_outcomes()
    """,
    """
    CREATE TRIGGER count_changed AFTER UPDATE ON campaigns_delivery
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION campaigns_count_outcomes()
    """,
    """
    CREATE TRIGGER count_erased AFTER DELETE ON campaigns_delivery
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION campaigns_count_outcomes()
    """,
]
# Room on each page for the states a delivery goes through, so that it stays where it is and no index is touched.
LEAVE_ROOM = "ALTER TABLE campaigns_delivery SET (fillfactor = 70)"


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0004_delivery_engine")]

    operations = [
        migrations.RunSQL(MAKE_OCCURRENCES, migrations.RunSQL.noop),
        migrations.RunSQL(COUNT_OUTCOMES, "DROP FUNCTION campaigns_count_outcomes CASCADE"),
        *[migrations.RunSQL(trigger, migrations.RunSQL.noop) for trigger in TRIGGERS],
        migrations.RunSQL(LEAVE_ROOM, "ALTER TABLE campaigns_delivery RESET (fillfactor)"),
    ]
