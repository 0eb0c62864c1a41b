"""One worker of the bench: gets ready, waits for a line, sends what is due, says what that took. `python -m bench.delivery.worker PORT CERTIFICATE`."""

import datetime as dt
import json
import os
import resource
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench.delivery.sink import HOST  # noqa: E402
from campaigns.delivery import deliver_next  # noqa: E402
from campaigns.transports.addresses import is_loopback  # noqa: E402
from campaigns.transports.posting import Network  # noqa: E402
from campaigns.transports.webpush import WebPushTransport  # noqa: E402
from config.celery import spare_the_collector  # noqa: E402


def main(port: str, certificate: str) -> None:
    spare_the_collector()  # as in every worker
    network = Network(is_loopback, certificate, (f"{HOST}:443:127.0.0.1:{port}",))
    messages = 0
    with WebPushTransport(
        hosts=[HOST], network=network, in_flight=settings.SEND_CONCURRENCY, timeout=dt.timedelta(seconds=30)
    ) as transport:
        deliver_next(now=timezone.now(), transport=transport)  # nothing yet: connects to the database
        print("ready", flush=True)
        sys.stdin.readline()
        began = time.process_time()
        while (taken := deliver_next(now=timezone.now(), transport=transport)) is not None:
            messages += taken
        cpu = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([messages, cpu, peak]))


if __name__ == "__main__":
    main(*sys.argv[1:])
