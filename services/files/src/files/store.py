"""Bytes in an S3 store, in plain S3 alone, so that any server will do.

Requests are signed here and sent by one HTTP client: nothing is hashed twice, and bodies are streamed.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import aiohttp
from aiobotocore.config import AioConfig
from aiobotocore.session import get_session
from botocore.exceptions import BotoCoreError, ClientError
from yarl import URL

from files.objects import Address, Head, Listed, Missing, Part, StoreGone

__all__ = ["PART", "Head", "Listed", "Missing", "Part", "Reading", "Store", "StoreGone"]

# Bytes of a part: the least that S3 takes save of the last one, since three of them are held for each upload.
PART = 5 * 1024 * 1024
CHUNK = 256 * 1024
# Bytes that are copied by one request: short enough for its deadline.
COPIED_AT_ONCE = 128 * 1024 * 1024
# Seconds without a byte after which the store is taken for gone.
SILENCE = 30.0
OCTETS = "application/octet-stream"
# One for the process: each reads what botocore knows of S3 anew, a tenth of a second of JSON.
SESSION = get_session()
MISSING = {"404", "NoSuchKey", "NotFound", "NoSuchUpload", "InvalidPart"}


@dataclass(frozen=True, slots=True)
class Reading:
    """Bytes that are on their way from the store."""

    size: int
    etag: str
    answer: aiohttp.ClientResponse

    async def chunks(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self.answer.content.iter_chunked(CHUNK):
                yield chunk
        except (aiohttp.ClientError, TimeoutError) as error:
            raise StoreGone(f"the store stopped in the middle: {error!r}") from error


class Store:
    """One bucket. Every request has a deadline; `StoreGone` says that trying again may help."""

    def __init__(self, address: Address, client: Any, outside: Any, http: aiohttp.ClientSession) -> None:
        self._address, self._client, self._outside, self._http = address, client, outside, http

    @classmethod
    @asynccontextmanager
    async def connect(cls, url: str, region: str = "us-east-1", public_url: str = "") -> AsyncIterator["Store"]:
        """`public_url` is the store's address as browsers see it, if it is another."""
        address = Address.read(url)
        async with AsyncExitStack() as stack:
            client = await stack.enter_async_context(_client(address, address.endpoint, region))
            outside = await stack.enter_async_context(_client(address, public_url or address.endpoint, region))
            connector = aiohttp.TCPConnector(limit=64, keepalive_timeout=20)
            timeout = aiohttp.ClientTimeout(total=None, sock_connect=3, sock_read=SILENCE)
            http = aiohttp.ClientSession(connector=connector, timeout=timeout, auto_decompress=False)
            yield cls(address, client, outside, await stack.enter_async_context(http))

    async def prepare(self) -> None:
        """Make the bucket unless it is there."""
        try:
            await self._call("head_bucket")
        except Missing:
            await self._call("create_bucket")

    async def ready(self) -> None:
        """Raise unless the bucket is there."""
        await self._call("head_bucket")

    async def put(self, key: str, body: bytes, media_type: str = OCTETS) -> None:
        await self._send("put_object", body, Key=key, ContentType=media_type)

    @asynccontextmanager
    async def in_parts(self, key: str, media_type: str = OCTETS) -> AsyncIterator[tuple[str, list[Part]]]:
        """The id for the parts, and the list for what was put: whole at the end, given up if anything fails before."""
        multipart_id, parts = await self.begin(key, media_type), list[Part]()
        try:
            yield multipart_id, parts
            await self.complete(key, multipart_id, parts)
        except BaseException:
            await asyncio.shield(self.abort(key, multipart_id))
            raise

    async def begin(self, key: str, media_type: str = OCTETS) -> str:
        """The id by which an object is put part by part."""
        return str((await self._call("create_multipart_upload", Key=key, ContentType=media_type))["UploadId"])

    async def put_part(self, key: str, multipart_id: str, number: int, body: bytes) -> Part:
        told = await self._send("upload_part", body, Key=key, UploadId=multipart_id, PartNumber=number)
        return Part(number, told.get("ETag", ""), len(body))

    async def parts(self, key: str, multipart_id: str) -> list[Part]:
        """Those that are there, in their order; `Missing` if the upload is over."""
        found: list[Part] = []
        after = 0
        while True:
            told = await self._call("list_parts", Key=key, UploadId=multipart_id, PartNumberMarker=after)
            found += [Part(part["PartNumber"], part["ETag"], part["Size"]) for part in told.get("Parts", ())]
            if not told.get("IsTruncated"):
                return found
            after = told["NextPartNumberMarker"]

    async def complete(self, key: str, multipart_id: str, parts: Sequence[Part]) -> None:
        """`Missing` if the upload is over, completed or given up before, or if a part of it is another."""
        listed = [{"PartNumber": part.number, "ETag": part.etag} for part in parts]
        await self._call("complete_multipart_upload", Key=key, UploadId=multipart_id, MultipartUpload={"Parts": listed})

    async def abort_all(self, key: str) -> None:
        """Every upload in parts of this object, whoever began it."""
        # MinIO answers for whole keys alone.
        told = await self._call("list_multipart_uploads", Prefix=key)
        for item in told.get("Uploads", ()):
            if item["Key"] == key:
                await self.abort(key, item["UploadId"])

    async def abort(self, key: str, multipart_id: str) -> None:
        """Give an upload up; one that is over is left as it is."""
        try:
            await self._call("abort_multipart_upload", Key=key, UploadId=multipart_id)
        except Missing:
            return

    async def copy(self, source: str, target: str, etag: str | None = None) -> None:
        """Within the store, whatever was at the target; `Missing` without a source, `StoreGone` if it is not (any
        more) what the `etag` says."""
        head = await self.head(source)
        if head is None:
            raise Missing(source)
        if etag is not None and head.etag != etag:
            raise StoreGone(f"{source} was written to")
        # Not all stores look at this condition when they copy parts.
        origin: dict[str, object] = {
            "CopySource": {"Bucket": self._address.bucket, "Key": source},
            "CopySourceIfMatch": head.etag,
        }
        if head.size <= COPIED_AT_ONCE:
            await self._call("copy_object", Key=target, **origin)
        else:
            await self._copy_in_parts(origin, target, head.size)

    async def _copy_in_parts(self, origin: dict[str, object], target: str, size: int) -> None:
        async with self.in_parts(target) as (multipart_id, parts):
            for number, first in enumerate(range(0, size, COPIED_AT_ONCE), 1):
                span = f"bytes={first}-{min(first + COPIED_AT_ONCE, size) - 1}"
                told = await self._call(
                    "upload_part_copy", Key=target, UploadId=multipart_id, PartNumber=number, CopySourceRange=span,
                    **origin,
                )  # fmt: skip
                parts.append(Part(number, told["CopyPartResult"]["ETag"]))

    @asynccontextmanager
    async def get(self, key: str, first: int = 0, last: int | None = None) -> AsyncIterator[Reading]:
        """The bytes from `first` to `last`, both included; `Missing` if there are none."""
        span = {"Range": f"bytes={first}-{'' if last is None else last}"} if first or last is not None else {}
        url = await self._signed(self._client, "get_object", Key=key)
        try:
            async with self._http.get(URL(url, encoded=True), headers=span) as answer:
                await _checked(answer)
                yield Reading(int(answer.headers["Content-Length"]), answer.headers.get("ETag", ""), answer)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise StoreGone(f"the store does not answer: {error!r}") from error

    async def read(self, key: str, limit: int) -> bytes:
        """A small object whole; `ValueError` if it has more than `limit` bytes."""
        async with self.get(key) as reading:
            if reading.size > limit:
                raise ValueError(f"{key} has {reading.size} bytes, more than {limit}")
            return b"".join([chunk async for chunk in reading.chunks()])

    async def head(self, key: str) -> Head | None:
        """None if nothing is there."""
        try:
            told = await self._call("head_object", Key=key)
        except Missing:
            return None
        return Head(told["ContentLength"], told["ETag"], told.get("ContentType", OCTETS))

    async def delete(self, *keys: str) -> None:
        """One after the other: what is not there is as good as deleted."""
        for key in keys:
            try:
                await self._call("delete_object", Key=key)
            except Missing:
                continue

    async def delete_all(self, prefix: str) -> int:
        """How many were there."""
        keys = [listed.key async for listed in self.list(prefix)]
        await self.delete(*keys)
        return len(keys)

    async def list(self, prefix: str) -> AsyncIterator[Listed]:
        """Everything whose key begins so, in the order of the keys."""
        after: dict[str, str] = {}
        while True:
            told = await self._call("list_objects_v2", Prefix=prefix, **after)
            for item in told.get("Contents", ()):
                yield Listed(item["Key"], item["Size"], item["LastModified"])
            if not told.get("IsTruncated"):
                return
            after = {"ContinuationToken": told["NextContinuationToken"]}

    async def under_way(self) -> AsyncIterator[tuple[str, str]]:
        """Key and id of every upload in parts that was neither completed nor given up."""
        after: dict[str, str] = {}
        while True:
            told = await self._call("list_multipart_uploads", **after)
            for item in told.get("Uploads", ()):
                yield item["Key"], item["UploadId"]
            if not told.get("IsTruncated"):
                return
            after = {"KeyMarker": told["NextKeyMarker"], "UploadIdMarker": told["NextUploadIdMarker"]}

    async def permit_put(self, key: str, size: int, media_type: str, seconds: int) -> tuple[str, dict[str, str]]:
        """An address to which a browser may put exactly so many bytes of that type, and the headers it must send."""
        url = await self._signed(
            self._outside, "put_object", seconds, Key=key, ContentLength=size, ContentType=media_type
        )
        return url, {"Content-Type": media_type, "Content-Length": str(size)}

    async def _signed(self, client: Any, operation: str, seconds: int = 900, /, **arguments: Any) -> str:
        told = {"Bucket": self._address.bucket, **arguments}
        return str(await client.generate_presigned_url(operation, Params=told, ExpiresIn=seconds))

    async def _send(self, operation: str, body: bytes, **arguments: Any) -> Any:
        """Bytes with a signature in the address: S3 then needs no hash of them."""
        url = await self._signed(self._client, operation, **arguments)
        headers = {"Content-Type": str(arguments.get("ContentType", OCTETS))}
        try:
            async with self._http.put(URL(url, encoded=True), data=BytesIO(body), headers=headers) as answer:
                await _checked(answer)
                return answer.headers
        except (aiohttp.ClientError, TimeoutError) as error:
            raise StoreGone(f"the store does not answer: {error!r}") from error

    async def _call(self, operation: str, **arguments: object) -> Any:
        try:
            async with asyncio.timeout(SILENCE * 2):
                return await getattr(self._client, operation)(Bucket=self._address.bucket, **arguments)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in MISSING:
                raise Missing(str(arguments.get("Key", self._address.bucket))) from error
            raise StoreGone(f"{operation}: {error}") from error
        except (BotoCoreError, aiohttp.ClientError, TimeoutError, OSError) as error:
            raise StoreGone(f"{operation}: {error!r}") from error


def _client(address: Address, endpoint: str, region: str) -> Any:
    return SESSION.create_client(
        "s3", endpoint_url=endpoint, region_name=region, aws_access_key_id=address.key,
        aws_secret_access_key=address.secret,
        config=AioConfig(
            signature_version="s3v4", s3={"addressing_style": "path"}, connect_timeout=3, read_timeout=SILENCE,
            retries={"total_max_attempts": 2}, max_pool_connections=32,
            request_checksum_calculation="when_required", response_checksum_validation="when_required",
        ),
    )  # fmt: skip


async def _checked(answer: aiohttp.ClientResponse) -> None:
    if answer.status < 300:
        return
    said = (await answer.content.read(2_000)).decode(errors="replace")
    if answer.status == 404:
        raise Missing(said)
    raise StoreGone(f"the store answers {answer.status}: {said}")
