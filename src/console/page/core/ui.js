// What all pages are made of: titles, cards, tables, badges of states, times, messages, questions. A page puts no colours or distances of
// its own.
import {h, put, svg} from './dom.js';
import {t, language} from './words.js';

// AWS's words for states, by what they mean to somebody who looks for trouble.
const GOOD = new Set(['Succeeded', 'SUCCEEDED', 'running', 'active', 'healthy', 'available', 'Approved', 'Online', 'Ready', 'COMPLETE', 'allowed', 'Success']);
const BAD = new Set(['Failed', 'FAILED', 'FAULT', 'TIMED_OUT', 'unhealthy', 'failed', 'Rejected', 'explicitDeny', 'implicitDeny', 'ConnectionLost', 'Error']);
const BUSY = new Set(['InProgress', 'IN_PROGRESS', 'Pending', 'pending', 'provisioning', 'initial', 'Stopping', 'stopping', 'shutting-down', 'Created', 'Queued', 'draining', 'Baking', 'making']);
const HELD = new Set(['Stopped', 'STOPPED', 'stopped', 'Superseded', 'Cancelled', 'Abandoned', 'unused', 'unavailable', 'Skipped', 'terminated', 'Disabled', 'paused', 'over']);

export const mood = (state) => GOOD.has(state) ? 'good' : BAD.has(state) ? 'bad' : BUSY.has(state) ? 'busy' : HELD.has(state) ? 'held' : 'none';

const MARKS = {good: 'M3.5 8.5l3 3 6-7', bad: 'M4 4l8 8M12 4l-8 8', busy: 'M8 3v5l3 2', held: 'M4 8h8', none: 'M8 8h.01'};

/** A state as a sign and AWS's own word: never by colour alone. */
export function badge(state, label = state) {
  const kind = mood(state);
  return h('span', {class: `badge ${kind}`}, svg('svg', {viewBox: '0 0 16 16', 'aria-hidden': 'true'}, svg('path', {d: MARKS[kind]})), label || '–');
}

export function title(name, {trail = [], actions = [], about} = {}) {
  document.title = `${name} · Hanbat`;
  return h('header', {class: 'title'},
    h('div', {},
      trail.length ? h('nav', {class: 'trail', 'aria-label': t('Where you are')}, trail.map(([label, href]) => [h('a', {href}, label), h('span', {'aria-hidden': 'true'}, '/')])) : null,
      h('h1', {}, name), about ? h('p', {class: 'about'}, about) : null),
    h('div', {class: 'actions'}, actions));
}

/** A card; what scrolls in it has its name, by which readers tell one table of a page from the next. */
export function card(name, ...children) {
  if (name) for (const one of children.flat(Infinity)) if (one?.classList?.contains('scroll')) { one.setAttribute('aria-label', name); one.dataset.scroll = name; }
  return h('section', {class: 'card'}, name ? h('h2', {}, name) : null, children);
}
export const empty = (...text) => h('p', {class: 'empty'}, text);
export const loading = () => h('div', {class: 'loading', role: 'status'}, h('span', {class: 'sr'}, t('Loading')), h('i'), h('i'), h('i'));

export function button(label, onclick, {kind = '', key, disabled, title: hint} = {}) {
  return h('button', {type: 'button', class: kind, 'data-key': key || label, disabled, title: hint, onclick: async (event) => {
    const self = event.currentTarget;
    self.disabled = true;
    try { await onclick(event); } catch (error) { complain(error); } finally { self.disabled = false; }
  }}, label);
}

const AT_ONCE = 200;
const grown = new Map();  // how many rows of a long table were looked at, by the page and the table's name

/** Columns are [heading, (row) => cell, {class}]; `href(row)` makes the first cell a link. Of many rows the first are there at once, and more
 *  as the reader comes to their end. */
