"""A site and a key to attack it with and to look behind it: prints them as JSON, in the surroundings of the stack."""

import json
import uuid

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402  # once Django is set up
from rest_framework.authtoken.models import Token  # noqa: E402

from subscribers.models import Site  # noqa: E402

SITES = ("The attacked shop", "The shop next door")


def main() -> None:
    sites = [
        Site.objects.get_or_create(
            name=name, defaults={"url": f"https://shop-{place}.example", "contact_email": "push@shop.example"}
        )[0]
        for place, name in enumerate(SITES)
    ]
    user = get_user_model().objects.create_superuser(f"attack-{uuid.uuid4().hex[:8]}", password=None)
    token = Token.objects.create(user=user)
    print(json.dumps({"sites": [[site.pk, site.public_key] for site in sites], "token": token.key}))


if __name__ == "__main__":
    main()
