"""Reads CBOR (RFC 8949), as CloudWatch's newer clients speak it, into what JSON would have. Tags are passed over: of AWS's there is one, of times."""
import math
import struct


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        piece = self.data[self.at:self.at + count]
        if len(piece) < count:
            raise ValueError("CBOR: it ends too early")
        self.at += count
        return piece

    def argument(self, low):
        """The number beside a major type; None where the length is told by an end."""
        if low < 24:
            return low
        if low == 31:
            return None
        if low > 27:
            raise ValueError(f"CBOR: {low} is no length")
        return int.from_bytes(self.take(1 << (low - 24)), "big")

    def item(self):
        major, low = divmod(self.take(1)[0], 32)
        if major == 7:
            return self.simple(low)
        count = self.argument(low)
        if major in (2, 3):
            piece = self.take(count) if count is not None else b"".join(self.pieces())
            return piece.decode() if major == 3 else piece.hex()
        if major == 4:
            return list(self.items(count))
        if major == 5:
            return {self.item(): self.item() for _ in self.turns(count)}
        return {0: count, 1: -1 - count}[major] if major < 2 else self.item()

    def simple(self, low):
        if low in (20, 21, 22, 23):
            return {20: False, 21: True}.get(low)
        if low in (25, 26, 27):
            number = struct.unpack({25: ">e", 26: ">f", 27: ">d"}[low], self.take(1 << (low - 24)))[0]
            return number if math.isfinite(number) else str(number)
        raise ValueError(f"CBOR: {low} is no simple value")

    def turns(self, count):
        if count is not None:
            yield from range(count)
            return
        while self.data[self.at:self.at + 1] != b"\xff":
            yield None
        self.at += 1

    def items(self, count):
        for _ in self.turns(count):
            yield self.item()

    def pieces(self):
        for _ in self.turns(None):
            yield self.take(self.argument(self.take(1)[0] % 32))


def loads(data):
    return Reader(data).item()


def is_map(data):
    """A map's first byte begins no text."""
    return bool(data) and data[0] // 32 == 5
