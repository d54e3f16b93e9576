"""The part of the registry that programs use: records in, receipts and proofs out."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from drivers.notation import to_json
from results.errors import RecordError
from results.registry.limit import RateLimit
from results.registry.refusal import RefusalError
from results.registry.store import Store
from results.registry.wire import (
    DIGEST_HEADER,
    ENVELOPE_TYPE,
    MOST_IN_A_BATCH,
    ConsistencyAnswer,
    InclusionAnswer,
    content_digest,
)

Count = Annotated[int, Query(ge=0, lt=2**62)]


def router(store: Store, limit: RateLimit, *, maximum_bytes: int) -> APIRouter:
    """The routes on one store."""
    routes = APIRouter()
    _records(routes, store, limit, maximum_bytes)
    _proofs(routes, store)
    _state(routes, store)
    return routes


def _records(routes: APIRouter, store: Store, limit: RateLimit, maximum_bytes: int) -> None:
    @routes.post("/records")
    async def take(request: Request) -> Response:
        body = await _body(request, maximum_bytes)
        receipt, new = await run_in_threadpool(store.take, body)
        return _json(receipt, 201 if new else 200)

    @routes.post("/records/batch")
    async def take_batch(request: Request) -> Response:
        body = await _body(request, maximum_bytes)
        return _json(await run_in_threadpool(_take_batch, store, body))

    @routes.get("/records/{record_id:path}")
    def record(record_id: str, request: Request, token: str = "") -> Response:
        """Only with the code from the certificate: the envelope holds the owner's name."""
        check_rate(limit, request)
        entry = store.find(token.upper()) if token else None
        if entry is None or entry.submission.record.record_id != record_id:
            raise RefusalError(
                404,
                "unknown",
                "No record with this number and this code is registered.",
                "Check the number, and the code printed on the certificate.",
            )
        return Response(entry.submission.body, media_type=ENVELOPE_TYPE)


def _take_batch(store: Store, body: bytes) -> dict[str, Any]:
    """A `BatchAnswer`: each record as if it had come by itself, up to the first that is not taken.

    Raises:
        RefusalError: nothing, or more than a batch may hold; nothing was taken.
    """
    envelopes = body.splitlines(keepends=True)
    if not 0 < len(envelopes) <= MOST_IN_A_BATCH:
        raise RefusalError(
            413,
            "batch",
            "A batch holds from 1 to {most} records, one a line; this one holds {count}.",
            "Send the files in batches of that size.",
            most=MOST_IN_A_BATCH,
            count=len(envelopes),
        )
    receipts = []
    for envelope in envelopes:
        try:
            receipts.append(store.take(envelope)[0])
        except RecordError as fault:
            status = fault.status if isinstance(fault, RefusalError) else 500
            answer = {"code": fault.code, "message": fault.message, "remedy": fault.remedy, "status": status}
            return {"receipts": receipts, "refused": {**fault.facts, **answer}}
    return {"receipts": receipts, "refused": None}


def _proofs(routes: APIRouter, store: Store) -> None:
    @routes.get("/checkpoint")
    def checkpoint() -> Response:
        return Response(store.checkpoint(), media_type="text/plain; charset=utf-8")

    @routes.get("/proof/inclusion")
    def inclusion(leaf: Count, size: Count | None = None) -> Response:
        try:
            tree_size, proof = store.inclusion(leaf, size)
        except ValueError as mistake:
            raise _no_tree(mistake) from None
        return _json(InclusionAnswer(leaf_index=leaf, tree_size=tree_size, proof=_hexadecimal(proof)))

    @routes.get("/proof/consistency")
    def consistency(first: Count, second: Count) -> Response:
        try:
            proof = store.consistency(first, second)
        except ValueError as mistake:
            raise _no_tree(mistake) from None
        return _json(ConsistencyAnswer(first=first, second=second, proof=_hexadecimal(proof)))


def _state(routes: APIRouter, store: Store) -> None:
    @routes.get("/keys")
    def keys() -> Response:
        """What is needed to check checkpoints and records; names of officers stay here."""
        enrolled = [
            {
                "keyid": key.keyid,
                "public_key": key.public_key.hex(),
                "role": key.role,
                "subject": key.subject if key.role == "bench" else "",
                "office": key.office,
                "retired": key.retired,
            }
            for key in store.keys().values()
        ]
        return _json({"key": str(store.key), "training": store.training, "enrolled": enrolled})

    @routes.get("/health")
    def health() -> Response:
        size, alarms = store.counts()
        return _json({"status": "ok", "training": store.training, "tree_size": size, "alarms": alarms})


def check_rate(limit: RateLimit, request: Request) -> None:
    """Count this request against its sender.

    Raises:
        RefusalError: too many came.
    """
    if not limit.allows(request.client.host if request.client else ""):
        raise RefusalError(
            429,
            "busy",
            "Too many requests came from this network.",
            "Try again in a minute; nothing is lost.",
        )


async def _body(request: Request, maximum_bytes: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > maximum_bytes:
            raise RefusalError(
                413,
                "too_large",
                "This body is larger than the {maximum} bytes that a record may have.",
                "Send the sealed .tera.json file; the evidence stays at the bench.",
                maximum=maximum_bytes,
            )
    whole = bytes(body)
    if request.headers.get(DIGEST_HEADER, content_digest(whole)) != content_digest(whole):
        raise RefusalError(
            400,
            "damaged",
            "The body was damaged on its way.",
            "Send it again; nothing was taken.",
        )
    return whole


def _hexadecimal(proof: list[bytes]) -> tuple[str, ...]:
    return tuple(digest.hex() for digest in proof)


def _json(value: Any, status: int = 200) -> Response:
    return Response(to_json(value), status, media_type="application/json")


def _no_tree(mistake: ValueError) -> RefusalError:
    return RefusalError(
        404,
        "no_tree",
        "There is no such proof: {mistake}.",
        "Ask for sizes that the log has had; /checkpoint tells the newest.",
        mistake=str(mistake),
    )
