"""Whether the mail server of the settings answers, without sending anything.

What belongs here: one greeting. What does not: sending (`channels.py`), and what is said of it
(`orchestration/health_registry.py`).
"""

import smtplib

import apprise
from apprise.plugins.email.base import NotifyEmail
from apprise.plugins.email.common import SECURE_MODES, SecureMailMode

_PATIENCE_SECONDS = 5.0


class NoMailServerError(Exception):
    """The server does not answer, or its address is none.

    Attributes:
        place: host and port; blank where the address names none.
    """

    def __init__(self, place: str, said: str) -> None:
        self.place = place
        super().__init__(said)


def greet(url: str) -> str:
    """Greet the mail server that an `apprise` URL names, and give its host and port.

    Nobody logs in, so that a password that is wrong shows only when something is sent.

    Raises:
        NoMailServerError: it does not answer within seconds, or not as a mail server does.
    """
    channel = apprise.Apprise.instantiate(url, suppress_exceptions=True)
    if not isinstance(channel, NotifyEmail):
        raise NoMailServerError("", "")
    mode = str(channel.secure_mode)
    port = channel.port or SECURE_MODES[mode]["default_port"]
    place = f"{channel.smtp_host}:{port}"
    kind = smtplib.SMTP_SSL if mode == SecureMailMode.SSL else smtplib.SMTP
    try:
        with kind(channel.smtp_host, int(port), timeout=_PATIENCE_SECONDS) as server:
            server.noop()
    except (OSError, smtplib.SMTPException) as error:
        raise NoMailServerError(place, str(error)) from error
    return place
