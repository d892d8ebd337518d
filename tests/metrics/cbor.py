"""CBOR as rpc-v2-cbor has it, written and read without a library: Debian 12 has no client that speaks it."""
import datetime
import struct


def head(major, number):
    for size, (limit, form) in enumerate(((24, None), (1 << 8, ">B"), (1 << 16, ">H"), (1 << 32, ">I"), (1 << 64, ">Q"))):
        if number < limit:
            return bytes([major << 5 | (number if form is None else 23 + size)]) + (b"" if form is None else struct.pack(form, number))
    raise OverflowError(number)


def dumps(value):
    if value is None or isinstance(value, bool):
        return {None: b"\xf6", True: b"\xf5", False: b"\xf4"}[value]
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, float):
        return b"\xfb" + struct.pack(">d", value)
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, datetime.datetime):
        return head(6, 1) + dumps(value.timestamp())
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(dumps, value))
    return head(5, len(value)) + b"".join(dumps(part) for pair in value.items() for part in pair)


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size):
        self.at += size
        assert self.at <= len(self.data), "it ends too early"
        return self.data[self.at - size:self.at]

    def value(self):
        first = self.take(1)[0]
        major, more = first >> 5, first & 31
        if first == 0xFF:
            return StopIteration
        if major == 7:
            return {20: False, 21: True, 22: None}[more] if more < 24 else struct.unpack(">d", self.take(8))[0]
        number = more if more < 24 else None if more == 31 else int.from_bytes(self.take(1 << more - 24), "big")
        if major < 2:
            return number if major == 0 else -1 - number
        if major == 3:
            return self.take(number).decode()
        if major == 6:
            return datetime.datetime.fromtimestamp(self.value(), datetime.timezone.utc)
        items = []
        while number is None or len(items) < number * (major - 3):
            item = self.value()
            if item is StopIteration:
                break
            items.append(item)
        return items if major == 4 else dict(zip(items[::2], items[1::2]))


def loads(data):
    reader = Reader(data)
    value = reader.value()
    assert reader.at == len(data), "something follows"
    return value
