"""Buckets of an object store: each test has its own, and leaves nothing in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

from aiobotocore.config import AioConfig
from aiobotocore.session import get_session

# One for the run: each reads what botocore knows of S3 anew.
SESSION = get_session()
CONFIG = AioConfig(
    signature_version="s3v4", connect_timeout=5, read_timeout=30, s3={"addressing_style": "path"},
    request_checksum_calculation="when_required", response_checksum_validation="when_required",
)  # fmt: skip


@asynccontextmanager
async def client(url: str) -> AsyncIterator[Any]:
    """An S3 client for `http://key:secret@host:port/bucket`."""
    parts = urlsplit(url)
    async with SESSION.create_client(
        "s3", endpoint_url=f"{parts.scheme}://{parts.hostname}:{parts.port}", region_name="us-east-1", config=CONFIG,
        aws_access_key_id=parts.username, aws_secret_access_key=parts.password,
    ) as made:  # fmt: skip
        yield made


def name_of(url: str) -> str:
    """The bucket that a URL names."""
    return urlsplit(url).path.strip("/")


@asynccontextmanager
async def own_bucket(url: str) -> AsyncIterator[str]:
    """The URL of an empty bucket on that server, gone with all that is in it when the block is left."""
    name = f"test-{uuid4().hex}"
    async with client(url) as s3:
        await s3.create_bucket(Bucket=name)
        yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        await _empty(s3, name)
        await s3.delete_bucket(Bucket=name)


async def keys(url: str) -> list[str]:
    """Everything in the bucket now."""
    async with client(url) as s3:
        return await _keys(s3, name_of(url))


async def _keys(s3: Any, bucket: str) -> list[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return [found["Key"] async for page in pages for found in page.get("Contents", ())]


async def _empty(s3: Any, bucket: str) -> None:
    for begun in (await s3.list_multipart_uploads(Bucket=bucket)).get("Uploads", ()):
        await s3.abort_multipart_upload(Bucket=bucket, Key=begun["Key"], UploadId=begun["UploadId"])
    for key in await _keys(s3, bucket):
        await s3.delete_object(Bucket=bucket, Key=key)
