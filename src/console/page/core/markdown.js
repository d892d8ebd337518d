// Markdown as elements, never as markup: what CommonMark and GitHub's tables say of headings, lists, tables, code, quotations and links. HTML in it
// is text; a link leads to the web, or where the page says that its address is one of the page's; so is an image, which else is its words.
import {h} from './dom.js';

/** The elements of the text. `level` is what its first heading is beneath. `link(address)` answers the page's own address of what the text means, or
 *  nothing; `image(address, alt)` an element. */
export function markdown(text, level = 1, {link = () => null, image = () => null} = {}) {
  return blocks(text.replace(/\r\n?/g, '\n').replace(/\t/g, '    ').split('\n'), level, {link, image});
}

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*(.*)$/, ITEM = /^( {0,3})([*+-]|\d{1,9}[.)])( +|$)(.*)$/, RULE = /^ {0,3}([*_-])( *\1){2,} *$/, HEADING = /^ {0,3}(#{1,6})( +|$)(.*?)( +#+)? *$/;
const DEEPEST = 20;  // lists and quotations in one another

function blocks(lines, level, own, depth = 0) {
  const out = [];
  let at = 0;
  const take = (fits) => { const from = at; while (at < lines.length && fits(lines[at])) at++; return lines.slice(from, at); };
  while (at < lines.length) {
    const line = lines[at];
    let found;
    if (!line.trim()) at++;
    else if ((found = FENCE.exec(line))) {
      const [, fence] = found;
      at++;
      const inside = take((one) => !new RegExp(`^ {0,3}\\${fence[0]}{${fence.length},} *$`).test(one));
      at++;
      out.push(h('pre', {tabindex: '0'}, inside.join('\n')));
    } else if ((found = HEADING.exec(line))) {
      at++;
      out.push(h(`h${Math.min(6, level + found[1].length - 1)}`, {}, inline(found[3], own)));
    } else if (RULE.test(line)) {
      at++;
      out.push(h('hr'));
    } else if (depth < DEEPEST && /^ {0,3}>/.test(line)) out.push(h('blockquote', {}, blocks(take((one) => /^ {0,3}>/.test(one)).map((one) => one.replace(/^ {0,3}> ?/, '')), level, own, depth + 1)));
    else if (depth < DEEPEST && ITEM.test(line)) out.push(listOf());
    else if (/^ {4}/.test(line)) out.push(h('pre', {tabindex: '0'}, take((one) => /^ {4}/.test(one) || !one.trim()).map((one) => one.slice(4)).join('\n').trimEnd()));
    else if (line.includes('|') && /^ *\|? *:?-+:? *(\| *:?-+:? *)*\|? *$/.test(lines[at + 1] || '') && lines[at + 1].includes('-')) {
      const [heads, , ...rows] = [lines[at++], lines[at++], ...take((one) => one.trim() && one.includes('|'))].map(cells);
      out.push(h('div', {class: 'scroll', tabindex: '0'}, h('table', {}, h('thead', {}, h('tr', {}, heads.map((one) => h('th', {scope: 'col'}, inline(one, own))))), h('tbody', {}, rows.map((row) => h('tr', {}, heads.map((_, column) => h('td', {}, inline(row[column] || '', own)))))))));
    } else out.push(h('p', {}, inline(paragraph(), own)));
  }
  return out;

  function paragraph() {
    const first = lines[at++];
    return [first, ...take((one) => one.trim() && !FENCE.test(one) && !HEADING.test(one) && !RULE.test(one) && !/^ {0,3}>/.test(one) && !(ITEM.test(one) && /^ *([*+-]|1[.)]) +\S/.test(one)))].map((one) => one.trimStart()).join('\n');
  }

  function listOf() {
    const [, , mark] = ITEM.exec(lines[at]), ordered = /\d/.test(mark), same = (one) => { const found = ITEM.exec(one); return found && !RULE.test(one) && found[2].at(-1) === mark.at(-1) ? found : null; };
    const items = [];
    for (let found = same(lines[at]); found; found = at < lines.length ? same(lines[at]) : null) {
      const inside = found[1].length + found[2].length + Math.min(4, Math.max(1, found[3].length));
      at++;
      let blank = false;
      // What is indented as far as the item's text belongs to it, and a line that only goes on with its paragraph.
      const rest = take((one) => {
        if (!one.trim()) return (blank = true);
        if (one.startsWith(' '.repeat(inside))) { blank = false; return true; }
        return !blank && !ITEM.test(one) && !HEADING.test(one) && !FENCE.test(one) && !RULE.test(one);
      }).map((one) => one.startsWith(' '.repeat(inside)) ? one.slice(inside) : one.trimStart());
      const children = blocks([found[4], ...rest], level, own, depth + 1);
      items.push(h('li', {}, children.map((one, place) => one.tagName === 'P' && place === 0 ? [...one.childNodes] : one)));
    }
    return ordered ? h('ol', {start: parseInt(mark, 10)}, items) : h('ul', {}, items);
  }
}

const cells = (line) => line.trim().replace(/^\||\|$/g, '').split(/(?<!\\)\|/).map((one) => one.trim().replaceAll('\\|', '|'));

/** Code, strong, emphasis, links and images of a line, in that order of strength. */
function inline(text, own, depth = 0) {
  const out = [];
  const parts = /\\(?<escaped>[!-/:-@[-`{-~])|(?<ticks>`+)(?<code>[^]*?[^`])\k<ticks>(?!`)|!\[(?<alt>[^\]]*)\]\((?<source>[^)\s]*)\)|\[(?<label>(?:[^[\]\\]|\\.)*)\]\((?<address>[^)\s]+)(?: "[^"]*")?\)|<(?<bare>https?:\/\/[^>\s]+)>|(?<strong>\*\*|__)(?=\S)(?<stronger>[^]*?\S)\k<strong>|(?<weak>[*_])(?=\S)(?<weaker>[^]*?\S)\k<weak>(?!\w)|(?<end> {2,}|\\)\n/g;
  const inner = (part, within = own) => depth < DEEPEST ? inline(part, within, depth + 1) : [part];
  const plain = {...own, link: () => null};  // no link in a link
  const to = (href, inside, rel) => h('a', {href, rel}, inside);
  let from = 0;
  for (const found of text.matchAll(parts)) {
    const whole = found[0], {escaped, code, alt, source, label, address, bare, strong, stronger, weak, weaker, end} = found.groups;
    if (weak === '_' && /\w$/.test(text.slice(0, found.index))) continue;
    out.push(text.slice(from, found.index));
    from = found.index + whole.length;
    if (escaped) out.push(escaped);
    else if (code) {
      const href = own.link(code), one = h('code', {}, code.replace(/\n/g, ' '));
      out.push(href ? to(href, one) : one);
    } else if (alt !== undefined) out.push(own.image(source, alt) || alt);
    else if (label !== undefined) {
      const outside = /^https?:\/\//.test(address), href = outside ? address : own.link(address);
      out.push(href ? to(href, inner(label, plain), outside ? 'noreferrer' : null) : inner(label));
    } else if (bare) out.push(to(bare, bare, 'noreferrer'));
    else if (strong || weak) out.push(depth < DEEPEST ? h(strong ? 'strong' : 'em', {}, inner(stronger ?? weaker)) : whole);
    else if (end) out.push(h('br'));
  }
  out.push(text.slice(from));
  return out;
}
