"""`python -m pushservice` starts, answers, and stops when told."""

import signal
import socket
import subprocess
import sys
import time

import pytest
import requests

from tests.pushservice.sender import Sender


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_the_command_serves_until_it_is_told_to_stop(stop: signal.Signals) -> None:
    port = free_port()
    command = [sys.executable, "-m", "pushservice", "--port", str(port), "--remember", "1"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            wait_until_up(f"http://127.0.0.1:{port}/control/counts")
            assert Sender(f"http://127.0.0.1:{port}").push().status_code == 201
            process.send_signal(stop)
            process.wait(timeout=10)
        finally:
            process.kill()


def wait_until_up(url: str) -> None:
    deadline = time.monotonic() + 15
    while True:
        try:
            requests.get(url, timeout=5)
            return
        except requests.ConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
