// What everybody has earned, item by item, of the last sheets: for the judge, who sees which item many missed.
import {list} from '../core/aws.js';
import {look, read, readJson} from '../core/board.js';
import {h} from '../core/dom.js';
import {save} from '../core/files.js';
import {watch} from '../core/page.js';
import {inOurs} from '../core/sheet.js';
import {t} from '../core/words.js';
import {badge, button, card, empty} from '../core/ui.js';

/** [{name, items: [{id, title, points}], rows: [{account, label, sheet}]}] of each pack that was marked. */
async function load(board) {
  const there = await look(board) || [], contest = await readJson(board, there, 'contest.json'), packs = new Map();
  for (const {account, label} of list(contest?.competitors)) {
    const last = there.filter((one) => one.key.startsWith(`sheets/${account}/`)).at(-1);
    if (!last) continue;
    const {pack, items, earned, points} = JSON.parse(await read(board, last));
    if (!packs.has(pack)) packs.set(pack, {name: pack, items: new Map(), rows: []});
    for (const one of items) packs.get(pack).items.set(one.id, {id: one.id, title: one.title, points: one.points});
    packs.get(pack).rows.push({account, label, earned, points, marks: Object.fromEntries(items.map((one) => [one.id, {earned: one.earned, points: one.points, broken: Boolean(one.broken)}]))});
  }
  return [...packs.values()].map((one) => ({...one, items: [...one.items.values()], rows: one.rows.sort((a, b) => b.earned - a.earned)}));
}

export function openItems({room, live}, board, head) {
  return watch(room, live, {
    head, load: () => load(board), every: 5000,
    view: (packs) => packs.length ? packs.map(packCard) : empty(t('Nobody has marked yet: hanbat task mark PACK --competitor NAME')),
  });
}

const state = ({earned, points, broken}) => broken ? 'Error' : earned >= points ? 'Succeeded' : earned > 0 ? 'Stopped' : 'Failed';

function packCard(pack) {
  const full = (id) => pack.rows.filter((row) => row.marks[id] && row.marks[id].earned >= row.marks[id].points).length;
  const heads = [t('Competitor'), t('Total'), ...pack.items.map((one) => one.id)];
  return card(pack.name, h('div', {class: 'bar'}, button(t('Download as a table'), () => save(new Blob([csv(pack)], {type: 'text/csv'}), `${pack.name}.csv`), {key: 'csv-' + pack.name})),
    h('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': pack.name, 'data-scroll': 'items-' + pack.name}, h('table', {class: 'matrix'},
      h('thead', {}, h('tr', {}, heads.map((one, at) => h('th', {scope: 'col', title: at > 1 ? inOurs(pack.items[at - 2].title) : null}, one)))),
      h('tbody', {}, pack.rows.map((row) => h('tr', {}, h('th', {scope: 'row'}, h('a', {href: `#/contest/${row.account}`, 'data-key': 'row-' + row.account}, row.label)), h('td', {class: 'num'}, `${row.earned} / ${row.points}`),
        pack.items.map(({id}) => h('td', {}, row.marks[id] ? badge(state(row.marks[id]), `${row.marks[id].earned}`) : '–'))))),
      h('tfoot', {}, h('tr', {}, h('th', {scope: 'row'}, t('with all points')), h('td', {}), pack.items.map(({id}) => h('td', {}, `${full(id)} / ${pack.rows.length}`)))))));
}

/** RFC 4180, after the mark by which spreadsheets know UTF-8. What such a program would take for a formula is a text. */
function csv({items, rows}) {
  const cell = (value) => `"${String(value).replace(/^[=+\-@\t\r]/, "'$&").replaceAll('"', '""')}"`;
  return '\ufeff' + [['competitor', 'account', 'earned', 'points', ...items.map((one) => one.id)], ...rows.map((row) => [row.label, row.account, row.earned, row.points, ...items.map(({id}) => row.marks[id]?.earned ?? '')])]
    .map((line) => line.map(cell).join(',')).join('\r\n') + '\r\n';
}