export function table(columns, rows, {href, label = columns[0][0], none = t('Nothing here yet.')} = {}) {
  if (!rows.length) return empty(none);
  const rowOf = (row) => h('tr', {}, columns.map(([, cell, options], at) => {
    const inside = cell(row);
    return h('td', {class: options?.class}, at === 0 && href ? h('a', {href: href(row), 'data-key': href(row)}, inside) : inside);
  }));
  const place = location.hash + label;
  let there = Math.min(rows.length, grown.get(place) || AT_ONCE);
  const body = h('tbody', {}, rows.slice(0, there).map(rowOf));
  const box = h('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': label, 'data-scroll': label},
    h('table', {}, h('thead', {}, h('tr', {}, columns.map(([name, , options]) => h('th', {scope: 'col', class: options?.class}, name || h('span', {class: 'sr'}, t('Details')))))), body));
  if (there < rows.length) {
    const more = h('p', {class: 'empty'}, t('{n} in all', {n: rows.length}));
    new IntersectionObserver(([seen], watching) => {
      if (!seen.isIntersecting) return;
      body.append(...rows.slice(there, there + AT_ONCE).map(rowOf));
      there = Math.min(rows.length, there + AT_ONCE);
      if (grown.size > 100) grown.clear();
      grown.set(place, there);
      if (there === rows.length) { watching.disconnect(); more.remove(); } else { watching.unobserve(more); watching.observe(more); }
    }, {rootMargin: '600px'}).observe(more);
    return [box, more];
  }
  return box;
}

/** Of a long list only what is seen is there: rows of one height, `cell(row)` makes one. */
export function longList(rows, height, cell, {label} = {}) {
  const space = h('div', {class: 'space', style: {height: `${rows.length * height}px`}});
  const box = h('div', {class: 'long', tabindex: '0', role: 'region', 'aria-label': label}, space);
  let from = -1, to = -1;
  const draw = () => {
    const first = Math.max(0, Math.floor(box.scrollTop / height) - 10), last = Math.min(rows.length, first + Math.ceil((box.clientHeight || 600) / height) + 20);
    if (first === from && last === to) return;
    from = first; to = last;
    space.replaceChildren(...rows.slice(first, last).map((row, at) => {
      const one = cell(row, first + at);
      one.style.setProperty('top', `${(first + at) * height}px`);
      return one;
    }));
  };
  box.addEventListener('scroll', () => requestAnimationFrame(draw), {passive: true});
  new ResizeObserver(draw).observe(box);
  draw();
  box.extend = (all) => { rows = all; from = -1; space.style.setProperty('height', `${rows.length * height}px`); draw(); };
  return box;
}

export const facts = (...pairs) => h('dl', {class: 'facts'}, pairs.filter(([, value]) => value !== undefined && value !== null && value !== '').map(([name, value, kind]) => h('div', {class: kind}, h('dt', {}, name), h('dd', {}, value))));
export const code = (text) => h('code', {}, text);
export const pre = (text) => h('pre', {tabindex: '0'}, text);

/** AWS's times: seconds since 1970 in JSON, ISO 8601 in XML. */
export const moment = (value) => typeof value === 'number' ? new Date(value * (value > 1e11 ? 1 : 1000)) : value ? new Date(value) : null;

export function clock(value) {
  const at = moment(value);
  return at ? h('time', {datetime: at.toISOString(), title: at.toLocaleString(language())}, at.toLocaleTimeString(language(), {hour12: false})) : '–';
}

export function ago(value) {
  const at = moment(value);
  if (!at) return '–';
  return h('time', {datetime: at.toISOString(), title: at.toLocaleString(language()), 'data-ago': at.getTime()}, since(at));
}

function since(at) {
  const seconds = Math.round((at - Date.now()) / 1000);
  const steps = [[60, 'second', 1], [3600, 'minute', 60], [86400, 'hour', 3600], [Infinity, 'day', 86400]];
  const [, unit, size] = steps.find(([under]) => Math.abs(seconds) < under);
  const words = new Intl.RelativeTimeFormat(language(), {numeric: 'auto', style: 'short'});
  return unit === 'second' && seconds > -10 ? t('just now') : words.format(Math.round(seconds / size), unit);
}

