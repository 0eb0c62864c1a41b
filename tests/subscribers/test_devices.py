import pytest

from subscribers.devices import Device, parse_user_agent

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/124.0.0.0 Safari/537.36",
         Device("desktop", "Windows", "Chrome")),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/124.0.0.0 Safari/537.36 Edg/124.0",
         Device("desktop", "Windows", "Edge")),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", Device("desktop", "Linux", "Firefox")),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT} Version/17.1 Safari/605.1.15",
         Device("desktop", "macOS", "Safari")),
        (f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/124.0.0.0 Mobile Safari/537.36",
         Device("mobile", "Android", "Chrome")),
        (f"Mozilla/5.0 (Linux; Android 13; SM-X700) {WEBKIT} Chrome/116.0.0.0 Safari/537.36",
         Device("tablet", "Android", "Chrome")),
        ("Mozilla/5.0 (Android 14; Mobile; rv:128.0) Gecko/128.0 Firefox/128.0", Device("mobile", "Android", "Firefox")),
        (f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) {WEBKIT} Version/17.0 Mobile/15E148 Safari/604.1",
         Device("mobile", "iOS", "Safari")),
        (f"Mozilla/5.0 (iPad; CPU OS 16_4 like Mac OS X) {WEBKIT} Version/16.4 Mobile/15E148 Safari/604.1",
         Device("tablet", "iOS", "Safari")),
        ("", Device("desktop", "", "")),
        ("nothing that anybody knows", Device("desktop", "", "")),
    ],
)  # fmt: skip
def test_the_header_tells_kind_system_and_browser_in_plain_words(user_agent: str, device: Device) -> None:
    assert parse_user_agent(user_agent) == device
