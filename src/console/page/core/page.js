// How a page stays live: it loads its state again and again and shows it when it is another.
import {h, paint, put} from './dom.js';
import {trouble} from './ui.js';

/** Has the room show `head`, and below it what `view(state)` makes of what `load()` answers. `every` may be a function of the state, in ms;
 *  what fails is said above what was there before. Answers the loop, which ends with the page. */
export function watch(room, live, {head, load, view, every = 3000}) {
  const note = h('div', {}), body = h('div', {class: 'room'});
  let last = '', quiet = 0;
  return live.loop(async () => {
    const state = await load();
    const print = JSON.stringify(state);
    quiet = print === last ? quiet + 1 : 0;
    last = print;
    if (live.ended) return false;
    if (!body.isConnected) put(room, head, note, body);
    paint(note, null, () => null);
    paint(body, state, () => view(state));
    // What has not changed for long is asked for less often, four times less at last.
    return (typeof every === 'function' ? every(state) : every) * Math.min(4, 1 + quiet / 20);
  }, {every: typeof every === 'function' ? 3000 : every, failed: (error) => {
    if (!note.isConnected) put(room, head, note, body);
    paint(note, [error.code, error.message], () => trouble(error));
  }});
}
