// A log that grows while one looks at it: only the lines that are seen are in the page, so that a hundred thousand stay smooth. It has a
// search, a number on each line that is a link to it, and follows its end until the reader scrolls up.
import {aws, list} from './aws.js';
import {ansi, plain} from './ansi.js';
import {h} from './dom.js';
import {t} from './words.js';

const HEIGHT = 24, MOST = 200000;

export function logView({line, href}) {
  let lines = [], hits = [], chosen = line || 0, word = '', follow = !line;
  const space = h('div', {class: 'space'});
  const box = h('div', {class: 'log', tabindex: '0', role: 'log', 'aria-label': t('Log'), 'aria-live': 'off'}, space);
  const count = h('span', {class: 'soft', role: 'status'});
  const search = h('input', {type: 'search', placeholder: t('Search'), 'aria-label': t('Search in the log'), id: 'log-search'});
  const tail = h('input', {type: 'checkbox', checked: follow, id: 'log-follow'});
  const row = (at) => h('div', {class: `row${chosen === at + 1 ? ' here' : ''}${word && plain(lines[at]).toLowerCase().includes(word) ? ' hit' : ''}`, style: {top: `${at * HEIGHT}px`}},
    h('a', {class: 'n', href: href(at + 1), onclick: () => { chosen = at + 1; }}, at + 1), h('span', {}, ansi(lines[at])));
  let drawing = false;
  const draw = () => {
    if (drawing) return;
    drawing = true;
    requestAnimationFrame(() => {
      drawing = false;
      const first = Math.max(0, Math.floor(box.scrollTop / HEIGHT) - 20), last = Math.min(lines.length, first + Math.ceil((box.clientHeight || 500) / HEIGHT) + 40);
      space.style.setProperty('height', `${lines.length * HEIGHT}px`);
      space.replaceChildren(...Array.from({length: Math.max(0, last - first)}, (_, at) => row(first + at)));
    });
  };
  const to = (at) => { box.scrollTop = Math.max(0, (at - 6) * HEIGHT); draw(); };
  const find = (step) => {
    word = search.value.toLowerCase();
    hits = word ? lines.flatMap((text, at) => plain(text).toLowerCase().includes(word) ? [at + 1] : []) : [];
    count.textContent = word ? t('{n} found', {n: hits.length}) : '';
    if (hits.length) {
      chosen = step > 0 ? hits.find((one) => one > chosen) ?? hits[0] : step < 0 ? [...hits].reverse().find((one) => one < chosen) ?? hits.at(-1) : hits[0];
      follow = tail.checked = false;
      to(chosen);
    }
    draw();
  };
  search.addEventListener('input', () => find(0));
  search.addEventListener('keydown', (event) => { if (event.key === 'Enter') find(event.shiftKey ? -1 : 1); });
  tail.addEventListener('change', () => { follow = tail.checked; if (follow) box.scrollTop = box.scrollHeight; });
  box.addEventListener('scroll', () => {
    if (follow && box.scrollTop + box.clientHeight < box.scrollHeight - 3 * HEIGHT) follow = tail.checked = false;
    draw();
  }, {passive: true});
  return {
    node: [h('div', {class: 'bar'}, search, count, h('span', {class: 'grow'}), h('label', {class: 'bar', for: 'log-follow'}, tail, t('Follow'))), box],
    add(more) {
      const before = lines.length;
      lines = lines.concat(more).slice(0, MOST);
      space.style.setProperty('height', `${lines.length * HEIGHT}px`);
      if (follow) box.scrollTop = box.scrollHeight;
      else if (before === 0 && chosen) to(chosen);
      draw();
    },
    get size() { return lines.length; },
  };
}

/** Feeds a view from a stream of CloudWatch Logs until `done()` says that it will not grow and its end was read. */
export function follow(live, view, group, stream, done) {
  let token;
  return live.loop(async () => {
    const over = done();
    let got = 0;
    for (let page = 0; page < 50; ++page) {
      const said = await aws('logs', 'GetLogEvents', {logGroupName: group, logStreamName: stream, startFromHead: true, ...(token ? {nextToken: token} : {})});
      const events = list(said.events);
      got += events.length;
      // An event's text may hold several lines.
      if (events.length) view.add(events.flatMap((one) => one.message.replace(/\r?\n$/, '').split(/\r?\n/)));
      if (said.nextForwardToken === token) break;
      token = said.nextForwardToken;
      if (!events.length) break;
    }
    return over && !got ? false : got ? 1000 : 1500;
  }, {every: 1500});
}
