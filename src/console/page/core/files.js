// Files as the page shows them: what is text with its lines and colours, and everything to keep.
import {h} from './dom.js';
import {highlighter} from './highlight.js';
import {longList} from './ui.js';

export const LARGEST_SHOWN = 1 << 20;

/** The bytes as text; null of what is no UTF-8, or too large to show. */
export function textOf(bytes) {
  try { return bytes.length <= LARGEST_SHOWN && !bytes.includes(0) ? new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes) : null; } catch { return null; }
}

/** The file's lines with their numbers and colours. */
export function linesOf(name, text) {
  const colour = highlighter(name);
  return longList(text.split('\n'), 18, (line, row) => h('div', {class: 'row'}, h('span', {class: 'n'}, row + 1), h('span', {}, colour(line))), {label: name});
}

/** Has the browser keep the bytes as a file of that name. */
export function save(blob, name) {
  const href = URL.createObjectURL(blob);
  h('a', {href, download: name}).click();
  setTimeout(() => URL.revokeObjectURL(href), 10000);
}

/** 1536 → "1.5 KB" */
export function bytes(count) {
  const size = Number(count), [unit, by] = size < 1000 ? ['B', 1] : size < 1e6 ? ['KB', 1e3] : ['MB', 1e6];
  return `${by === 1 ? size : (size / by).toFixed(1)} ${unit}`;
}
