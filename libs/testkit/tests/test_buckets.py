"""Both object stores, as tests get them."""

import pytest
from aiohttp import ClientSession
from testkit import buckets


@pytest.mark.parametrize("turn", [1, 2])
async def test_every_test_has_an_empty_bucket(s3_url: str, turn: int) -> None:
    assert await buckets.keys(s3_url) == []
    async with buckets.client(s3_url) as s3:
        await s3.put_object(Bucket=buckets.name_of(s3_url), Key="left/behind", Body=b"x")
        await s3.create_multipart_upload(Bucket=buckets.name_of(s3_url), Key="left/half")


async def test_both_stores_keep_what_is_put_and_answer_parts_of_it(each_s3_url: str) -> None:
    bucket = buckets.name_of(each_s3_url)
    async with buckets.client(each_s3_url) as s3:
        await s3.put_object(Bucket=bucket, Key="a/b", Body=b"0123456789", ContentType="text/plain")
        answer = await s3.get_object(Bucket=bucket, Key="a/b", Range="bytes=2-4")
        assert await answer["Body"].read() == b"234"
    assert await buckets.keys(each_s3_url) == ["a/b"]


async def test_pages_of_another_origin_may_put_where_a_presigned_address_lets_them(each_s3_url: str) -> None:
    async with buckets.client(each_s3_url) as s3, ClientSession() as http:
        url = await s3.generate_presigned_url("put_object", Params={"Bucket": buckets.name_of(each_s3_url), "Key": "k"})
        asked = {"Origin": "http://page.example", "Access-Control-Request-Method": "PUT"}
        async with http.options(url, headers=asked) as answer:
            assert answer.headers["Access-Control-Allow-Origin"] in ("*", "http://page.example")
        async with http.put(url, data=b"bytes", headers={"Origin": "http://page.example"}) as answer:
            assert answer.status == 200
            assert answer.headers["Access-Control-Allow-Origin"] in ("*", "http://page.example")
