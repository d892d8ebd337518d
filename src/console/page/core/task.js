// A task as its competitor has it: the text, and the material that is handed out with it, to read here and to keep. Both are a pack's, of whoever wrote it.
import {list} from './aws.js';
import {own, read, readJson} from './board.js';
import {h, put} from './dom.js';
import {bytes, linesOf, LARGEST_SHOWN, save, textOf} from './files.js';
import {markdown} from './markdown.js';
import {getObject} from './s3.js';
import {language, t} from './words.js';
import {button, card, empty, table, title} from './ui.js';

// What a browser shows as an image and nothing else; of what SVG can do a page knows too little.
const IMAGES = {png: 'image/png', jpg: 'image/jpeg', jpeg: 'image/jpeg', gif: 'image/gif', webp: 'image/webp'};
const imageType = (name) => IMAGES[name.split('.').pop().toLowerCase()];

/** {task, wanted: the language, text, material: [{name, size, etag}]} of that account; null where nothing is posted for it. */
export async function loadTask(board, there, account) {
  const folder = own(account), task = await readJson(board, there, folder + 'task.json');
  if (!task) return null;
  const wanted = task.languages.includes(language()) ? language() : task.languages[0];
  const text = there.find((one) => one.key === `${folder}task.${wanted}.md`);
  const material = there.filter((one) => one.key === folder + 'handout' || one.key.startsWith(folder + 'handout/')).map(({key, size, etag}) => ({name: key.slice(folder.length), size, etag}));
  return {task, wanted, text: text ? await read(board, text) : '', material};
}

/** The name of the material that an address in the text means, "handout/app.py" or "./handout/app.py"; undefined of any other. */
function named(material, address) {
  let name = address.replace(/^\.\//, '');
  try { name = decodeURIComponent(name); } catch { /* it is as it stands */ }
  return material.find((one) => one.name === address || one.name === name)?.name;
}

/** The text and the material of `loadTask`; `place` is the page's address, below which each file has its own. */
export function taskView(board, live, account, place, {task, wanted, text, material}) {
  const at = (name) => `${place}/file/${encodeURIComponent(name)}`;
  const link = (address) => { const name = named(material, address); return name && at(name); };
  const image = (address, alt) => { const name = named(material, address); return name && imageType(name) ? picture(board, live, account, name, alt) : null; };
  const rows = [...material, ...list(task.in_kit_only).map((name) => ({name}))];
  return [card(null, h('article', {class: 'pad prose', lang: wanted}, markdown(text.slice(0, 500000), 2, {link, image}))),
    rows.length ? card(t('Material'), table([[t('File'), (one) => one.size === undefined ? one.name : h('a', {href: at(one.name), 'data-key': 'file-' + one.name}, one.name), {class: 'wrap'}], [t('Size'), (one) => one.size === undefined ? t('in the folder that you were given') : bytes(one.size), {class: 'num'}],
      ['', (one) => one.size === undefined ? null : button(t('Download'), () => keep(board, account, one.name), {kind: 'small', key: 'keep-' + one.name}), {class: 'num'}]], rows)) : null];
}

const fetched = (board, account, name) => getObject(board.bucket, own(account) + name, board.owner);
const keep = async (board, account, name) => save(await fetched(board, account, name), name.split('/').pop());

/** The image, once it is there; where it is none, its words. */
function picture(board, live, account, name, alt) {
  const place = h('span', {class: 'picture'}, alt);
  (async () => {
    const href = URL.createObjectURL(new Blob([await fetched(board, account, name)], {type: imageType(name)}));
    live.onEnd(() => URL.revokeObjectURL(href));
    const one = h('img', {alt});
    one.addEventListener('load', () => place.replaceChildren(one));
    one.src = href;
  })().catch(() => {});
  return place;
}

/** The page of one file of the material. */
export async function openFile({room, live}, board, there, account, trail, name) {
  const one = there.find((each) => each.key === own(account) + name);
  const head = (actions) => title(name, {trail, actions});
  if (!one) return put(room, head(), empty(t('There is no such file.')));
  const shown = imageType(name) ? h('div', {class: 'pad prose'}, picture(board, live, account, name, name))
    : one.size > LARGEST_SHOWN ? null : textOf(new Uint8Array(await (await fetched(board, account, name)).arrayBuffer()));
  put(room, head([button(t('Download'), () => keep(board, account, name), {key: 'keep'})]),
    card(null, shown === null ? empty(t('This file is no text, or too large to show.')) : typeof shown === 'string' ? linesOf(name, shown) : shown));
}
