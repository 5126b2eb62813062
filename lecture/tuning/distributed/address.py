"""Addresses of a chief, HOST:PORT."""

import socket

from lecture.tuning.trials import SearchError


def split_address(address: str, *, lowest_port: int = 1) -> tuple[str, int]:
    """Return the host and the port of ``HOST:PORT``.

    Raises
    ------
    ValueError
        If it is not of that form.
    """
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit() or not lowest_port <= int(port) < 65536:
        raise ValueError(f"an address must be HOST:PORT, such as 127.0.0.1:9000, got {address!r}.")
    return host, int(port)


def free_port(host: str, port: int = 0) -> int:
    """Return ``port`` if it can be listened on; for port 0, one that can.

    Raises
    ------
    SearchError
        If it cannot.
    """
    try:
        with socket.socket() as probe:
            probe.bind((host, port))
            return probe.getsockname()[1]
    except OSError as error:
        raise SearchError(
            f"{host}:{port} cannot be listened on: another program has that port, or the address is not this machine's."
        ) from error
