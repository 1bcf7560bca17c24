"""Ports for processes that have to be told one."""

import errno
import secrets
import socket

# Below these the kernel gives no port to a connection that goes out or to a listener that asked for any (Linux
# net.ipv4.ip_local_port_range: 32768 to 60999; IANA's dynamic ports begin at 49152), so a free one stays free.
_OURS = range(20_000, 32_768)


def free_port() -> int:
    """Return a port of the loopback interface on which nobody listens, and which nobody gets by chance meanwhile."""
    while True:
        port = secrets.choice(_OURS)
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
                continue
        return port


def answers(port: int) -> bool:
    """Return whether somebody listens on a port."""
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0
