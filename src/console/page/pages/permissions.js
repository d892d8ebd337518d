// Permissions: who did what and what was refused, by the trail; and whether a user or role may do something, by IAM's own simulation.
import {aws, list, pages} from '../core/aws.js';
import {h, paint, put} from '../core/dom.js';
import {why} from '../core/explain.js';
import {watch} from '../core/page.js';
import {t} from '../core/words.js';
import {ago, badge, button, card, code, empty, pre, table, tabs, title, trouble} from '../core/ui.js';

const head = (view) => [title(t('Permissions')), tabs([['', t('What was changed')], ['all', t('What was asked')], ['refused', t('What was refused')], ['simulate', t('Would it be allowed?')]], view, (key) => '#/permissions' + (key && '/' + key))];

export function open({room, live, parts, query}) {
  return parts[0] === 'simulate' ? openSimulation(room, query) : openTrail(room, live, parts[0] || '');
}

function openTrail(room, live, view) {
  const refused = view === 'refused', chosen = {id: null};
  const detail = h('div', {class: 'room'});
  let rows = [], looked = 0;
  const select = (id) => { chosen.id = id; const one = rows.find((row) => row.id === id); put(detail, one ? [card(one.name, pre(JSON.stringify(one.raw, null, 2))), one.error && one.raw.requestID ? why('denied', one.raw.requestID) : null] : null); };
  return watch(room, live, {
    head: head(view),
    load: async () => {
      const changes = {LookupAttributes: [{AttributeKey: 'ReadOnly', AttributeValue: 'false'}]};
      const lookUp = (input, most) => pages('cloudtrail', 'LookupEvents', {MaxResults: 50, ...input}, 'Events', {token: 'NextToken', most});
      // The trail cannot be asked for what was refused. Changes are looked through far back, as an open console's own reads are many.
      const both = refused ? await Promise.all([lookUp(changes, 600), lookUp({}, 600)]) : [await lookUp(view ? {} : changes, 150)];
      const events = [...new Map(both.flat().map((one) => [one.EventId, one])).values()].sort((x, y) => y.EventTime - x.EventTime);
      looked = events.length;
      rows = events.map((one) => {
        let raw = {};
        try { raw = JSON.parse(one.CloudTrailEvent); } catch { /* shown without details */ }
        return {id: one.EventId, name: one.EventName, source: (one.EventSource || '').replace('.amazonaws.com', ''), who: raw.userIdentity?.arn?.replace(/^arn:aws:\w+::/, '') || raw.userIdentity?.invokedBy || one.Username, error: raw.errorCode, message: raw.errorMessage, at: one.EventTime, raw};
      });
      // What `explain` asked in the caller's name is no call of the caller's own.
      return refused ? rows.filter((one) => /Denied|Unauthorized|AuthFailure|Forbidden/.test(one.error || '') && one.raw.userIdentity?.invokedBy !== 'explain.amazonaws.com') : rows;
    },
    view: (all) => [detail, refused ? h('p', {class: 'about'}, t('Looked through the last {n} calls.', {n: looked})) : null, card(null, table([[t('What'), (one) => h('button', {type: 'button', class: 'plain', 'data-key': one.id, onclick: () => select(one.id)}, `${one.source}:${one.name}`)], [t('Who'), (one) => h('span', {class: 'wrap'}, one.who || '–')],
      [t('How it ended'), (one) => one.error ? [badge('Failed', one.error), h('div', {class: 'wrap soft'}, one.message)] : badge('Succeeded', 'OK')], [t('When'), (one) => ago(one.at)],
      ...refused ? [['', (one) => h('a', {href: `#/permissions/simulate?who=${encodeURIComponent(principal(one.raw))}&action=${encodeURIComponent(actionOf(one))}&resource=${encodeURIComponent(resourceOf(one))}`, 'data-key': 'why' + one.id}, t('Why?'))]] : []], all, {none: refused ? t('None of them was refused.') : t('Nothing happened yet.')}))],
    every: refused ? 15000 : 5000,
  });
}

/** The user or role whose policies decide: of a session of a role, the role. */
function principal(raw) {
  const arn = raw.userIdentity?.sessionContext?.sessionIssuer?.arn || raw.userIdentity?.arn || '';
  return arn.replace(/^arn:aws:sts::(\d+):assumed-role\/([^/]+)\/.*$/, 'arn:aws:iam::$1:role/$2');
}
const actionOf = (one) => /perform: (\S+)/.exec(one.message || '')?.[1] || `${one.source}:${one.name}`;
const resourceOf = (one) => /on resource: (\S+)/.exec(one.message || '')?.[1] || '*';

async function openSimulation(room, query) {
  const who = h('input', {id: 'who', list: 'principals', value: query.get('who') || '', autocomplete: 'off', spellcheck: 'false', size: 52});
  const action = h('input', {id: 'action', value: query.get('action') || '', placeholder: 's3:GetObject', autocomplete: 'off', spellcheck: 'false', size: 30});
  const resource = h('input', {id: 'resource', value: query.get('resource') || '*', autocomplete: 'off', spellcheck: 'false', size: 52});
  const known = h('datalist', {id: 'principals'}), answer = h('div', {class: 'room'});
  const field = (id, label, input) => h('div', {class: 'field'}, h('label', {for: id}, label), input);
  const run = async () => {
    try {
      const said = await aws('iam', 'SimulatePrincipalPolicy', {PolicySourceArn: who.value.trim(), ActionNames: action.value.split(/[\s,]+/).filter(Boolean), ResourceArns: [resource.value.trim() || '*']});
      paint(answer, said, () => [list(said.EvaluationResults).map((one) => card(null, h('div', {class: 'bar'}, badge(one.EvalDecision), code(one.EvalActionName), code(one.EvalResourceName)),
        h('div', {class: 'pad'}, list(one.MatchedStatements).length ? [h('p', {}, t('Decided by:')), list(one.MatchedStatements).map((match) => h('p', {}, code(match.SourcePolicyId), ` (${match.SourcePolicyType})`))]
          : one.EvalDecision === 'implicitDeny' ? h('p', {}, t('No policy allows it. The smallest statement that would:')) : null,
        one.EvalDecision === 'implicitDeny' ? pre(JSON.stringify({Effect: 'Allow', Action: one.EvalActionName, Resource: one.EvalResourceName}, null, 2)) : null)))]);
    } catch (error) { put(answer, trouble(error)); }
  };
  put(room, head('simulate'), card(null, h('div', {class: 'bar'}, field('who', t('Who'), who), known, field('action', t('Action'), action), field('resource', t('On'), resource), button(t('Ask'), run, {kind: 'main', key: 'ask'}))), answer);
  if (who.value && action.value) run(); else put(answer, empty(t('Name a user or role, an action and a resource.')));
  Promise.all([aws('iam', 'ListRoles'), aws('iam', 'ListUsers')]).then(([roles, users]) => put(known, [...list(roles.Roles), ...list(users.Users)].map((one) => h('option', {value: one.Arn}))), () => {});
}
