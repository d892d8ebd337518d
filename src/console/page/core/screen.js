// What a terminal shows: a screen of characters that takes what a program on a VT102 or xterm writes, as far as shells, editors and pagers
// go: the cursor, erasing, scrolling regions, inserted and deleted lines, the other screen, renditions. Pure: no page in it.
import {rendition} from './ansi.js';

const HISTORY = 2000;

export class Screen {
  constructor(columns, rows, answer = () => {}) {
    this.answer = answer;
    this.columns = columns;
    this.rows = rows;
    this.history = [];
    this.title = '';
    this.reset();
  }

  reset() {
    this.lines = Array.from({length: this.rows}, () => this.blank());
    this.x = this.y = 0;
    this.style = {};
    this.top = 0;
    this.bottom = this.rows - 1;
    this.saved = {x: 0, y: 0, style: {}};
    this.other = null;
    this.pending = '';
    this.cursorShown = true;
    this.applicationKeys = false;
    this.pasteMarked = false;
    this.wrapNext = false;
    this.graphics = false;
  }

  blank() { return Array.from({length: this.columns}, () => null); }

  resize(columns, rows) {
    this.columns = columns;
    while (this.lines.length > rows) { const one = this.lines.shift(); if (!this.other) this.keep(one); this.y = Math.max(0, this.y - 1); }
    while (this.lines.length < rows) this.lines.push(this.blank());
    this.rows = rows;
    for (const line of this.lines) { while (line.length < columns) line.push(null); line.length = columns; }
    if (this.other) this.other.lines = Array.from({length: rows}, (_, at) => { const line = this.other.lines[at] || []; return Array.from({length: columns}, (_, x) => line[x] ?? null); });
    this.top = 0;
    this.bottom = rows - 1;
    this.x = Math.min(this.x, columns - 1);
    this.y = Math.min(this.y, rows - 1);
  }

  keep(line) { this.history.push(line); if (this.history.length > HISTORY) this.history.splice(0, 100); }

  write(text) {
    let all = this.pending + text;
    this.pending = '';
    for (let at = 0; at < all.length;) {
      const one = all[at];
      if (one === '\x1b') {
        const length = this.escape(all, at);
        if (!length) { this.pending = all.slice(at).slice(0, 4096); return; }
        at += length;
      } else if (one < ' ' || one === '\x7f') { this.control(one); at++; }
      else { const character = String.fromCodePoint(all.codePointAt(at)); this.put(character); at += character.length; }
    }
  }

  control(one) {
    if (one === '\n' || one === '\v' || one === '\f') this.feed();
    else if (one === '\r') { this.x = 0; this.wrapNext = false; }
    else if (one === '\b') { this.x = Math.max(0, this.x - 1); this.wrapNext = false; }
    else if (one === '\t') this.x = Math.min(this.columns - 1, (this.x >> 3) * 8 + 8);
    else if (one === '\x0e') this.graphics = true;
    else if (one === '\x0f') this.graphics = false;
  }

  put(character) {
    const drawn = this.graphics ? LINES[character] || character : character;
    if (COMBINING.test(drawn)) { const before = this.lines[this.y][Math.max(0, this.x - 1)]; if (before && before.text.length < 16) before.text += drawn; return; }
    const wide = WIDE.test(drawn) ? 2 : 1;
    if (this.wrapNext || this.x + wide > this.columns) { this.x = 0; this.feed(); this.wrapNext = false; }
    this.lines[this.y][this.x] = {text: drawn, style: this.style};
    if (wide === 2) this.lines[this.y][this.x + 1] = {text: '', style: this.style};
    if (this.x + wide >= this.columns) { this.x = this.columns - 1; this.wrapNext = true; } else this.x += wide;
  }

  feed() {
    this.wrapNext = false;
    if (this.y === this.bottom) this.scroll(1); else if (this.y < this.rows - 1) this.y++;
  }

  scroll(count) {
    for (let i = 0; i < Math.min(Math.abs(count), this.rows); i++) {
      if (count > 0) { const [gone] = this.lines.splice(this.top, 1); if (!this.other && this.top === 0) this.keep(gone); this.lines.splice(this.bottom, 0, this.blank()); }
      else { this.lines.splice(this.bottom, 1); this.lines.splice(this.top, 0, this.blank()); }
    }
  }

