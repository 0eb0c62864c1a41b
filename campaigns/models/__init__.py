"""Who is sent what and when, and what came of it."""

from campaigns.models.approval import CampaignApproval
from campaigns.models.campaign import DAY_VALIDATORS, Campaign
from campaigns.models.conversion import Conversion
from campaigns.models.delivery import Delivery
from campaigns.models.dry_run import DryRun
from campaigns.models.message import Message, Variant
from campaigns.models.occurrence import Batch, Occurrence
from campaigns.models.policy import FrequencyCap, PushHost, SendingPolicy, TakingHost
from campaigns.models.reactions import ReactionCount

__all__ = [
    "DAY_VALIDATORS",
    "Batch",
    "Campaign",
    "CampaignApproval",
    "Conversion",
    "Delivery",
    "DryRun",
    "FrequencyCap",
    "Message",
    "Occurrence",
    "PushHost",
    "ReactionCount",
    "SendingPolicy",
    "TakingHost",
    "Variant",
]
