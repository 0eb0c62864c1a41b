"""The forms of the admin: a campaign with its versions and goal, and a site's sending policy."""

from campaigns.forms.campaign import CampaignForm
from campaigns.forms.message import compose_actions
from campaigns.forms.policy import SendingPolicyForm

__all__ = ["CampaignForm", "SendingPolicyForm", "compose_actions"]
