"""What came of campaigns: their runs' figures, what they are broken down by, how far they are, everybody as a file."""

from campaigns.reports.lines import Line, report_segments
from campaigns.reports.outcomes import Outcomes, Run, count_outcomes, list_runs
from campaigns.reports.progress import Progress, read_progress
from campaigns.reports.rates import Rate
from campaigns.reports.report import CampaignReport, report_campaign

__all__ = [
    "CampaignReport",
    "Line",
    "Outcomes",
    "Progress",
    "Rate",
    "Run",
    "count_outcomes",
    "list_runs",
    "read_progress",
    "report_campaign",
    "report_segments",
]