// A page whose state stays the same is not shown anew; its times go on.
setInterval(() => { if (!document.hidden) for (const one of document.querySelectorAll('time[data-ago]')) one.textContent = since(new Date(Number(one.dataset.ago))); }, 10000);

export function span(from, to) {
  const began = moment(from), ended = moment(to) || new Date();
  if (!began) return '–';
  const seconds = Math.max(0, (ended - began) / 1000);
  return seconds < 10 ? `${seconds.toFixed(1)} s` : seconds < 120 ? `${Math.round(seconds)} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

export const nameOf = (tags) => (Array.isArray(tags) ? tags : []).find((one) => (one.key ?? one.Key) === 'Name')?.value ?? (Array.isArray(tags) ? tags : []).find((one) => one.Key === 'Name')?.Value ?? '';

let toasts;
export function say(message, kind = 'good') {
  toasts ||= document.body.appendChild(h('div', {class: 'toasts', role: 'status', 'aria-live': 'polite'}));
  const one = h('div', {class: `toast ${kind}`}, h('span', {}, message), h('button', {type: 'button', class: 'plain', 'aria-label': t('Close'), onclick: () => one.remove()}, '×'));
  toasts.append(one);
  setTimeout(() => one.remove(), kind === 'bad' ? 15000 : 5000);
}
export const complain = (error) => say(error.code && error.message !== error.code ? `${error.code}: ${error.message}` : error.message || String(error), 'bad');

/** What stands in a page's place when its call was refused. */
export function trouble(error) {
  const words = error.status === 501 ? t('This region does not have that call.') : error.code?.startsWith('AccessDenied') || error.status === 403 ? t('You may not see this.') : t('That did not work.');
  return h('div', {class: 'trouble', role: 'alert'}, h('strong', {}, words), h('p', {}, error.code ? code(error.code) : null, ' ', error.message));
}

/** Asks in a dialog; resolves to the fields' texts, or null. Fields are {name, label, value, kind: 'text' | 'area' | [options]}. */
export function ask(question, fields, go, {kind = 'main', about} = {}) {
  return new Promise((done) => {
    const inputs = fields.map((one) => {
      const id = 'ask-' + one.name;
      const input = Array.isArray(one.kind) ? h('select', {id}, one.kind.map((name) => h('option', {value: name, selected: name === one.value}, name)))
        : one.kind === 'area' ? h('textarea', {id, rows: 3, value: one.value || ''}) : h('input', {id, type: 'text', autocomplete: 'off', value: one.value || ''});
      return [one.name, input, h('div', {class: 'field'}, h('label', {for: id}, one.label), input)];
    });
    const box = h('dialog', {'aria-labelledby': 'ask-title'},
      h('h2', {id: 'ask-title'}, question), about ? h('p', {}, about) : null, inputs.map(([, , field]) => field),
      h('div', {class: 'actions'},
        h('button', {type: 'button', id: 'ask-cancel', onclick: () => box.close()}, t('Cancel')),
        h('button', {type: 'button', id: 'ask-go', class: kind, onclick: () => { box.answer = Object.fromEntries(inputs.map(([name, input]) => [name, input.value])); box.close(); }}, go)));
    box.addEventListener('close', () => { box.remove(); done(box.answer || null); });
    box.addEventListener('keydown', (event) => { if (event.key === 'Enter' && event.target.tagName === 'INPUT') box.querySelector('#ask-go').click(); });
    document.body.append(box);
    box.showModal();
  });
}

export function tabs(names, chosen, href) {
  return h('nav', {class: 'tabs'}, names.map(([key, label]) => h('a', {href: href(key), 'aria-current': key === chosen ? 'page' : null, 'data-key': 'tab-' + key}, label)));
}

/** A number with its name, as the overview has them. */
export const figure = (value, name, href, kind = '') => h('a', {class: `figure ${kind}`, href, 'data-key': href + name}, h('strong', {}, value), h('span', {}, name));

export {put};
