"""The facts behind a condition's answer: who they are, where they are, and what reaches them."""

from segments.rules.ast import (
    AttributeCondition,
    BucketCondition,
    ChannelCondition,
    Condition,
    DeviceCondition,
    Group,
    LocalTimeCondition,
    LocationCondition,
    ProfileCondition,
    SegmentCondition,
)
from segments.rules.describe import PROFILE_LABELS
from segments.rules.event_evidence import list_event_evidence
from segments.rules.facts import DeviceFacts
from segments.rules.paths import find_values
from segments.rules.places import measure_distance
from segments.rules.shares import BUCKETS, find_bucket, find_zone
from segments.rules.values import Spot
from segments.rules.witness import NEWEST, UNKNOWN, Evidence, Witness

KILOMETRES_PER_MILE = 1.609344


def list_evidence(node: Condition, witness: Witness) -> list[Evidence]:
    """What was looked at to answer this condition; nothing for a group, whose conditions speak for it."""
    facts = witness.facts
    match node:
        case Group():
            return []
        case AttributeCondition():
            values = find_values(facts.attributes, node.key)
            return [Evidence(node.key, ", ".join(map(witness.show_json, values)) or witness.show(None))]
        case ProfileCondition():
            label = PROFILE_LABELS[node.field].capitalize()
            return [Evidence(label, witness.show(facts.profile.get(node.field)))]
        case DeviceCondition():
            return _list_devices([each for each in facts.devices if each.ended_at is None], witness)
        case ChannelCondition():
            return _list_devices(facts.devices, witness)
        case LocationCondition():
            return _list_places(node, witness)
        case SegmentCondition():
            return [_find_membership(node, witness)]
        case BucketCondition():
            share = find_bucket(node.salt, facts.uuid) * 100 / BUCKETS
            return [Evidence(f"Their place in “{node.salt}”", f"{share:g} %")]
        case LocalTimeCondition():
            return [_read_clock(witness)]
        case _:
            return list_event_evidence(node, witness)


def _list_devices(devices: list[DeviceFacts] | tuple[DeviceFacts, ...], witness: Witness) -> list[Evidence]:
    if not devices:
        return [Evidence("Devices", "none")]
    newest = sorted(devices, key=lambda each: each.created_at, reverse=True)
    shown = [Evidence(_name_device(each), _say_life(each, witness)) for each in newest[:NEWEST]]
    hidden = len(devices) - len(shown)
    return [*shown, Evidence("Further devices", f"{hidden:,}")] if hidden else shown


def _name_device(device: DeviceFacts) -> str:
    return f"{device.browser or 'Browser'} on {device.os or 'a device'} ({device.kind})"


def _say_life(device: DeviceFacts, witness: Witness) -> str:
    since = f"subscribed since {witness.show(device.created_at)}"
    if device.ended_at is None:
        return since
    return f"subscribed {witness.show(device.created_at)}, ended {witness.show(device.ended_at)}"


def _list_places(node: LocationCondition, witness: Witness) -> list[Evidence]:
    lat, lon = witness.facts.latitude, witness.facts.longitude
    if lat is None or lon is None:
        return [Evidence("Where they are", UNKNOWN)]
    here = Evidence("Where they are", f"{lat:g}, {lon:g}")
    if node.radius is None:
        return [here]
    in_miles = node.radius.miles is not None
    unit, length = ("miles", KILOMETRES_PER_MILE) if in_miles else ("km", 1.0)
    away = sorted(((measure_distance(lat, lon, spot), spot) for spot in node.spots), key=lambda pair: pair[0])
    return [
        here,
        *(Evidence(f"To {_name_spot(spot)}", f"{km / length:,.2f} {unit}") for km, spot in away[:NEWEST]),
    ]


def _name_spot(spot: Spot) -> str:
    return spot.name or f"{spot.lat:g}, {spot.lon:g}"


def _find_membership(node: SegmentCondition, witness: Witness) -> Evidence:
    label = f"Member of “{witness.names.segments.get(node.segment, f'number {node.segment}')}”"
    if node.segment not in witness.facts.segments:
        return Evidence(label, "no")
    entered_at = witness.entered_at.get(node.segment)
    return Evidence(label, f"since {witness.show(entered_at)}" if entered_at else "yes")


def _read_clock(witness: Witness) -> Evidence:
    named = str(witness.facts.profile.get("timezone", ""))
    own = find_zone(named, witness.zone)
    whose = own.key if own.key == named else f"{own.key}, the site’s: theirs is not known"
    return Evidence("Their clock", f"{witness.as_of.astimezone(own):%A %H:%M} ({whose})")
