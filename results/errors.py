"""Errors about what is kept: integrity, storage, delivery."""

from drivers.errors import PlainError


class RecordError(PlainError):
    """Something kept cannot be used as it is; nothing is changed."""


class IntegrityError(RecordError):
    """A hash, chain, signature or proof does not hold; the facts name the place. Exit code 5."""


class StorageError(RecordError):
    """The disk refuses: full, read-only, failed to sync. Tests stop."""


class DeliveryError(RecordError):
    """The registry cannot be reached or refuses; the record waits in the outbox."""
