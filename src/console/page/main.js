// The frame around the pages: signing in, the way from an address (#/pipelines/x) to a page, language and colours.
import {findBoard, look} from './core/board.js';
import {currentSession, keepSession, redeem, aws, region} from './core/aws.js';
import {h, put} from './core/dom.js';
import {Live} from './core/poll.js';
import {language, setLanguage, t} from './core/words.js';
import {loading, trouble} from './core/ui.js';

// Each page is a module of its own that comes when it is first looked at.
const PAGES = [
  ['overview', 'Overview', ''],
  ['pipelines', 'Pipelines', 'Delivery'], ['builds', 'Builds', 'Delivery'], ['deployments', 'Deployments', 'Delivery'], ['code', 'Code', 'Delivery'], ['images', 'Images', 'Delivery'],
  ['network', 'Network', 'Machines'], ['instances', 'Instances', 'Machines'], ['balancers', 'Load balancers', 'Machines'],
  ['permissions', 'Permissions', 'Account'], ['cost', 'Cost', 'Account'], ['contest', 'Contest', 'Account'],
];
const WHERE_THERE = new Set(['cost', 'contest']);  // shown once it is known that there is such a thing
const COLOURS = 'hanbat.colours';

const app = document.getElementById('app');
let live = null, main = null, turn = 0;

function colours(next) {
  const kept = next || localStorage.getItem(COLOURS);
  if (next) localStorage.setItem(COLOURS, next);
  if (kept === 'light' || kept === 'dark') document.documentElement.dataset.theme = kept;
}
const isDark = () => (document.documentElement.dataset.theme || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';

const decoded = (text) => { try { return decodeURIComponent(text); } catch { return text; } };

/** What the address names: the parts of its path, and its query. */
function place() {
  const [path, query] = location.hash.replace(/^#\/?/, '').split('?');
  return {parts: path.split('/').filter(Boolean).map(decoded), query: new URLSearchParams(query || '')};
}

function frame() {
  const {parts} = place();
  const here = parts[0] || 'overview';
  const groups = new Map();
  for (const [name, label, group] of PAGES) groups.set(group, [...groups.get(group) || [], [name, label]]);
  main = h('main', {id: 'main', tabindex: '-1'});
  const who = h('span', {class: 'who'});
  put(app,
    h('a', {class: 'skip', href: '#main', onclick: (event) => { event.preventDefault(); main.focus(); }}, t('Skip to content')),
    h('div', {class: 'frame'},
      h('nav', {class: 'side', 'aria-label': t('Pages')},
        h('a', {class: 'brand', href: '#/overview'}, h('img', {src: 'icon.svg', alt: '', width: 22, height: 22}), 'Hanbat'),
        h('button', {type: 'button', class: 'menu', 'aria-expanded': 'false', 'aria-controls': 'pages', onclick: (event) => {
          const open = event.currentTarget.getAttribute('aria-expanded') !== 'true';
          event.currentTarget.setAttribute('aria-expanded', String(open));
        }}, t('Menu')),
        h('div', {id: 'pages', class: 'pages'}, [...groups].map(([group, pages]) => [
          group ? h('h2', {}, t(group)) : null,
          h('ul', {}, pages.map(([name, label]) => h('li', {hidden: WHERE_THERE.has(name)}, h('a', {href: `#/${name}`, 'data-page': name, 'aria-current': name === here ? 'page' : null}, t(label)))))]))),
      h('div', {class: 'body'},
        h('header', {class: 'top'}, h('span', {class: 'region'}, region()), who, h('span', {class: 'grow'}),
          h('button', {type: 'button', class: 'plain', id: 'language', lang: language() === 'ko' ? 'en' : 'ko', onclick: () => { setLanguage(language() === 'ko' ? 'en' : 'ko'); start(); document.getElementById('language').focus(); }}, language() === 'ko' ? 'English' : '한국어'),
          h('button', {type: 'button', class: 'plain', id: 'colours', onclick: () => { colours(isDark() ? 'light' : 'dark'); document.getElementById('colours').textContent = isDark() ? t('Light') : t('Dark'); }}, isDark() ? t('Light') : t('Dark')),
          h('button', {type: 'button', class: 'plain', id: 'sign-out', onclick: () => { keepSession(null); location.hash = ''; location.reload(); }}, t('Sign out'))),
        main)));
  const there = (name) => { app.querySelector(`[data-page=${name}]`).parentElement.hidden = false; };
  // A call without its input costs nothing and tells whether there is such a service.
  aws('ce', 'GetCostAndUsage', {}).catch((error) => { if (error.status !== 501 && error.status) there('cost'); });
  findBoard().then(look).then((seen) => { if (seen) there('contest'); }, () => {});
  aws('sts', 'GetCallerIdentity').then((me) => who.replaceChildren(me.Arn.replace(/^arn:aws:(iam|sts)::/, '')), () => {});
}

function signedOut(message) {
  document.title = 'Hanbat';
  put(app, h('main', {class: 'door'}, h('img', {src: 'icon.svg', alt: '', width: 48, height: 48}), h('h1', {}, 'Hanbat'),
    message ? h('p', {class: 'trouble', role: 'alert'}, message) : null,
    h('p', {}, t('Run this on the machine of the region, and open the address that it prints:')), h('pre', {tabindex: '0'}, 'hanbat console'),
    h('p', {class: 'about'}, t('You are signed in as whoever runs it: the administrator, or the credentials of the environment.')),
    h('button', {type: 'button', class: 'plain', onclick: () => { setLanguage(language() === 'ko' ? 'en' : 'ko'); start(); }}, language() === 'ko' ? 'English' : '한국어')));
}

/** Shows the page that the address names. */
async function go() {
  if (location.hash.startsWith('#SigninToken=')) return start();
  if (!currentSession()) return signedOut();
  if (!main) frame();
  const {parts, query} = place();
  const here = PAGES.some(([name]) => name === parts[0]) ? parts[0] : 'overview';
  for (const link of app.querySelectorAll('[data-page]')) {
    if (link.dataset.page === here) link.setAttribute('aria-current', 'page'); else link.removeAttribute('aria-current');
  }
  app.querySelector('.menu')?.setAttribute('aria-expanded', 'false');
  live?.end();
  live = new Live();
  const mine = live, my = ++turn;
  const room = h('div', {class: 'room'}, loading());
  put(main, room);
  scrollTo(0, 0);
  if (turn > 1 && (document.activeElement === document.body || !document.activeElement)) main.focus({preventScroll: true});
  try {
    const page = await import(`./pages/${here}.js`);
    if (my !== turn) return;
    await page.open({room, live: mine, parts: parts.slice(1), query});
  } catch (error) {
    if (my === turn) put(room, trouble(error));
  }
}

async function start() {
  main = null;
  live?.end();
  document.documentElement.lang = language();
  colours();
  if (location.hash.startsWith('#SigninToken=')) {
    const given = new URLSearchParams(location.hash.slice(1));
    history.replaceState(null, '', location.pathname);
    const before = currentSession();
    try { await redeem(given.get('SigninToken'), given.get('region')); } catch (error) { return signedOut(t(error.message)); }
    if (before) return location.reload();  // what the page keeps of calls was somebody else's
  }
  return go();
}

addEventListener('hashchange', go);
start();