  /** How many characters the sequence at `at` has; 0 when it is not whole yet. */
  escape(all, at) {
    const next = all[at + 1];
    if (next === undefined) return 0;
    if (next === '[') {
      // eslint-disable-next-line no-control-regex
      const match = /^\x1b\[([?>=!]?)([0-9;:]*)([ -/]*)([@-~])/.exec(all.slice(at, at + 256));
      if (!match) return all.length - at > 255 ? 2 : /^\x1b\[[?>=!]?[0-9;:]*[ -/]*$/.test(all.slice(at)) ? 0 : 2;
      this.sequence(match[1], match[2], match[3], match[4]);
      return match[0].length;
    }
    if (next === ']' || next === 'P' || next === '_' || next === '^') {
      const ended = /\x07|\x1b\\/.exec(all.slice(at + 2));
      if (!ended) return all.length - at > 4000 ? 2 : 0;
      return 2 + ended.index + ended[0].length;
    }
    if (next === '(' || next === ')' || next === '#' || next === '%') {
      if (all[at + 2] === undefined) return 0;
      if (next === '(') this.graphics = all[at + 2] === '0';
      return 3;
    }
    if (next === 'D') this.feed();
    else if (next === 'E') { this.x = 0; this.feed(); }
    else if (next === 'M') { if (this.y === this.top) this.scroll(-1); else this.y = Math.max(0, this.y - 1); }
    else if (next === '7') this.saved = {x: this.x, y: this.y, style: this.style};
    else if (next === '8') this.restore();
    else if (next === 'c') this.reset();
    return 2;
  }

  restore() { this.x = Math.min(this.saved.x, this.columns - 1); this.y = Math.min(this.saved.y, this.rows - 1); this.style = this.saved.style; }

  sequence(mark, words, between, kind) {
    if (between) { if (mark === '!' || between === '!') this.reset(); return; }
    const numbers = words.split(/[;:]/).map((one) => Math.min(9999, Number(one) || 0));
    const count = Math.max(1, numbers[0]);
    if (mark === '?') { if (kind === 'h' || kind === 'l') for (const one of numbers) this.mode(one, kind === 'h'); return; }
    if (mark) return;
    this.wrapNext = false;
    const line = this.lines[this.y];
    const clear = (from, to, y = this.y) => { for (let x = from; x < to; x++) this.lines[y][x] = null; };
    const moves = {A: [0, -count], B: [0, count], C: [count, 0], D: [-count, 0]};
    if (moves[kind]) { this.x = Math.min(this.columns - 1, Math.max(0, this.x + moves[kind][0])); this.y = Math.min(this.rows - 1, Math.max(0, this.y + moves[kind][1])); }
    else if (kind === 'E' || kind === 'F') { this.x = 0; this.y = Math.min(this.rows - 1, Math.max(0, this.y + (kind === 'E' ? count : -count))); }
    else if (kind === 'G' || kind === '`') this.x = Math.min(this.columns, count) - 1;
    else if (kind === 'd') this.y = Math.min(this.rows, count) - 1;
    else if (kind === 'H' || kind === 'f') { this.y = Math.min(this.rows, count) - 1; this.x = Math.min(this.columns, Math.max(1, numbers[1] || 1)) - 1; }
    else if (kind === 'J') this.erase(numbers[0]);
    else if (kind === 'K') clear(numbers[0] === 0 ? this.x : 0, numbers[0] === 1 ? this.x + 1 : this.columns);
    else if (kind === 'X') clear(this.x, Math.min(this.columns, this.x + count));
    else if (kind === 'P') { line.splice(this.x, count); while (line.length < this.columns) line.push(null); }
    else if (kind === '@') { line.splice(this.x, 0, ...Array(Math.min(count, this.columns)).fill(null)); line.length = this.columns; }
    else if ((kind === 'L' || kind === 'M') && this.y >= this.top && this.y <= this.bottom) { const top = this.top, other = this.other; this.top = this.y; this.other ||= {lines: []}; this.scroll(kind === 'L' ? -count : count); this.top = top; this.other = other; }
    else if (kind === 'S') this.scroll(count);
    else if (kind === 'T') this.scroll(-count);
    else if (kind === 'm') this.style = rendition(this.style, words);
    else if (kind === 'r') { this.top = Math.min(this.rows, count) - 1; this.bottom = Math.min(this.rows, numbers[1] || this.rows) - 1; if (this.bottom <= this.top) { this.top = 0; this.bottom = this.rows - 1; } this.x = this.y = 0; }
    else if (kind === 's') this.saved = {x: this.x, y: this.y, style: this.style};
    else if (kind === 'u') this.restore();
    else if (kind === 'n' && numbers[0] === 6) this.answer(`\x1b[${this.y + 1};${this.x + 1}R`);
    else if (kind === 'n' && numbers[0] === 5) this.answer('\x1b[0n');
    else if (kind === 'c') this.answer('\x1b[?6c');
  }

  erase(how) {
    const from = how === 0 ? this.y + 1 : 0, to = how === 1 ? this.y : this.rows;
    for (let y = from; y < to; y++) this.lines[y] = this.blank();
    if (how === 0) for (let x = this.x; x < this.columns; x++) this.lines[this.y][x] = null;
    if (how === 1) for (let x = 0; x <= this.x; x++) this.lines[this.y][x] = null;
    if (how === 3) this.history = [];
  }

  mode(number, on) {
    if (number === 1) this.applicationKeys = on;
    else if (number === 25) this.cursorShown = on;
    else if (number === 2004) this.pasteMarked = on;
    else if (number === 1049 || number === 47 || number === 1047) {
      if (on && !this.other) { this.other = {lines: this.lines, x: this.x, y: this.y}; this.lines = Array.from({length: this.rows}, () => this.blank()); }
      else if (!on && this.other) { this.lines = this.other.lines; this.x = Math.min(this.other.x, this.columns - 1); this.y = Math.min(this.other.y, this.rows - 1); this.other = null; }
    }
  }

  /** What is on the screen, for tests and readers: lines without what trails them. */
  text() { return this.lines.map((line) => line.map((one) => one ? one.text : ' ').join('').trimEnd()).join('\n').trimEnd(); }
}

const WIDE = /^[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|^[\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const COMBINING = /^[\u0300-\u036f\u200b-\u200f\ufe00-\ufe0f\u1ab0-\u1aff\u20d0-\u20ff]$/;
const LINES = {j: '┘', k: '┐', l: '┌', m: '└', n: '┼', q: '─', t: '├', u: '┤', v: '┴', w: '┬', x: '│', a: '▒', '`': '◆', '~': '·'};
