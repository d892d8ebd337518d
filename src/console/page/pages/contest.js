// A contest of `hanbat task`: to a competitor the task's text and material, the clock, what was spent, and the sheet once it is published; to the judge
// who takes part, how much time each has, what each was handed, and all sheets, to read and to publish.
import {list} from '../core/aws.js';
import {findBoard, look, own, publish, read, readJson} from '../core/board.js';
import {byAccount} from '../core/costs.js';
import {h} from '../core/dom.js';
import {watch} from '../core/page.js';
import {inOurs, sheetView} from '../core/sheet.js';
import {loadTask, openFile, taskView} from '../core/task.js';
import {language, t} from '../core/words.js';
import {ago, ask, badge, button, card, code, empty, facts, say, table, tabs, title} from '../core/ui.js';

export async function open(page) {
  const board = await findBoard();
  keepClocks(page.live);
  const [first, second] = page.parts;
  if (!board.judge) return first === 'file' ? openMaterial(page, board, board.account, [[t('Contest'), '#/contest']], second) : openTask(page, board);
  if (second === 'file') return openMaterial(page, board, first, [[t('Contest'), '#/contest'], [first, `#/contest/${first}/task`]], page.parts[2]);
  if (first === 'items') return (await import('./contest_items.js')).openItems(page, board, allHead('items'));
  return first ? openCompetitor(page, board, first) : openAll(page, board);
}

const openMaterial = async (page, board, account, trail, name) => openFile(page, board, await look(board) || [], account, trail, name || '');

const usd = (amount, limit) => amount === undefined && !limit ? '–' : `${(amount || 0).toFixed(2)}${limit ? ` / ${limit}` : ''} USD`;
const stateOf = (clock) => !clock?.stage ? 'making' : clock.stage === 'running' && Date.parse(clock.end) <= Date.now() ? 'over' : clock.stage;
const said = (state) => ({making: t('being made'), running: t('running'), paused: t('paused'), over: t('over'), stopped: t('stopped by the judge')}[state] || state);

function hours(seconds) {
  const left = Math.max(0, Math.floor(seconds));
  return [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60].map((one) => String(one).padStart(2, '0')).join(':');
}

/** What is left; of a clock that runs it goes on by itself. */
function leftOf(clock) {
  const state = stateOf(clock);
  if (state === 'paused') return h('span', {class: 'clock'}, hours(clock.left_seconds));
  return state === 'running' ? h('span', {class: 'clock', role: 'timer', 'data-end': Date.parse(clock.end)}, hours((Date.parse(clock.end) - Date.now()) / 1000)) : h('span', {class: 'clock'}, hours(0));
}

function keepClocks(live) {
  const ticking = setInterval(() => { for (const one of document.querySelectorAll('[data-end]')) one.textContent = hours((Number(one.dataset.end) - Date.now()) / 1000); }, 1000);
  live.onEnd(() => clearInterval(ticking));
}

const until = (clock) => clock?.end ? new Date(clock.end).toLocaleTimeString(language(), {hour12: false}) : '–';

// A competitor's.

function openTask({room, live, parts}, board) {
  const folder = own(board.account);
  return watch(room, live, {
    head: null,
    load: async () => {
      const there = await look(board);
      const given = there && await loadTask(board, there, board.account);
      if (!given) return {};
      const [clock, sheet, cost] = await Promise.all([readJson(board, there, folder + 'clock.json'), readJson(board, there, folder + 'sheet.json'), byAccount()]);
      return {given, clock, state: stateOf(clock), sheet, spent: cost[board.account]};
    },
    view: ({given, clock, state, sheet, spent: amount}) => {
      if (!given) return [title(t('Contest')), empty(t('No contest has been started for this account.'))];
      const {task} = given;
      return [title(inOurs(task.title), {about: `${task.label} · ${board.account}`}),
        h('div', {class: 'figures'}, [[leftOf(clock), t('left')], [until(clock), t('the end')], [usd(amount, task.cost_limit_usd), t('spent')]].map(([value, name]) => h('div', {class: 'figure'}, h('strong', {}, value), h('span', {}, name)))),
        state === 'running' ? null : card(null, h('p', {class: 'pad', role: 'status'}, badge(state, said(state)), ' ', state === 'over' || state === 'stopped' ? t('What you have built stays and is marked.') : '')),
        sheet ? tabs([['', t('Task')], ['sheet', t('Mark sheet')]], parts[0] === 'sheet' ? 'sheet' : '', (key) => '#/contest' + (key && '/' + key)) : null,
        sheet && parts[0] === 'sheet' ? sheetView(sheet) : taskView(board, live, board.account, '#/contest', given)];
    },
    every: 3000,
  });
}

// The judge's.

const sheetsOf = (there, account) => there.filter((one) => one.key.startsWith(`sheets/${account}/`)).reverse();
const publishedOf = (there, account) => there.find((one) => one.key === own(account) + 'sheet.json');

