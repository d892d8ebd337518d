// A mark sheet: each item with its points, what was expected and what was seen. All of it that a check saw is a competitor's and may be hostile.
import {list} from './aws.js';
import {h} from './dom.js';
import {language, t} from './words.js';
import {badge, card, facts, pre} from './ui.js';

/** A text in the language that is chosen, else in one that there is. */
export const inOurs = (texts) => texts?.[language()] ?? Object.values(texts || {})[0] ?? '';

/** What a check calls a thing may hold both languages: "English | 한국어". */
function label(text) {
  const cut = text.indexOf(' | ');
  return cut < 0 ? text : language() === 'ko' ? text.slice(cut + 3) : text.slice(0, cut);
}

function result(item) {
  if (item.result === 'broken') return badge('Error', t('check broken'));
  if (item.result === 'pass') return badge('Succeeded', t('right'));
  return item.earned > 0 ? badge('Stopped', t('in part')) : badge('Failed', t('wrong'));
}

function row(item) {
  return h('tr', {id: `item-${item.id}`}, h('th', {scope: 'row'}, item.id), h('td', {class: 'num tight'}, `${item.earned} / ${item.points}${item.ours ? '*' : ''}`), h('td', {class: 'tight'}, result(item)),
    h('td', {}, h('div', {class: 'sheet-item'}, h('strong', {}, inOurs(item.title)),
      item.broken ? h('p', {}, t('The check itself did not come to its end; a judge must look:'), ' ', item.broken) : null, item.left ? h('p', {}, item.left) : null,
      item.reading ? h('p', {class: 'soft'}, t('How the task is read:'), ' ', inOurs(item.reading)) : null,
      list(item.parts).map((part) => h('p', {}, `${part.earned} / ${part.points} `, inOurs(part.title))),
      h('ul', {}, list(item.expectations).map((one) => h('li', {}, badge(one.met ? 'Succeeded' : 'Failed', one.met ? t('met') : t('not met')), ' ', label(one.what), ': ', h('span', {class: 'soft'}, t('expected')), ' ', h('code', {}, label(one.expected)), ' ',
        h('span', {class: 'soft'}, t('seen')), ' ', h('code', {}, one.seen || '–')))),
      list(item.evidence).length ? h('details', {}, h('summary', {}, `${t('Evidence')} (${item.evidence.length})`), pre(item.evidence.map((one) => `$ ${one.command}\n${one.answer}${one.status ? `\n[${one.status}]` : ''}`).join('\n'))) : null)));
}

export function sheetView(sheet) {
  return [card(null, facts([t('Competitor'), sheet.competitor], [t('Account'), sheet.account], [t('Marked'), new Date(sheet.marked).toLocaleString(language())], [t('Total'), h('strong', {class: 'total'}, `${sheet.earned} / ${sheet.points}`)])),
    card(null, h('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': t('Mark sheet'), 'data-scroll': 'sheet'}, h('table', {class: 'sheet'}, h('thead', {}, h('tr', {}, [t('Item'), t('Points'), t('Result'), t('What was looked at')].map((one) => h('th', {scope: 'col'}, one)))), h('tbody', {}, list(sheet.items).map(row)))),
      list(sheet.items).some((one) => one.ours) ? h('p', {class: 'pad soft'}, t('* points are the pack’s own')) : null)];
}
