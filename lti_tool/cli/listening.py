"""Seeing that an address can be listened on, before anything is started."""

import socket

from lti_tool.errors import SettingsError


def check_address(host: str, port: int, option: str = "--port") -> None:
    """See that nothing listens on the address yet.

    Args:
        option: what to choose another port with.

    Raises:
        SettingsError: the port is taken or may not be used, or the host is none of this machine.
    """
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except socket.gaierror as error:
        raise SettingsError(f"--host {host}: {error.strerror}") from None
    except OSError as error:
        raise SettingsError(
            f"port {port} on {host} cannot be used ({error.strerror}); choose another with {option}"
        ) from None
