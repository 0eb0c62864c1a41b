"""What is right or wrong with a signature, for the developer who wrote the code that makes it: in plain words."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from subscribers.customer_ids import clean_customer_id, explain_placeholder
from subscribers.identity_secrets import read_policy, read_secrets
from subscribers.models import Site
from subscribers.signatures import VERSION_1, VERSION_2, Secret, Verdict, judge, make_mac

TIME_IN_MILLISECONDS = re.compile(r"v2\.[0-9]{13,}\.[0-9a-f]+", re.IGNORECASE)
OTHER_HASHES = {32: "MD5", 40: "SHA-1", 96: "SHA-384", 128: "SHA-512"}


class Finding(NamedTuple):
    is_good: bool
    sentence: str


def try_signature(
    site: Site, external_id: str, signature: str, *, others: Iterable[Site], now: dt.datetime
) -> Finding:
    """`others`: the sites with whose secrets it may have been made by mistake, as far as whoever asks may know them."""
    kept, text = clean_customer_id(external_id), signature.strip()
    if not kept:
        return Finding(False, "There is no customer id: nobody can be proven to be nobody.")
    if problem := explain_placeholder(kept):
        return Finding(False, f"This is no customer’s id: it {problem}.")
    policy, secrets = read_policy(), read_secrets(site.pk)
    verdict = judge(text, kept, secrets, policy=policy, now=now)
    match verdict:
        case Verdict.VALID:
            ends = _read_time(text) + policy.good_for
            return Finding(True, f"Valid: made {_tell(_read_time(text))}, and good until {_tell(ends)}.")
        case Verdict.VALID_V1:
            return Finding(True, f"Valid, but of version 1, which has no time: it is taken until {_tell(policy.v1_until)}. Use a snippet of this page.")  # fmt: skip
        case Verdict.V1_ENDED:
            return Finding(False, "Right, but of version 1, which has no time and is not taken here. Use a snippet of this page.")  # fmt: skip
        case Verdict.MISSING:
            return Finding(False, "There is no signature.")
        case Verdict.EXPIRED:
            hours = policy.good_for // dt.timedelta(hours=1)
            return Finding(False, f"Expired: made {_tell(_read_time(text))}, and good for {hours} hours. Sign when the page is made, and cache pages for a shorter time.")  # fmt: skip
        case Verdict.EARLY:
            return Finding(False, f"Made in the future, {_tell(_read_time(text))}: set the clock of your backend.")  # fmt: skip
        case Verdict.RETIRED:
            return Finding(False, "Made with a secret of this site that is retired: give your backend the newest one.")  # fmt: skip
        case Verdict.MALFORMED:
            return Finding(False, _explain_form(text))
        case _:
            return Finding(False, _explain_other(site, external_id, text, secrets, others))


def _read_time(text: str) -> dt.datetime:
    match = VERSION_2.fullmatch(text)
    return dt.datetime.fromtimestamp(min(int(match[1]) if match else 0, 253402300799), tz=dt.UTC)


def _tell(at: dt.datetime) -> str:
    return f"{at:%-d %b %Y, %H:%M:%S} UTC"


def _explain_form(text: str) -> str:
    mac = text.rsplit(".", 1)[-1]
    if TIME_IN_MILLISECONDS.fullmatch(text):
        return "Its time is in milliseconds: give it in whole seconds since 1970."
    if re.fullmatch(r"[0-9a-f]+", mac, re.IGNORECASE) and len(mac) in OTHER_HASHES:
        return f"Its last part is as long as {OTHER_HASHES[len(mac)]} makes it: use HMAC with SHA-256, written in hexadecimal."
    if re.fullmatch(r"[A-Za-z0-9+/_-]{43}=?", mac):
        return "Its last part is written in base64: write it in hexadecimal."
    return (
        "This does not look like a signature: it should be v2, the time in seconds and 64 hexadecimal digits, "
        "with dots between them, and nothing else."
    )


def _explain_other(
    site: Site, external_id: str, text: str, secrets: list[Secret], others: Iterable[Site]
) -> str:
    time, mac = _take_apart(text)
    for other in others:
        theirs = read_secrets(other.pk) if other.pk != site.pk else []
        if _fits(
            mac, theirs, [f"v2\n{time}\n{clean_customer_id(external_id)}", clean_customer_id(external_id)]
        ):
            return f"Made with the secret of another site, {other.name}: each site has its own."
    wrong = [Secret(site.public_key), *(Secret(f"{each.text}\n") for each in secrets), Secret("")]
    if _fits(mac, wrong, [f"v2\n{time}\n{external_id}", external_id]):
        return "Made with the site key, an empty secret, or the secret and a line break after it: use the secret alone."
    for message, sentence in _list_slips(time, external_id):
        if _fits(mac, secrets, [message]):
            return sentence
    return (
        "Made with a secret that is none of this site’s, or for another id: compare both, letter by letter."
    )


def _take_apart(text: str) -> tuple[str, str]:
    if match := VERSION_2.fullmatch(text):
        return match[1], match[2].lower()
    return "", text.lower() if VERSION_1.fullmatch(text) else ""


def _fits(mac: str, secrets: Iterable[Secret], messages: Iterable[str]) -> bool:
    return any(make_mac(secret.text, message) == mac for message in messages for secret in secrets)


def _list_slips(time: str, given: str) -> Iterator[tuple[str, str]]:
    """Messages that are signed by mistake, with what would be right."""
    kept = clean_customer_id(given)
    for written in {given, f"{kept} ", f" {kept}", f'"{kept}"', kept.lower(), kept.upper()} - {kept}:
        yield (
            f"v2\n{time}\n{written}",
            f"Signed for “{written}” instead of “{kept}”: sign exactly what identify is given.",
        )
    yield kept, "Signed is the id alone, as in version 1: sign “v2”, the time and the id, one per line."
    yield f"v2\n{time}\n{kept}\n", "Signed with a line break after the id: leave it out."
    yield f"v2\r\n{time}\r\n{kept}", "Signed with the line breaks of Windows: use \\n alone."
    yield (
        f"v2\\n{time}\\n{kept}",
        "Signed with a backslash and an n instead of line breaks: in PHP and Ruby that takes double quotes.",
    )
    for between in ("", ".", ":", " "):
        yield (
            f"v2{between}{time}{between}{kept}",
            "Signed without line breaks between “v2”, the time and the id.",
        )
        yield f"{time}{between}{kept}", "Signed without “v2” in the first line."
    yield f"{time}\n{kept}", "Signed without “v2” in the first line."
    yield f"v2\n{kept}\n{time}", "Signed with time and id in the wrong order: first the time, then the id."