const allHead = (chosen) => [title(t('Contest')), tabs([['', t('Competitors')], ['items', t('Item by item')]], chosen, (key) => '#/contest' + (key && '/' + key))];

function openAll({room, live}, board) {
  return watch(room, live, {
    head: allHead(''),
    load: async () => {
      const there = await look(board);
      if (!there) return {all: []};
      const [contest, cost] = await Promise.all([readJson(board, there, 'contest.json'), byAccount()]);
      // Who practises alone, in the region's own account, has sheets and no clock.
      const last = sheetsOf(there, board.account)[0], mine = last ? [JSON.parse(await read(board, last))].map((sheet) => ({account: board.account, label: t('this account'), pack: sheet.pack, sheet})) : [];
      return {mine, all: list(contest?.competitors).map((one) => ({...one, state: stateOf(one), spent: cost[one.account], published: publishedOf(there, one.account)?.at}))};
    },
    view: ({mine, all}) => mine.length + all.length ? card(null, table([[t('Competitor'), (one) => one.label], [t('Pack'), (one) => one.pack], [t('State'), (one) => one.state ? badge(one.state, said(one.state)) : '–'], [t('Left'), (one) => one.state ? leftOf(one) : '–', {class: 'num'}], [t('End'), until, {class: 'tight'}],
      [t('Spent'), (one) => usd(one.spent), {class: 'num'}], [t('Last sheet'), (one) => one.sheet ? `${one.sheet.earned} / ${one.sheet.points}` : '–', {class: 'num'}], [t('Published'), (one) => one.published ? ago(one.published) : '–'], [t('Account'), (one) => code(one.account)]],
    [...mine, ...all], {href: (one) => `#/contest/${one.account}`}))
      : card(null, h('div', {class: 'pad room'}, h('p', {}, t('Nobody has started. On the machine of the region:')), h('pre', {tabindex: '0'}, 'hanbat task start PACK --competitor NAME'))),
    every: 3000,
  });
}

function openCompetitor({room, live, parts, query}, board, account) {
  const place = `#/contest/${account}`, views = (chosen) => tabs([['', t('Mark sheet')], ['task', t('Task')]], chosen, (key) => place + (key && '/' + key));
  const head = (label, chosen) => [title(label || account, {trail: [[t('Contest'), '#/contest']], about: label ? account : ''}), views(chosen)];
  if (parts[1] === 'task') return watch(room, live, {
    head: null,
    load: async () => ({given: await loadTask(board, await look(board) || [], account)}),
    view: ({given}) => [head(given?.task.label, 'task'), given ? taskView(board, live, account, place, given) : empty(t('No contest has been started for this account.'))],
    every: 5000,
  });
  return watch(room, live, {
    head: null,
    load: async () => {
      const there = await look(board) || [];
      const contest = await readJson(board, there, 'contest.json');
      const sheets = sheetsOf(there, account), chosen = sheets.find((one) => one.key.endsWith(`/${query.get('sheet')}.json`)) || sheets[0];
      const cost = await byAccount();
      const published = publishedOf(there, account);
      const who = list(contest?.competitors).find((one) => one.account === account);
      return {who, state: stateOf(who), sheets, chosen, text: chosen ? await read(board, chosen) : null, spent: cost[account],
        published: published && {at: published.at, marked: JSON.parse(await read(board, published)).marked}};
    },
    view: ({who, state, sheets, chosen, text, spent: amount, published}) => {
      const sheet = text && JSON.parse(text), name = who?.label || account;
      const give = button(t('Publish this sheet'), async () => {
        if (!await ask(t('Let {name} read this sheet?', {name}), [], t('Publish'))) return;
        await publish(board, account, text);
        say(t('{name} can read it now.', {name}));
        live.wake();
      }, {kind: 'main', key: 'publish'});
      const take = button(t('Withdraw'), async () => { await publish(board, account, null); live.wake(); }, {key: 'withdraw'});
      return [head(name === account ? sheet?.competitor : name, ''), who ? card(null, facts([t('Pack'), who.pack], [t('State'), badge(state, said(state))], [t('Left'), leftOf(who)], [t('End'), until(who)], [t('Spent'), usd(amount)],
        [t('Published'), published ? t('the sheet of {time}', {time: new Date(published.marked).toLocaleString(language())}) : t('none')])) : null,
      sheet ? h('div', {class: 'bar'}, h('select', {id: 'sheets', 'aria-label': t('Sheets'), onchange: (event) => { location.hash = `#/contest/${account}?sheet=${event.target.value}`; }},
        sheets.map((one) => { const stamp = one.key.replace(/^.*\/|\.json$/g, ''); return h('option', {value: stamp, selected: one === chosen}, stamp); })), who ? [give, published ? take : null] : null)
        : empty(t('Nobody has marked yet: hanbat task mark PACK --competitor NAME')),
      sheet ? sheetView(sheet) : null];
    },
    every: 3000,
  });
}
