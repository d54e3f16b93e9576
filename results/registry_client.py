"""The bench's line to a registry: a port, and HTTP behind it.

Every way in which a registry can fail to answer becomes a DeliveryError; what it answers is not judged here.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Protocol, Self, TypeVar
from urllib.parse import urlsplit

import msgspec

from results.errors import DeliveryError
from results.receipt import Receipt
from results.registry.wire import (
    BATCH_TYPE,
    DIGEST_HEADER,
    ENVELOPE_TYPE,
    BatchAnswer,
    ConsistencyAnswer,
    KeysAnswer,
    RefusalAnswer,
    content_digest,
)

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_LARGEST_ANSWER: Final = 1_000_000
_LONGEST_WORDS: Final = 500
"""of an answer, as a person is shown them"""
_MOST: Final = 2**63 - 1
_CODE: Final = re.compile(r"registry\.[a-z_]{1,40}", re.ASCII)
_FOR_EVER: Final = frozenset({400, 403, 409, 413, 422})
_PASSING: Final = frozenset({"registry.damaged", "registry.sequence"})
"""codes with such a status that time, or an earlier record, puts right"""
_BATCHES: Final = "/records/batch"
_ABSENT: Final = frozenset({404, 405, 501})
T = TypeVar("T")


class _NoBatchesError(Exception):
    """The registry takes records one by one, which is all that the public contract asks of it."""


class RefusedError(DeliveryError):
    """The registry will not take this record as it is; a person must act."""


@dataclass(frozen=True)
class Pushed:
    """What a registry answered to records that were sent together."""

    receipts: tuple[Receipt, ...]
    """of the first ones, in their order"""
    refused: DeliveryError | None = None
    """why the next one was not taken, a RefusedError when it never will be; those behind it were not tried"""


class RegistryLine(Protocol):
    """What delivery needs of a registry."""

    async def push(self, envelopes: Sequence[bytes]) -> Pushed:
        """Send records together, at most `MOST_IN_A_BATCH`; not all of them can have been taken.

        Raises:
            DeliveryError: no usable answer; any of them may be registered, and all can be sent again.
        """

    async def checkpoint(self) -> str:
        """The newest signed checkpoint.

        Raises:
            DeliveryError: no usable answer.
        """

    async def consistency(self, first: int, second: int) -> tuple[str, ...]:
        """Hashes, hexadecimal, that show tree `first` to be the beginning of tree `second`.

        Raises:
            DeliveryError: no usable answer.
        """


@dataclass(frozen=True)
class Patience:
    """How long a bench waits, in seconds."""

    connect_s: float = 5.0
    answer_s: float = 20.0
    whole_s: float = 60.0
    """for a whole exchange, however it trickles"""


class HttpRegistryLine:
    """A registry behind an HTTP address."""

    def __init__(self, url: str, patience: Patience = Patience()) -> None:
        """Prepare the line; nothing is sent yet.

        Args:
            url: address of the registry without a path: `https://registry.example`.
            patience: time-outs.

        Raises:
            DeliveryError: this is no such address, or the computer's proxy or certificates are set wrongly.
        """
        import httpx  # noqa: PLC0415 - a tenth of every command's start, and few need the network

        try:
            address = httpx.URL(url.rstrip("/"))
            host = address.host
        except (httpx.InvalidURL, ValueError):  # the latter of a name that IDNA does not know
            host = ""
        if not host or address.scheme not in ("http", "https"):
            raise DeliveryError(
                "registry.url",
                "{url} is not the address of a registry.",
                "Write it as https://registry.example in the laboratory file.",
                url=repr(url),
            )
        self.url = str(address)
        self._whole_s = patience.whole_s
        try:
            self._client = httpx.AsyncClient(
                base_url=address,
                # Packed answers are not asked for and not unpacked: a small one can fill the memory.
                headers={"Accept-Encoding": "identity"},
                timeout=httpx.Timeout(patience.answer_s, connect=patience.connect_s),
                trust_env=host not in _LOOPBACK,  # an office's proxy knows nothing of this computer
                follow_redirects=False,
            )
        except (OSError, ValueError, ImportError) as fault:
            raise DeliveryError(
                "registry.surroundings",
                "The line to the registry {url} cannot be prepared: {fault}.",
                "Check how proxy and certificates are set on this computer: HTTPS_PROXY, SSL_CERT_FILE.",
                url=self.url,
                fault=str(fault),
            ) from None

    async def push(self, envelopes: Sequence[bytes]) -> Pushed:
        """Send records together; one by itself goes the way that any program can take."""
        body = b"".join(envelopes)
        headers = {DIGEST_HEADER: content_digest(body)}
        if len(envelopes) == 1:
            headers["Content-Type"] = ENVELOPE_TYPE
            try:
                told = await self._exchange("POST", "/records", content=body, headers=headers)
            except RefusedError as refusal:
                return Pushed((), refusal)
            return Pushed((self._read(told, Receipt),))
        headers["Content-Type"] = BATCH_TYPE
        try:
            told = await self._exchange("POST", _BATCHES, content=body, headers=headers)
        except _NoBatchesError:
            return await self.push(envelopes[:1])
        answer = self._read(told, BatchAnswer)
        if answer.refused is None and len(answer.receipts) == len(envelopes):
            return Pushed(answer.receipts)
        if answer.refused is None or len(answer.receipts) >= len(envelopes):
            raise self._no_registry()
        return Pushed(answer.receipts, self._problem(answer.refused, answer.refused.status))

    async def checkpoint(self) -> str:
        """The newest signed checkpoint."""
        try:
            return (await self._exchange("GET", "/checkpoint")).decode()
        except UnicodeDecodeError:
            raise self._no_registry() from None

    async def consistency(self, first: int, second: int) -> tuple[str, ...]:
        """Hashes that show tree `first` to be the beginning of tree `second`."""
        path = f"/proof/consistency?first={first}&second={second}"
        return self._read(await self._exchange("GET", path), ConsistencyAnswer).proof

    async def retired(self) -> frozenset[str]:
        """The ids of the keys that the registry has retired; its plain word, which nothing signs.

        Raises:
            DeliveryError: no usable answer.
        """
        answer = self._read(await self._exchange("GET", "/keys"), KeysAnswer)
        return frozenset(key.keyid for key in answer.enrolled if key.retired)

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _exchange(
        self, method: str, path: str, *, content: bytes | None = None, headers: dict[str, str] | None = None
    ) -> bytes:
        import httpx  # noqa: PLC0415 - see __init__

        try:
            async with (
                asyncio.timeout(self._whole_s),
                self._client.stream(method, path, content=content, headers=headers) as response,
            ):
                body = bytearray()
                if response.headers.get("Content-Encoding", "identity").lower() != "identity":
                    raise self._no_registry()
                async for chunk in response.aiter_raw():
                    body += chunk
                    if len(body) > _LARGEST_ANSWER:
                        raise self._no_registry()
        except (TimeoutError, httpx.TimeoutException):
            raise DeliveryError(
                "registry.timeout",
                "The registry {url} does not answer in time.",
                "The record is safe and will be sent again by itself; check the network if this lasts.",
                url=self.url,
            ) from None
        except httpx.HTTPError as fault:
            raise DeliveryError(
                "registry.down",
                "The registry {url} cannot be reached.",
                "The record is safe and will be sent again by itself; check the network if this lasts.",
                url=self.url,
                fault=type(fault).__name__,
            ) from None
        if response.is_success:
            return bytes(body)
        if path == _BATCHES and response.status_code in _ABSENT:
            raise _NoBatchesError(path)
        raise self._refusal(response.status_code, bytes(body))

    def _read(self, body: bytes, kind: type[T]) -> T:
        try:
            return msgspec.json.decode(body, type=kind)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise self._no_registry() from None

    def _refusal(self, status: int, body: bytes) -> DeliveryError:
        return self._problem(self._read(body, RefusalAnswer), status)

    def _problem(self, answer: RefusalAnswer, status: int) -> DeliveryError:
        return refusal_told(answer, status) or self._no_registry()

    def _no_registry(self) -> DeliveryError:
        return DeliveryError(
            "registry.answer",
            "{url} does not answer as a registry.",
            "Check the registry address in the laboratory file; the record is safe and stays in the outbox.",
            url=self.url,
        )


def refusal_told(answer: RefusalAnswer, status: int) -> DeliveryError | None:
    """What a registry's refusal means here, a RefusedError when a person must act; None when it is no answer.

    Args:
        answer: as it came; its words are a stranger's.
        status: of the answer, or that it would have had over the line.
    """
    if not _CODE.fullmatch(answer.code) or not _told_whole(answer.expected, answer.status):
        return None
    kind = RefusedError if status in _FOR_EVER and answer.code not in _PASSING else DeliveryError
    facts: dict[str, str | int] = {
        "answer": _shown(answer.message),
        "advice": _shown(answer.remedy),
        "status": status,
    }
    if answer.expected is not None:
        facts["expected"] = answer.expected
    return kind(answer.code, "The registry does not take the record: {answer}", "{advice}", **facts)


def is_in_clear(url: str) -> bool:
    """Whether what goes to an address can be read on the way: plain HTTP to another computer."""
    try:
        address = urlsplit(url)
    except ValueError:
        return False
    return address.scheme == "http" and address.hostname not in _LOOPBACK


def _told_whole(*numbers: int | None) -> bool:
    """Whether numbers of an answer are such as a count or a status can be, and the outbox can keep."""
    return all(number is None or 0 <= number <= _MOST for number in numbers)


def _shown(words: str) -> str:
    """A stranger's words as one line that cannot move the cursor, turn the direction or fill the screen."""
    line = "".join(one if one.isprintable() else " " for one in words[:_LONGEST_WORDS])
    return " ".join(line.split())
