"""A mail server on loopback that keeps what it is sent."""

from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message as Mail

from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"


class Mailbox:
    """What the server took; a handler of aiosmtpd's controller.

    Attributes:
        refused: addresses that it does not know.
        is_breaking: whether the connection breaks after a mail was taken and before that is said.
    """

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], Mail]] = []
        self.refused: set[str] = set()
        self.is_breaking = False

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails.append((list(envelope.rcpt_tos), message_from_bytes(content)))
        if self.is_breaking and server.transport is not None:
            server.transport.abort()
        return "250 OK"

    def subjects(self) -> list[str]:
        return [str(make_header(decode_header(mail["Subject"]))) for _, mail in self.mails]

    def text(self, number: int = 0) -> str:
        parts = self.mails[number][1].walk()
        payload = next(p for p in parts if p.get_content_type() == "text/plain").get_payload(decode=True)
        assert isinstance(payload, bytes)
        return payload.decode("utf-8")

    def attachments(self, number: int = 0) -> list[str]:
        """Give the file names that came with a mail."""
        return [name for part in self.mails[number][1].walk() if (name := part.get_filename())]
