"""What a launch would refuse, or somebody would regret, said beside its field while the draft is still being written."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from difflib import get_close_matches

from campaigns.checks import check_schedule
from campaigns.forms.campaign import CampaignForm
from campaigns.forms.message import TEMPLATE_FIELDS, MessageForm
from campaigns.models import Campaign, Variant
from campaigns.rendering import (
    PROFILE_FIELDS,
    check_link_template,
    check_template,
    list_bare_keys,
    list_variables,
    needs_fallback,
)
from subscribers.models import Attribute

Advice = dict[str, list[str]]  # name of a control on the page → sentences
_LINKS = {"link_url", "button_1_link", "button_2_link"}
_DATES = {Campaign.Schedule.INSTANT: "send_date"}


def advise(form: CampaignForm, *, now: dt.datetime) -> Advice:
    """Of a draft as it stands on the page, saved or not."""
    site = form.find_site()
    keys = Attribute.objects.filter(site=site).values_list("key", flat=True)
    known = sorted({*keys, *PROFILE_FIELDS})
    advice: defaultdict[str, list[str]] = defaultdict(list)
    for part in [form, *(version for letter, version in form.versions.list_lettered() if letter)]:
        for name in TEMPLATE_FIELDS:
            advice[part.add_prefix(name)] += _advise_on_text(part, name, known)
    schedule = form.read_schedule()
    date = _DATES.get(Campaign.Schedule(schedule.schedule), "local_date")
    advice[date] += [each for each in check_schedule(schedule, now=now) if not each.startswith("Choose ")]
    return {name: sentences for name, sentences in advice.items() if sentences}


def _advise_on_text(form: MessageForm, name: str, known: list[str]) -> Iterator[str]:
    text = str(form[name].value() or "")
    is_link = name in _LINKS
    if not text.strip():
        return
    if check_template(text):  # what cannot be read is an error of the form
        return
    message = Variant(title="-", link_url=text) if is_link else Variant(title=text)
    unknown = sorted(list_variables(message) - set(known))
    for key in unknown:
        near = get_close_matches(key, known, 1)
        meant = f" Did you mean “{near[0]}”?" if near else ""
        yield f"Nobody has an attribute called “{key}”.{meant}"
    bare = [key for key in list_bare_keys(message) if key not in unknown]
    for key in bare:
        yield (
            f"Of whom “{key}” is not known, nothing stands in its place. Give a fallback, like "
            f'{{{{ subscriber.{key} | default: "there" }}}}.'
        )
    wrong = check_link_template(text) if is_link else []
    yield from wrong
    if not (wrong or unknown or bare) and (problem := needs_fallback(text, is_link=is_link)):
        yield problem
