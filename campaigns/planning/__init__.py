"""From a launched campaign to deliveries: everybody in the audience gets one row a run, due or skipped, in batches."""

from campaigns.planning.rounds import plan_campaign, plan_due_campaigns

__all__ = ["plan_campaign", "plan_due_campaigns"]
