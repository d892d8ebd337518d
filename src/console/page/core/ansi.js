// A log line with the colours that it asks for by ECMA-48's escape sequences. Text stays text; all other sequences are left out.
import {h} from './dom.js';

// eslint-disable-next-line no-control-regex
const SEQUENCE = /\x1b\[([0-9;:?]*)([@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[@-Z\\-_]|[\x00-\x08\x0b-\x1f\x7f]/g;

/** The classes that a graphic rendition (`codes` of CSI … m) has after `style`. */
export function rendition(style, codes) {
  const next = {...style};
  for (const one of (codes || '0').split(/[;:]/).map(Number)) {
    if (one === 0) for (const name of Object.keys(next)) delete next[name];
    else if (one === 1) next.b = true;
    else if (one === 2) next.d = true;
    else if (one === 3) next.i = true;
    else if (one === 4) next.u = true;
    else if (one === 7) next.inv = true;
    else if (one === 22) { delete next.b; delete next.d; }
    else if (one === 24) delete next.u;
    else if (one === 27) delete next.inv;
    else if (one >= 30 && one <= 37) next.colour = one - 30;
    else if (one >= 90 && one <= 97) next.colour = one - 90;
    else if (one === 39) delete next.colour;
    else if (one === 38 || one === 48) break;  // colours beyond the sixteen are left as they are
  }
  return next;
}

export function classes(style) {
  const names = ['b', 'd', 'i', 'u'].filter((one) => style[one]).map((one) => 'a' + one);
  if (style.colour !== undefined) names.push('a' + style.colour);
  if (style.inv) names.push('inv');
  return names.join(' ');
}

export function ansi(line) {
  const out = [];
  let at = 0, style = {};
  const take = (text) => { if (text) out.push(Object.keys(style).length ? h('span', {class: classes(style)}, text) : text); };
  for (const match of line.matchAll(SEQUENCE)) {
    take(line.slice(at, match.index));
    if (match[2] === 'm') style = rendition(style, match[1]);
    at = match.index + match[0].length;
  }
  take(line.slice(at));
  return out;
}

export const plain = (line) => line.replace(SEQUENCE, '');
