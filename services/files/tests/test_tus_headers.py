"""What tus clients say in headers is read exactly, or refused with a reason."""

import hashlib
from base64 import b64encode

import pytest
from chassis.problems import Problem
from files.tus import headers


def _base64(text: str | bytes) -> str:
    return b64encode(text if isinstance(text, bytes) else text.encode()).decode()


def test_metadata_are_keys_with_values_in_base64() -> None:
    said = f"filename {_base64('보고서.pdf')},entityType {_base64('channel')}, is_final"
    expected = {"filename": "보고서.pdf", "entityType": "channel", "is_final": ""}
    assert headers.metadata({"upload-metadata": said}) == expected
    assert headers.metadata({}) == {}


@pytest.mark.parametrize(
    "said",
    [
        "filename !!!", f"a {_base64('x')},a {_base64('y')}", f"a {_base64('x')} {_base64('y')}", "ä YQ==",
        f"name {_base64(bytes([0xFF, 0xFE]))}", ",", "a" * 5000, ",".join(f"k{n}" for n in range(30)),
    ],
)  # fmt: skip
def test_metadata_that_are_not_well_formed_are_refused(said: str) -> None:
    with pytest.raises(Problem) as refused:
        headers.metadata({"upload-metadata": said})
    assert (refused.value.status, refused.value.type) == (400, "invalid_request")


@pytest.mark.parametrize("algorithm", headers.ALGORITHMS)
def test_a_checksum_is_an_algorithm_and_its_digest(algorithm: str) -> None:
    digest = hashlib.new(algorithm, b"chunk", usedforsecurity=False).digest()
    checksum = headers.checksum({"upload-checksum": f"{algorithm} {_base64(digest)}"})
    assert checksum is not None
    running = checksum.start()
    running.update(b"chunk")
    assert running.digest() == checksum.digest == digest


@pytest.mark.parametrize(
    "said", ["", "sha1", "crc32 AAAA", "sha1 AAAA", "sha1 not-base64!", "SHA1 " + _base64(b"0" * 20)]
)
def test_a_checksum_that_cannot_be_compared_is_refused(said: str) -> None:
    with pytest.raises(Problem) as refused:
        headers.checksum({"upload-checksum": said})
    assert refused.value.status == 400


@pytest.mark.parametrize("said", ["", "-1", "1.5", "0x10", "1e3", " 1", "²", "9" * 19, "1,1"])
def test_a_number_of_bytes_is_digits(said: str) -> None:
    with pytest.raises(Problem):
        headers.number({"upload-offset": said}, "Upload-Offset")
    assert headers.number({"upload-offset": "007"}, "Upload-Offset") == 7


@pytest.mark.parametrize("said", [None, "0.2.2", "1.0.1", "1.0.0,0.2.2"])
def test_another_version_of_the_protocol_is_refused(said: str | None) -> None:
    with pytest.raises(Problem) as refused:
        headers.require_version({"tus-resumable": said} if said else {})
    assert refused.value.status == 412
    headers.require_version({"tus-resumable": "1.0.0"})


def test_only_a_post_can_stand_for_another_method() -> None:
    assert headers.method_of("POST", {"x-http-method-override": "patch"}) == "PATCH"
    assert headers.method_of("GET", {"x-http-method-override": "DELETE"}) == "GET"
    assert headers.method_of("POST", {}) == "POST"
