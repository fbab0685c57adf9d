"""Octets to write: valid pictures for the media types of pictures, and for others all values that an octet may have."""

from __future__ import annotations

import base64
import struct
import zlib

ANY = "application/octet-stream"
JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP////////////////////////////////////////////////////////////////////////////////"
    "//////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA="
)
"""A picture of one pixel."""
GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAUwAOw==")
SIGNATURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM", b"II*\x00", b"MM\x00*")
"""What the octets of pictures begin with."""
EVERY_VALUE = bytes(range(256))
LONG = 64 * 1024 + 1
SHORT = 300


def concrete(media: str) -> str:
    """A media type that a message may be said to have, where the document has a range of them."""
    return {"*/*": ANY, "image/*": "image/png", "text/*": "text/plain"}.get(media, media)


def is_picture(media: str) -> bool:
    """Whether octets of a media type are those of a picture, which a server may check and make anew."""
    return media.startswith("image/")


def looks_like_picture(body: bytes) -> bool:
    """Whether octets begin as those of a picture do."""
    return body.startswith(SIGNATURES)


def sample(media: str, n: int) -> bytes:
    """Octets of a media type, different ones for each number."""
    match media:
        case "image/png":
            return _png(n)
        case "image/gif":
            return GIF[:13] + n.to_bytes(3, "big") + GIF[16:]
        case "image/svg+xml":
            return f'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="{n}"/>'.encode()
    if is_picture(media):
        remark = b"graph-contracts %d" % n
        return JPEG[:2] + b"\xff\xfe" + struct.pack(">H", len(remark) + 2) + remark + JPEG[2:]
    if media.startswith("text/"):
        return b"graph-contracts %d\n" % n
    return (b"graph-contracts %d\n" % n + EVERY_VALUE)[:SHORT]


def samples(media: str, n: int) -> list[tuple[str, bytes]]:
    """Octets of a media type, each with what is said of them: of other types than pictures and texts in all sizes."""
    usual = sample(media, n)
    if is_picture(media):
        return [("a picture", usual)]
    if media.startswith("text/"):
        return [("a text", usual), ("no octet", b"")]
    long = (usual + EVERY_VALUE * (LONG // 256 + 1))[:LONG]
    return [("every octet", usual), ("one octet", b"\x00"), ("64 KiB and an octet", long), ("no octet", b"")]


def _png(n: int) -> bytes:
    """A picture of one pixel, whose colour is a number."""
    colour = (n % 2**24).to_bytes(3, "big")
    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(b"\x00" + colour)), (b"IEND", b""))
    return SIGNATURES[0] + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )
