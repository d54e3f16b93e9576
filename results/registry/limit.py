"""A limit on how fast one address may ask: a bucket of tokens a client, in memory."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_MOST_CLIENTS: Final = 10_000


@dataclass
class Bucket:
    """What a client has left."""

    tokens: float
    filled_at: float


class RateLimit:
    """Lets a client ask `burst` times at once and `per_second` times a second from then on.

    Many telephones of one operator share an address, so the limit is wide; it keeps the load down, while the
    130 bits of a code keep anyone from guessing one. Restarting the registry forgets all buckets.
    """

    def __init__(self, burst: int, per_second: float, monotonic: Callable[[], float]) -> None:
        """Begin with full buckets; `monotonic` gives seconds."""
        self.burst = burst
        self.per_second = per_second
        self._monotonic = monotonic
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def allows(self, client: str) -> bool:
        """Take one token from the client's bucket, if there is one."""
        now = self._monotonic()
        bucket = self._buckets.setdefault(client, Bucket(self.burst, now))
        self._buckets.move_to_end(client)
        bucket.tokens = min(self.burst, bucket.tokens + (now - bucket.filled_at) * self.per_second)
        bucket.filled_at = now
        if len(self._buckets) > _MOST_CLIENTS:
            self._buckets.popitem(last=False)  # the one that has been silent longest
        if bucket.tokens < 1:
            return False
        bucket.tokens -= 1
        return True
