// Enough of colour to read code by: comments, strings, words of the language, numbers, told apart by one expression per family of
// languages. Each line by itself, so that a long file is coloured where it is seen.
import {h} from './dom.js';

const WORDS = {
  py: 'and as assert async await break class continue def del elif else except False finally for from global if import in is lambda None nonlocal not or pass raise return True try while with yield',
  js: 'async await break case catch class const continue default delete do else export extends false finally for from function if import in instanceof let new null of return static super switch this throw true try typeof undefined var void while yield',
  sh: 'case do done elif else esac export fi for function if in local return set shift then until while exit cd echo',
  c: 'auto bool break case catch char class const continue default delete do double else enum false final float for func go if import int interface long namespace new nil null package private protected public return static struct switch template this throw true try type using var void while',
  yml: 'true false null yes no on off', sql: 'SELECT FROM WHERE INSERT INTO VALUES UPDATE SET DELETE CREATE TABLE',
};
const FAMILY = {py: 'py', js: 'js', mjs: 'js', ts: 'js', json: 'yml', yml: 'yml', yaml: 'yml', sh: 'sh', bash: 'sh', Dockerfile: 'sh', tf: 'yml', toml: 'yml', ini: 'yml', c: 'c', h: 'c', cc: 'c', cpp: 'c', java: 'c', go: 'c', rs: 'c', php: 'c', sql: 'sql'};
const HASH = String.raw`(?<c>(?:^|\s)#.*$)`, SLASH = String.raw`(?<c>//.*$|/\*.*?\*/)`;
const REST = String.raw`|(?<s>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|(?<n>\b\d[\w.]*\b)|(?<k>\b[A-Za-z_]+\b)`;

export function highlighter(name) {
  const family = FAMILY[name.split('/').pop().split('.').pop()];
  if (!family) return (line) => [line];
  const words = new Set(WORDS[family].split(' '));
  const expression = new RegExp((family === 'js' || family === 'c' ? SLASH : HASH) + REST, 'g');
  return (line) => {
    if (line.length > 2000) return [line];
    const out = [];
    let at = 0;
    for (const match of line.matchAll(expression)) {
      const kind = Object.entries(match.groups).find(([, text]) => text !== undefined)[0];
      if (kind === 'k' && !words.has(match[0])) continue;
      if (match.index > at) out.push(line.slice(at, match.index));
      out.push(h('span', {class: 'k-' + kind}, match[0]));
      at = match.index + match[0].length;
    }
    if (at < line.length) out.push(line.slice(at));
    return out;
  };
}
