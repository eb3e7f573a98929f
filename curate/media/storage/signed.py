"""Addresses of objects in an S3, signed by botocore's own signer; where a bucket is, its client is asked once.

The client searches for the endpoint and runs its hooks for each key anew: 435 µs, of which the signature is 77 µs.
"""

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs, quote, urlsplit

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

_FOR_S = 600
_PROBE = "burnish"
_ASKED = {"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-Signature"}
_OPTIONAL = {"X-Amz-SignedHeaders", "X-Amz-Security-Token"}


class _Bucket(NamedTuple):
    """What is the same in the addresses of all keys of a bucket.

    Attributes:
        base: Address, up to and with the slash before the key.
        region: In the scope of the signature; so the service.
        service: Which is `s3`, and another for access points and directories.
    """

    base: str
    region: str
    service: str


class Signer:
    """Signs addresses for reading.

    Args:
        s3: File system of s3fs.
    """

    def __init__(self, s3: "AbstractFileSystem") -> None:
        self._s3 = s3
        self._buckets: dict[str, _Bucket | None] = {}

    async def address(self, key: str) -> str:
        """Return the signed address of a key, `BUCKET/NAME`.

        Raises:
            Exception: As the client raises them: there are no credentials, or they cannot be renewed.
        """
        bucket, _, name = key.partition("/")
        if bucket not in self._buckets:
            self._buckets[bucket] = await self._look(bucket)
        found = self._buckets[bucket]
        if found is None or not name:
            return str(await self._s3._url(key, expires=_FOR_S))
        from botocore.auth import S3SigV4QueryAuth
        from botocore.awsrequest import AWSRequest

        # Asked for each address, because these are the ones that are renewed in time.
        credentials = await (await self._s3.session.get_credentials()).get_frozen_credentials()
        request = AWSRequest("GET", url=found.base + quote(name, safe="/~"))
        S3SigV4QueryAuth(credentials, found.service, found.region, expires=_FOR_S).add_auth(request)
        return str(request.url)

    async def _look(self, bucket: str) -> _Bucket | None:
        """Return what an address that the client signed shows; None where ours would not be the same as its own."""
        # Then the session's credentials are not those of the client.
        if self._s3.key or self._s3.secret or self._s3.token:
            return None
        address = urlsplit(await self._s3._url(f"{bucket}/{_PROBE}", expires=_FOR_S))
        query = parse_qs(address.query)
        path, slash, name = address.path.rpartition("/")
        credential = query.get("X-Amz-Credential", [""])[0].rsplit("/", 4)
        if (
            name != _PROBE
            or not _ASKED <= query.keys() <= _ASKED | _OPTIONAL
            or query["X-Amz-Algorithm"] != ["AWS4-HMAC-SHA256"]
            or query.get("X-Amz-SignedHeaders") != ["host"]
            or len(credential) != 5
        ):
            return None
        return _Bucket(f"{address.scheme}://{address.netloc}{path}{slash}", credential[2], credential[3])
