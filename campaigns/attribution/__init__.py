"""Attribution: which of the things people did reached a campaign's goal, and what they are owed to (passes.py tells the story)."""

from campaigns.attribution.passes import attribute_open_runs, attribute_run, recompute

__all__ = ["attribute_open_runs", "attribute_run", "recompute"]
