// A user's end of a Session Manager session, as AWS's plugin is one: a WebSocket, in it numbered messages that are acknowledged.
// A message: header of 116 bytes, the payload's length, the payload. Source: the open session-manager-plugin's message format.
import {sha256} from './aws.js';

const OUTPUT = 1, SIZE = 3, ASKED = 5, ANSWERED = 6, HEADER = 120;
const text = new TextEncoder(), read = new TextDecoder();

const uuidBytes = (uuid) => { const raw = uuid.replace(/-/g, '').match(/../g).map((one) => parseInt(one, 16)); return [...raw.slice(8), ...raw.slice(0, 8)]; };
const uuidText = (raw) => { const all = [...raw.slice(8), ...raw.slice(0, 8)].map((one) => one.toString(16).padStart(2, '0')).join(''); return all.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'); };

async function message(kind, payloadKind, payload, sequence, flags = 0) {
  const bytes = new Uint8Array(HEADER + payload.length), view = new DataView(bytes.buffer);
  view.setUint32(0, 116);
  bytes.set(text.encode(kind.padEnd(32)), 4);
  view.setUint32(36, 1);
  view.setBigUint64(40, BigInt(Date.now()));
  view.setBigInt64(48, BigInt(sequence));
  view.setBigUint64(56, BigInt(flags));
  bytes.set(uuidBytes(crypto.randomUUID()), 64);
  bytes.set((await sha256(payload)).match(/../g).map((one) => parseInt(one, 16)), 80);
  view.setUint32(112, payloadKind);
  view.setUint32(116, payload.length);
  bytes.set(payload, HEADER);
  return bytes;
}

export class Session {
  /** Begins with what ssm:StartSession answered. `on.output(bytes)` has what the shell writes, `on.end(why)` comes once. */
  constructor(started, on) {
    const given = new URL(started.StreamUrl);
    // The region's own host and port, by the name that this page has it under.
    this.socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${given.pathname}${given.search}`);
    this.socket.binaryType = 'arraybuffer';
    this.on = on;
    this.sequence = this.expected = 0;
    this.waiting = new Map();
    // What is said before the channel is open waits for it: a message that never went would leave a gap in the numbers.
    let opened;
    this.sending = new Promise((done) => { opened = done; });
    this.ended = false;
    this.socket.onopen = () => { this.socket.send(JSON.stringify({MessageSchemaVersion: '1.0', RequestId: crypto.randomUUID(), TokenValue: started.TokenValue, ClientId: crypto.randomUUID(), ClientVersion: '1.2.0.0'})); opened(); };
    this.socket.onmessage = (event) => { if (event.data instanceof ArrayBuffer) this.hear(new Uint8Array(event.data)); };
    this.socket.onclose = (event) => this.end(event.reason);
  }

  end(why) { if (!this.ended) { this.ended = true; this.on.end(why); } }

  /** One after another, as each is hashed before it goes. */
  send(kind, payloadKind, payload, sequence, flags) {
    this.sending = this.sending.then(async () => { const bytes = await message(kind, payloadKind, payload, sequence, flags); if (this.socket.readyState === 1) this.socket.send(bytes); });
  }
  say(payloadKind, payload) { this.send('input_stream_data', payloadKind, payload, this.sequence++); }
  type(keys) { for (let at = 0; at < keys.length; at += 1024) this.say(OUTPUT, text.encode(keys.slice(at, at + 1024))); }
  resize(cols, rows) { this.say(SIZE, text.encode(JSON.stringify({cols, rows}))); }

  hear(bytes) {
    if (bytes.length < HEADER) return;
    const view = new DataView(bytes.buffer, bytes.byteOffset), kind = read.decode(bytes.subarray(4, 36)).replace(/[\s\0]+$/, '');
    const sequence = Number(view.getBigInt64(48)), payloadKind = view.getUint32(112), payload = bytes.subarray(HEADER);
    if (kind === 'channel_closed') {
      let why = '';
      try { why = JSON.parse(read.decode(payload)).Output; } catch { /* it says nothing */ }
      return this.end(why);
    }
    if (kind !== 'output_stream_data') return;
    const told = {AcknowledgedMessageType: kind, AcknowledgedMessageId: uuidText(bytes.subarray(64, 80)), AcknowledgedMessageSequenceNumber: sequence, IsSequentialMessage: true};
    this.send('acknowledge', 0, text.encode(JSON.stringify(told)), 0, 3);
    if (sequence < this.expected || this.waiting.size > 1000) return;
    this.waiting.set(sequence, [payloadKind, payload]);
    for (let next; (next = this.waiting.get(this.expected)); this.expected++) {
      this.waiting.delete(this.expected);
      this.take(...next);
    }
  }

  take(payloadKind, payload) {
    if (payloadKind === OUTPUT) this.on.output(payload);
    if (payloadKind !== ASKED) return;
    const asked = JSON.parse(read.decode(payload));
    const done = asked.RequestedClientActions.map((one) => ({ActionType: one.ActionType, ActionStatus: 1, ActionResult: null, Error: ''}));
    this.say(ANSWERED, text.encode(JSON.stringify({ClientVersion: '1.2.0.0', ProcessedClientActions: done, Errors: null})));
    this.on.ready?.();
  }

  close() { this.ended = true; this.socket.close(); }
}
