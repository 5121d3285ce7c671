"""Model servers on loopback, and nothing of the host that would lead elsewhere."""

from tests.loopback import chat, loopback, no_settings_of_the_host, server

__all__ = ["chat", "loopback", "no_settings_of_the_host", "server"]
