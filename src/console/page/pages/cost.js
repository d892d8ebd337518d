// Cost: what was spent and when, by service, resource, account or tag; what runs now, for a month; and where the bill's clock runs faster, that it does.
import {aws} from '../core/aws.js';
import {findBoard, look, own, readJson} from '../core/board.js';
import {accounts, billClock, byAccount, costs, forecast, isUnpriced, limitOf, PERIOD_NAMES, running, tagKeys, thisMonth} from '../core/costs.js';
import {h, put, svg} from '../core/dom.js';
import {watch} from '../core/page.js';
import {language, t} from '../core/words.js';
import {badge, card, code, empty, table, tabs, title} from '../core/ui.js';

const money = (amount) => amount > 0 && amount < 0.00005 ? '< 0.0001' : amount.toFixed(Math.abs(amount) < 100 ? 4 : 2), short = (amount) => amount.toFixed(2);

const views = () => [['service', t('By service')], ['resource', t('By resource')], ['tag', t('By tag')], ['account', t('By account')], ['running', t('What runs now')]];
const periods = () => ({month: t('This month'), last: t('Last month'), days: t('14 days'), hours: t('24 hours')});

/** The address of the page with some of what it shows changed. */
function at(shown, changed) {
  const all = Object.entries({...shown, ...changed}).filter(([name, value]) => value && value !== {by: 'service', period: 'month'}[name]);
  return '#/cost' + (all.length ? '?' + new URLSearchParams(all) : '');
}

export async function open({room, live, query}) {
  const by = views().some(([name]) => name === query.get('by')) ? query.get('by') : 'service';
  const period = PERIOD_NAMES.includes(query.get('period')) ? query.get('period') : 'month';
  const shown = {by, period, account: query.get('account') || '', key: query.get('key') || ''};
  let me, all, keys;
  try {
    // Who manages an organization pays for all of it, and may look at one account alone.
    [me, all, keys] = await Promise.all([aws('sts', 'GetCallerIdentity').then((one) => one.Account), accounts(), by === 'tag' ? tagKeys() : []]);
  } catch (error) {
    if (error.status !== 501) throw error;
    return put(room, title(t('Cost')), empty(t('This region does not have Cost Explorer.')));
  }
  shown.key ||= keys[0] || '';
  const board = await findBoard().catch(() => null);
  return watch(room, live, {
    head: [title(t('Cost')), choices(shown, all, keys), tabs(views().filter(([name]) => name !== 'account' || all.length > 1 || by === 'account'), by, (next) => at(shown, {by: next}))],
    load: async () => {
      const clock = await billClock(), one = shown.account || (all.length > 1 ? '' : me);
      const [spent, ahead, limit] = await Promise.all([thisMonth(shown.account), forecast(shown.account).catch(() => null), one ? boundOf(board, one) : null]);
      const told = by === 'running' ? {running: await running(shown.account)} : by === 'tag' && !shown.key ? {parts: [], rows: []} : await costs(shown);
      return {clock: clock.real ? null : {...clock, now: Math.floor(clock.now / 1000)}, spent, ahead, limit, ever: limit === null ? null : (await byAccount())[one] || 0, ...told};
    },
    view: (state) => [bill(state.clock), figures(state), state.running ? month(state.running) : [chart(state.parts, period), rows(state.rows, shown, keys)]],
    every: 15000,
  });
}

/** What the account may spend: the organization's tag, which who manages it reads; to a competitor the task tells. */
async function boundOf(board, account) {
  if (!board || board.judge) return limitOf(account);
  const there = await look(board).catch(() => null);
  return there ? (await readJson(board, there, own(account) + 'task.json'))?.cost_limit_usd ?? null : null;
}

function choices(shown, all, keys) {
  const pick = (name, label, options) => [h('label', {class: 'label', for: name}, label), h('select', {id: name, onchange: (event) => { location.hash = at(shown, {[name]: event.target.value}); }}, options.map(([value, text]) => h('option', {value, selected: value === shown[name]}, text)))];
  return h('div', {class: 'bar'}, shown.by === 'running' ? null : pick('period', t('Period'), Object.entries(periods())), all.length > 1 || shown.account ? pick('account', t('Account'), [['', t('all')], ...[...new Set([...all, shown.account])].filter(Boolean).map((one) => [one, one])]) : null,
    shown.by === 'tag' && keys.length ? pick('key', t('Tag'), keys.map((one) => [one, one])) : null);
}

