// Why: what the region's `explain` says of a thing, from what was asked about down to the first cause, with evidence and the way out. Where a
// region has no such service nothing is shown.
import {aws, list} from './aws.js';
import {h, put} from './dom.js';
import {language, t} from './words.js';
import {badge, card, code, moment, pre} from './ui.js';

let missing = false;
const known = new Map();  // what was said, by what was asked: of what has ended it stays true

const said = (text) => typeof text === 'string' ? text : text?.[language()] ?? text?.en ?? '';

async function ask(operation, input, keep) {
  if (missing) return null;
  const name = JSON.stringify([operation, input, keep]);
  if (known.size > 100) known.clear();
  if (!known.has(name)) known.set(name, aws('explain', operation, input).then((one) => one.explanation, (error) => {
    if (error.status === 501) missing = true;
    known.delete(name);
    return null;
  }));
  return known.get(name);
}

/** A card that says why; empty until it is known, and where nobody knows. `turn` tells one state of the thing from the next. */
export function why(kind, id, turn) {
  const place = h('div', {});
  ask('Explain', {kind, id}, turn).then((one) => { if (one?.causes?.length) put(place, card(t('Why'), h('div', {class: 'pad why-card'}, story(one)))); });
  return place;
}

/** The first cause in one sentence, once it is known; nothing where nobody knows. */
export function because(kind, id, turn) {
  const place = h('p', {class: 'because'});
  ask('Explain', {kind, id}, turn).then((one) => { if (one?.causes?.length) put(place, said(one.summary)); });
  return place;
}

/** What waits now, for what, since when and until when: [{subject, sentence, since, until}]; asked every ten seconds at most. */
export async function waiting() {
  const one = await ask('Explain', {kind: 'stuck'}, Math.floor(Date.now() / 10e3));
  return list(one?.causes).filter((cause) => cause.code).map((cause) => ({subject: cause.subject, sentence: said(cause.sentence), since: cause.since, until: cause.until}));
}

/** Whether packets get from one to the other, hop by hop; null where the region cannot say. */
export async function packet(input) {
  const one = await ask('ExplainPacket', input, Date.now());
  return one && h('div', {class: 'pad why-card'}, story(one), path(one), kernel(one.kernel));
}

function story(one) {
  return [h('p', {class: 'lead'}, said(one.summary)),
    list(one.causes).length > 1 || list(one.causes)[0]?.remedy || list(one.causes)[0]?.evidence ? h('ol', {class: 'causes'}, list(one.causes).map((cause) => h('li', {},
      h('p', {}, said(cause.sentence)), h('p', {class: 'soft'}, code(cause.code), ' ', cause.subject, cause.until ? ` · ${t('until')} ${moment(cause.until).toLocaleString(language())}` : ''),
      list(cause.evidence).map((proof) => h('details', {}, h('summary', {}, proof.call), pre(proof.excerpt))),
      cause.remedy ? h('div', {class: 'remedy'}, h('strong', {}, t('The way out')), h('p', {}, said(cause.remedy)), cause.remedy.command ? pre(cause.remedy.command) : null, cause.remedy.statement ? pre(pretty(cause.remedy.statement)) : null) : null))) : null,
    list(one.unseen).length ? h('p', {class: 'soft'}, t('Not looked at, as you may not see it:'), ' ', list(one.unseen).map((each) => each.action).join(', ')) : null];
}

function path(one) {
  return h('ol', {class: 'hops'}, list(one.path).map((hop) => h('li', {}, badge(hop.passes ? 'allowed' : 'Failed', hop.passes ? t('passes') : t('stops')), ' ', code(hop.component), ' ', h('span', {class: 'soft'}, [hop.type, hop.direction].filter(Boolean).join(' · ')), h('p', {}, said(hop.sentence)))));
}

/** What the kernel did with a packet on trial. */
function kernel(word) {
  return word && h('div', {}, h('p', {}, said(word.sentence)), list(word.evidence).map((proof) => h('details', {}, h('summary', {}, proof.call), pre(proof.excerpt))));
}

function pretty(text) {
  try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
}
