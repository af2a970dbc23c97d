"""Ways to the outside. A gateway takes a message and its key; the key is the same at every attempt.

Settings name the class for each channel. Another one needs ``send`` and nothing else.
"""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Protocol, cast

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.module_loading import import_string

from accounts.models import OutgoingMessage

TIMEOUT = 20
"""Seconds after which a gateway that does not answer counts as failed."""

NOT_NOW = frozenset({408, 425, 429})
"""Refusals by HTTP that are worth another attempt; other answers from 400 to 499 are final."""


class Refused(Exception):
    """The gateway will never take this message, e.g. for a number that does not exist."""


@dataclass(frozen=True, slots=True)
class Message:
    """What goes out; ``address`` is a phone number or an e-mail address."""

    address: str
    language: str
    subject: str
    text: str


class Gateway(Protocol):
    def send(self, message: Message, key: str) -> None:
        """Hand the message over.

        Raises:
            Refused: it will never be taken. Any other exception: try again later with the same key.
        """


class ConsoleGateway:
    """For machines without a gateway: writes the message to standard output, the number masked."""

    def send(self, message: Message, key: str) -> None:
        masked = f"{message.address[:3]}****{message.address[-2:]}"
        sys.stdout.write(f"[{key}] → {masked} ({message.language})\n{message.text}\n")
        sys.stdout.flush()


class HttpGateway:
    """Posts JSON (``to``, ``language``, ``text``) to ``SMS_GATEWAY_URL`` with the key as ``Idempotency-Key``."""

    def send(self, message: Message, key: str) -> None:
        if not settings.SMS_GATEWAY_URL.startswith(("https://", "http://")):
            raise LookupError("SMS_GATEWAY_URL is not set")
        body = {"to": message.address, "language": message.language, "text": message.text}
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        if settings.SMS_GATEWAY_TOKEN:
            headers["Authorization"] = f"Bearer {settings.SMS_GATEWAY_TOKEN}"
        request = urllib.request.Request(  # noqa: S310  the scheme is checked above
            settings.SMS_GATEWAY_URL, json.dumps(body, ensure_ascii=False).encode(), headers
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT):  # noqa: S310
                pass
        except urllib.error.HTTPError as error:
            if 400 <= error.code < 500 and error.code not in NOT_NOW:
                raise Refused(f"HTTP {error.code}") from None
            raise


class EmailGateway:
    """Django's own mail; the key makes the Message-ID, by which a mailbox knows what it has already."""

    def send(self, message: Message, key: str) -> None:
        EmailMessage(
            subject=message.subject,
            body=message.text,
            to=[message.address],
            headers={"Message-ID": f"<{key.replace(':', '-')}@governance-centre.invalid>"},
        ).send()


def gateway_for(channel: str) -> Gateway:
    """The gateway that the settings name for a channel."""
    name = settings.SMS_GATEWAY if channel == OutgoingMessage.Channel.SMS else settings.EMAIL_GATEWAY
    return cast(Gateway, import_string(name)())
