// A terminal in the page: a screen's cells as text nodes, keys as the bytes that they stand for, and between them a Session Manager session.
import {classes} from './ansi.js';
import {h} from './dom.js';
import {Screen} from './screen.js';
import {Session} from './session.js';
import {t} from './words.js';

const KEYS = {Enter: '\r', Backspace: '\x7f', Tab: '\t', Escape: '\x1b', Delete: '\x1b[3~', Insert: '\x1b[2~', PageUp: '\x1b[5~', PageDown: '\x1b[6~', F1: '\x1bOP', F2: '\x1bOQ', F3: '\x1bOR', F4: '\x1bOS', F5: '\x1b[15~', F6: '\x1b[17~', F7: '\x1b[18~', F8: '\x1b[19~', F9: '\x1b[20~', F10: '\x1b[21~', F12: '\x1b[24~'};
const ARROWS = {ArrowUp: 'A', ArrowDown: 'B', ArrowRight: 'C', ArrowLeft: 'D', Home: 'H', End: 'F'};

/** The bytes that a key sends, or null when it is the page's. Ctrl+Shift+X leaves the terminal. */
export function keyBytes(event, application) {
  if (event.metaKey || event.isComposing) return null;
  if (event.ctrlKey && event.shiftKey) return null;
  if (ARROWS[event.key]) return (event.ctrlKey ? '\x1b[1;5' : application ? '\x1bO' : '\x1b[') + ARROWS[event.key];
  if (event.key === 'Tab' && event.shiftKey) return '\x1b[Z';
  if (KEYS[event.key]) return KEYS[event.key];
  if (event.key.length !== 1) return null;
  if (event.ctrlKey && !event.altKey) {
    const at = event.key.toUpperCase().charCodeAt(0);
    return at >= 64 && at < 96 ? String.fromCharCode(at - 64) : event.key === ' ' ? '\0' : null;
  }
  return event.altKey && !event.ctrlKey ? '\x1b' + event.key : null;  // plain text comes by the field's input, which knows of composing
}

export function openTerminal(started, {onEnd}) {
  const field = h('textarea', {'aria-label': t('Terminal; Ctrl+Shift+X leaves it'), id: 'terminal-keys', autocapitalize: 'off', autocomplete: 'off', spellcheck: 'false'});
  const view = h('div', {class: 'view', 'aria-live': 'off'});
  const node = h('div', {class: 'terminal', role: 'application', 'aria-label': t('Terminal')}, field, view);
  const decoder = new TextDecoder();
  const screen = new Screen(100, 24, (answer) => session.type(answer));
  const session = new Session(started, {
    output: (bytes) => { screen.write(decoder.decode(bytes, {stream: true})); draw(); },
    ready: () => session.resize(screen.columns, screen.rows),
    end: onEnd,
  });
  let drawing = false;
  function draw() {
    if (drawing) return;
    drawing = true;
    requestAnimationFrame(() => {
      drawing = false;
      const stay = node.scrollTop + node.clientHeight < node.scrollHeight - 40 && document.activeElement !== field;
      const lines = screen.other ? screen.lines : [...screen.history.slice(-500), ...screen.lines];
      const cursor = screen.cursorShown ? lines.length - screen.rows + screen.y : -1;
      view.replaceChildren(...lines.map((line, at) => lineNode(line, at === cursor ? screen.x : -1)));
      if (!stay) node.scrollTop = node.scrollHeight;
    });
  }
  const fit = () => {
    if (!node.clientWidth) return;
    const probe = node.appendChild(h('span', {class: 'mono-probe'}, 'mmmmmmmmmm'));
    const width = probe.getBoundingClientRect().width / 10;
    probe.remove();
    const columns = Math.max(20, Math.min(240, Math.floor((node.clientWidth - 16) / width))), rows = Math.max(5, Math.floor((node.clientHeight - 16) / 17));
    if (columns === screen.columns && rows === screen.rows) return;
    screen.resize(columns, rows);
    session.resize(columns, rows);
    draw();
  };
  new ResizeObserver(fit).observe(node);
  field.addEventListener('keydown', (event) => {
    if (event.ctrlKey && event.shiftKey && event.key.toUpperCase() === 'X') { event.preventDefault(); document.getElementById('main').focus(); return; }
    const bytes = keyBytes(event, screen.applicationKeys);
    if (bytes !== null) { event.preventDefault(); session.type(bytes); }
  });
  field.addEventListener('input', (event) => { if (!event.isComposing && field.value) { session.type(field.value); field.value = ''; } });
  field.addEventListener('compositionend', () => { if (field.value) session.type(field.value); field.value = ''; });
  field.addEventListener('paste', (event) => {
    event.preventDefault();
    const text = event.clipboardData.getData('text/plain').replace(/\x1b/g, '').replace(/\r?\n/g, '\r');
    session.type(screen.pasteMarked ? `\x1b[200~${text}\x1b[201~` : text);
  });
  node.addEventListener('mouseup', () => { if (getSelection().isCollapsed) field.focus({preventScroll: true}); });
  draw();
  return {node, focus: () => field.focus(), close: () => session.close(), screen};
}

/** A line as runs of one style; the cursor is a run of its own. */
function lineNode(line, cursor) {
  const out = h('div', {});
  let run = '', style = null;
  const flush = () => { if (run) out.append(style && Object.keys(style).length ? h('span', {class: classes(style)}, run) : run); run = ''; };
  let last = line.length;
  while (last > 0 && !line[last - 1] && last - 1 > cursor) last--;
  for (let x = 0; x < last; x++) {
    const cell = line[x], text = cell ? cell.text : ' ';
    if (x === cursor) { flush(); out.append(h('span', {class: 'cursor'}, text || ' ')); continue; }
    if ((cell?.style ?? null) !== style) { flush(); style = cell?.style ?? null; }
    run += text;
  }
  flush();
  if (!out.hasChildNodes()) out.append('\u200b');
  return out;
}
