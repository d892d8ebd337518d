"""A user's end of a Session Manager session, as AWS's plugin is one: a WebSocket, and in it numbered messages that are acknowledged."""
import base64
import hashlib
import json
import os
import select
import socket
import struct
import time
import urllib.parse
import uuid

HEADER = struct.Struct(">I32sIQqQ16s32sII")
OUTPUT, SIZE, ASKED, ANSWERED, COMPLETE, FLAG = 1, 3, 5, 6, 7, 10
TERMINATE = 2  # the flag by which a user ends a session


class Session:
    """Opened by what StartSession answers; reads until a text comes, types, and knows how it ended."""

    def __init__(self, started):
        url = urllib.parse.urlsplit(started["StreamUrl"])
        assert url.scheme == "ws", url
        self.socket, self.buffer, self.sequence, self.expected = socket.create_connection((url.hostname, url.port), timeout=30), b"", 0, 0
        self.heard, self.ended, self.asked, self.acknowledges = "", None, None, True
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f"GET {url.path}?{url.query} HTTP/1.1\r\nHost: {url.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
        while b"\r\n\r\n" not in self.buffer:
            self.buffer += self.socket.recv(65536)
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        assert b" 101 " in head, head
        self.frame(1, json.dumps({"MessageSchemaVersion": "1.0", "RequestId": str(uuid.uuid4()), "TokenValue": started["TokenValue"],
                                  "ClientId": str(uuid.uuid4()), "ClientVersion": "1.2.0.0"}).encode())

    def frame(self, opcode, data):
        mask = os.urandom(4)
        size = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + struct.pack(">H", len(data))
        self.socket.sendall(bytes([0x80 | opcode]) + size + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data)))

    def message(self, kind, payload_kind, payload, sequence, flags=0):
        data = HEADER.pack(116, kind.ljust(32).encode(), 1, int(time.time() * 1000), sequence, flags, uuid.uuid4().bytes,
                           hashlib.sha256(payload).digest(), payload_kind, len(payload)) + payload
        self.frame(2, data)

    def say(self, payload_kind, payload):
        self.message("input_stream_data", payload_kind, payload, self.sequence)
        self.sequence += 1

    def type(self, text):
        self.say(OUTPUT, text.encode())

    def resize(self, columns, rows):
        self.say(SIZE, json.dumps({"cols": columns, "rows": rows}).encode())

    def take_frame(self):
        """The next frame that is whole in the buffer: its opcode and data."""
        if len(self.buffer) < 2:
            return None
        size, at = self.buffer[1] & 0x7f, 2
        if size > 125:
            at = 4 if size == 126 else 10
            if len(self.buffer) < at:
                return None
            size = int.from_bytes(self.buffer[2:at], "big")
        if len(self.buffer) < at + size:
            return None
        frame = self.buffer[0] & 0x0f, self.buffer[at:at + size]
        self.buffer = self.buffer[at + size:]
        return frame

    def hear(self, data):
        _, kind, _, _, sequence, _, ident, _, payload_kind, _ = HEADER.unpack(data[:HEADER.size])
        kind, payload = kind.decode().strip(" \0"), data[HEADER.size:]
        if kind == "channel_closed":
            self.ended = json.loads(payload)["Output"]
        if kind != "output_stream_data":
            return
        told = {"AcknowledgedMessageType": kind, "AcknowledgedMessageId": str(uuid.UUID(bytes=ident[8:] + ident[:8])),
                "AcknowledgedMessageSequenceNumber": sequence, "IsSequentialMessage": True}
        if self.acknowledges:
            self.message("acknowledge", 0, json.dumps(told).encode(), 0, 3)
        if sequence != self.expected:
            return
        self.expected += 1
        if payload_kind == ASKED:
            self.asked = json.loads(payload)
            done = [{"ActionType": one["ActionType"], "ActionStatus": 1, "ActionResult": None, "Error": ""} for one in self.asked["RequestedClientActions"]]
            self.say(ANSWERED, json.dumps({"ClientVersion": "1.2.0.0", "ProcessedClientActions": done, "Errors": None}).encode())
        elif payload_kind == OUTPUT:
            self.heard += payload.decode(errors="replace")

    def until(self, text, longest=30):
        """Waits until the text was said, or with None until the session has ended; what was said before and with it."""
        deadline = time.monotonic() + longest
        while (self.ended is None) if text is None else (text not in self.heard):
            frame = self.take_frame()
            if frame is None:
                ready = select.select([self.socket], [], [], max(0, deadline - time.monotonic()))[0]
                more = self.socket.recv(65536) if ready else None
                assert more, f"{'closed' if ready else 'nothing more'} before {text!r}: {self.heard!r}"
                self.buffer += more
            elif frame[0] == 2:
                self.hear(frame[1])
            elif frame[0] == 8:
                raise AssertionError(f"closed before {text!r}: {frame[1][2:]!r}, {self.heard!r}")
        said, self.heard = (self.heard, "") if text is None else (self.heard.split(text, 1)[0] + text, self.heard.split(text, 1)[1])
        return said
