"""Ports are handed out once, also to processes that have not begun to listen."""

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from dags.local import ports


@pytest.fixture
def port() -> Iterator[int]:
    found = ports.free_port(23000)
    yield found
    ports.release(found)


def elsewhere(preferred: int) -> int:
    code = f"from dags.local.ports import free_port; print(free_port({preferred}))"
    return int(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)


def test_a_claimed_port_is_given_to_no_other_process_until_it_is_released(port: int) -> None:
    assert elsewhere(port) > port
    ports.release(port)
    assert elsewhere(port) == port


def test_the_same_process_gets_another_port_the_second_time(port: int) -> None:
    second = ports.free_port(port)
    assert second > port
    ports.release(second)


def test_a_port_on_which_somebody_listens_is_passed_over(port: int) -> None:
    ports.release(port)
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        assert ports.free_port(port) > port
