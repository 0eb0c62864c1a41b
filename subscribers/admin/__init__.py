"""Sites, places and attributes in the admin. The page of a subscriber is put together in config/subscriber_page.py."""

from subscribers.admin.attribute import AttributeAdmin
from subscribers.admin.place import PlaceAdmin
from subscribers.admin.site import SiteAdmin

__all__ = ["AttributeAdmin", "PlaceAdmin", "SiteAdmin"]
