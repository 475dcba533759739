"""Headers that say what a body is, and bodies that are something else than their headers say."""

import gzip

import pytest

from tests.server.test_graphql_http import BODY, GRAPHQL_JSON, JSON, only_error, send

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "content_types", [[JSON, "text/plain"], ["text/plain", JSON], [JSON, f"{JSON};charset=latin1"]]
)
async def test_of_several_content_types_none_may_be_another(content_types: list[str]) -> None:
    answer = await send(headers=[("Content-Type", each) for each in content_types])
    assert (answer.status_code, answer.headers["accept"]) == (415, JSON)
    assert (await send(headers=[("Content-Type", JSON)] * 2)).status_code == 200


@pytest.mark.parametrize(
    "codings",
    [
        ["gzip"],
        ["GZip"],
        ["x-gzip"],
        ["deflate"],
        ["br"],
        ["zstd"],
        ["aes128gcm"],
        ["nonsense"],
        ["identity, gzip"],
        ["gzip, gzip"],
        ["gzip", "identity"],
        ["identity", "gzip"],
        ["", "gzip"],
    ],
)
@pytest.mark.parametrize("media_type", [JSON, GRAPHQL_JSON])
async def test_a_compressed_body_is_unsupported(codings: list[str], media_type: str) -> None:
    headers = [("Content-Type", JSON), ("Accept", media_type), *(("Content-Encoding", each) for each in codings)]
    answer = await send(body=gzip.compress(BODY, mtime=0), headers=headers)
    assert (answer.status_code, answer.headers["accept-encoding"]) == (415, "identity")
    assert answer.headers["content-type"] == f"{media_type}; charset=utf-8"
    sentence = "The body must not be compressed: send it without a Content-Encoding, or with identity."
    assert only_error(answer) == (sentence, "BAD_USER_INPUT")


@pytest.mark.parametrize(
    "codings", [["identity"], ["Identity"], [""], ["identity, identity"], ["identity", "identity"]]
)
async def test_the_coding_identity_is_none(codings: list[str]) -> None:
    answer = await send(headers=[("Content-Type", JSON), *(("Content-Encoding", each) for each in codings)])
    assert answer.json()["data"] == {"__typename": "Query"}


async def test_a_byte_order_mark_before_the_json_is_skipped() -> None:
    assert (await send(body=b"\xef\xbb\xbf" + BODY)).json()["data"] == {"__typename": "Query"}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (BODY.decode().encode("utf-16"), "The body is not JSON in UTF-8, but in UTF-16 or UTF-32."),
        (b"\xfe\xff" + BODY.decode().encode("utf-16-be"), "The body is not JSON in UTF-8, but in UTF-16 or UTF-32."),
        (BODY.decode().encode("utf-16-le"), "The body is not JSON in UTF-8, but in UTF-16 or UTF-32."),
        (BODY.decode().encode("utf-16-be"), "The body is not JSON in UTF-8, but in UTF-16 or UTF-32."),
        (BODY.decode().encode("utf-32"), "The body is not JSON in UTF-8, but in UTF-16 or UTF-32."),
        (BODY.decode().encode("utf-32-be"), "The body is not JSON in UTF-8, but in UTF-16 or UTF-32."),
        (gzip.compress(BODY, mtime=0), "The body is not JSON: it is compressed."),
        (b'{"query": "\xe4"}', "The body is not UTF-8."),
    ],
)
async def test_what_the_body_is_instead_of_json_is_said_where_it_can_be_seen(body: bytes, message: str) -> None:
    answer = await send(body=body)
    assert (answer.status_code, only_error(answer)) == (400, (message, "BAD_USER_INPUT"))


async def test_half_a_surrogate_pair_is_json_all_the_same() -> None:
    answer = await send(body=b'{"query": "{ __typename }", "variables": {"a": "\\ud800"}, "extensions": null}')
    assert (answer.status_code, answer.json()["data"]) == (200, {"__typename": "Query"})