/** Says of a bill that is not in real time that it is not. */
function bill(clock) {
  if (!clock) return null;
  const time = new Date(clock.now * 1000).toLocaleString(language(), {timeZone: 'UTC', timeZoneName: 'short', hour12: false});
  return h('p', {class: 'note', id: 'bill-clock'}, badge('InProgress', `× ${clock.pace}`), ' ', clock.pace > 1 ? t('By the clock of the bill it is {time}. It runs {pace} times as fast as the real one.', {time, pace: clock.pace})
    : t('By the clock of the bill it is {time}. It has run faster than the real one, and is ahead of it.', {time}));
}

function figures({spent, ahead, limit, ever}) {
  const one = (value, name, kind = '') => h('div', {class: `figure ${kind}`}, h('strong', {}, value), h('span', {}, name));
  return h('div', {class: 'figures'}, one(short(spent), t('USD this month')), ahead ? [one(short(spent + ahead.rest), t('USD by its end, as things run now')), one(short(ahead.month), t('USD for a month of what runs now'))] : null,
    limit === null ? null : one(`${short(ever)} / ${limit}`, t('USD of the limit'), ever >= limit * 0.8 ? 'bad' : ''));
}

const HEIGHT = 160;
let inFigures = false;  // whether the reader has opened them: a page that is live is drawn anew

/** Costs over time, as bars; the figures themselves are beneath, for who reads them. */
function chart(parts, period) {
  if (!parts.length) return null;
  const most = Math.max(...parts.map((one) => one.usd)), name = (one) => period === 'hours' ? one.from.slice(11, 16) : one.from.slice(5);
  const heading = period === 'hours' ? t('By hour') : t('By day');
  const bars = parts.map((one, place) => svg('rect', {x: place * 10 + 1, y: HEIGHT - (most ? one.usd / most * HEIGHT : 0), width: 8, height: most ? one.usd / most * HEIGHT : 0}, svg('title', {}, `${one.from}: ${money(one.usd)} USD`)));
  return card(heading, h('div', {class: 'pad chart'}, h('div', {class: 'scale', 'aria-hidden': 'true'}, h('span', {}, `${money(most)} USD`), h('span', {}, '0')),
    svg('svg', {viewBox: `0 0 ${parts.length * 10} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': t('{first} to {last}, at most {most} USD', {first: parts[0].from, last: parts.at(-1).from, most: money(most)})}, bars),
    h('div', {class: 'ends', 'aria-hidden': 'true'}, h('span', {}, name(parts[0])), h('span', {}, name(parts.at(-1))))),
  h('details', {class: 'pad', open: inFigures, ontoggle: (event) => { inFigures = event.target.open; }}, h('summary', {}, t('In figures')), table([[t('When'), (one) => one.from], ['USD', (one) => money(one.usd), {class: 'num'}]], parts, {label: heading})));
}

const NAMES = {service: 'Service', resource: 'Resource', account: 'Account', tag: 'Value'};

/** What it was spent on: a line for each, and below it its usage types where there are several. */
function rows(all, shown, keys) {
  if (shown.by === 'tag' && !keys.length) return empty(t('No resource had a tag.'));
  const named = (row) => row.name || (shown.by === 'tag' ? t('without this tag') : t('of no resource'));
  const flat = all.flatMap((row) => row.lines.length === 1 ? [{name: named(row), ...row.lines[0]}] : [{name: named(row), usd: row.usd, all: row.lines}, ...row.lines.map((line) => ({...line}))]);
  const free = (one) => one.type && isUnpriced(one);
  const unpriced = all.some((row) => row.lines.some(isUnpriced)), together = all.reduce((sum, row) => sum + row.usd, 0);
  return card(Object.fromEntries(views())[shown.by], table([[t(NAMES[shown.by]), (one) => one.name ? h('span', {class: 'wrap'}, one.name) : ''], [t('Usage type'), (one) => one.type ? code(one.type) : h('span', {class: 'soft'}, t('{n} types', {n: one.all.length}))],
    [t('Amount'), (one) => one.type ? `${Number(one.amount.toPrecision(6))} ${one.unit}` : '', {class: 'num'}], ['USD', (one) => free(one) ? t('no price') : one.all ? h('strong', {}, money(one.usd)) : money(one.usd), {class: 'num'}]], flat, {none: t('Nothing has cost anything.')}),
  all.length ? h('p', {class: 'pad'}, t('Together'), ' ', h('strong', {id: 'together'}, `${money(together)} USD`)) : null,
  unpriced ? h('p', {class: 'pad soft'}, t('What has no price is in no sum.')) : null);
}

function month(all) {
  return card(t('A month of what runs now'), table([[t('Service'), (one) => one.name], ['USD', (one) => money(one.usd), {class: 'num'}]], all, {none: t('Nothing runs that costs.')}),
    all.length ? h('p', {class: 'pad'}, t('Together'), ' ', h('strong', {id: 'together'}, `${money(all.reduce((sum, one) => sum + one.usd, 0))} USD`)) : null);
}
