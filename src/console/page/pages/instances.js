// Instances: the list, and one with its state, tags, what it said at its start, and a terminal over Session Manager.
import {aws, list} from '../core/aws.js';
import {h, put} from '../core/dom.js';
import {watch} from '../core/page.js';
import {openTerminal} from '../core/terminal.js';
import {t} from '../core/words.js';
import {ago, ask, badge, button, card, code, facts, nameOf, pre, table, tabs, title} from '../core/ui.js';

const at = (id, view = '') => `#/instances/${id}${view && '/' + view}`;

export function open({room, live, parts}) {
  const [id, view] = parts;
  if (!id) return openList(room, live);
  return {terminal: openShell, output: openOutput}[view]?.(room, live, id) ?? openInstance(room, live, id);
}

async function load(id) {
  const said = await aws('ec2', 'DescribeInstances', id ? {InstanceId: [id]} : {});
  // What is gone stays for an hour, last.
  return list(said.reservationSet).flatMap((one) => list(one.instancesSet)).sort((a, b) => (a.instanceState.name === 'terminated') - (b.instanceState.name === 'terminated'));
}

function openList(room, live) {
  return watch(room, live, {
    head: title(t('Instances')), load: () => load(),
    view: (all) => card(null, table([[t('Name'), (one) => nameOf(one.tagSet) || one.instanceId], [t('Id'), (one) => code(one.instanceId)], [t('State'), (one) => badge(one.instanceState.name)], [t('Type'), (one) => one.instanceType], [t('Private address'), (one) => code(one.privateIpAddress || '–')],
      [t('Public address'), (one) => code(one.ipAddress || '–')], [t('Zone'), (one) => one.placement?.availabilityZone], [t('Started'), (one) => ago(one.launchTime)]], all, {href: (one) => at(one.instanceId), none: t('No instance runs.')})),
  });
}

const head = (id, view, live) => [title(id, {trail: [[t('Instances'), '#/instances']], actions: [
  act('Start', 'StartInstances', id, live), act('Stop', 'StopInstances', id, live), act('Reboot', 'RebootInstances', id, live), act('Terminate', 'TerminateInstances', id, live)]}),
tabs([['', t('Details')], ['terminal', t('Terminal')], ['output', t('Console output')]], view, (key) => at(id, key))];

function act(label, operation, id, live) {
  return button(t(label), async () => {
    if (label !== 'Start' && !await ask(`${t(label)}: ${id}`, [], t(label), {kind: 'danger'})) return;
    await aws('ec2', operation, {InstanceId: [id]});
    live.wake();
  }, {key: label, kind: label === 'Terminate' ? 'danger' : ''});
}

function openInstance(room, live, id) {
  const tag = async (operation, input) => { await aws('ec2', operation, {ResourceId: [id], Tag: [input]}); live.wake(); };
  return watch(room, live, {
    head: head(id, '', live),
    load: async () => (await load(id))[0],
    view: (one) => [
      card(nameOf(one.tagSet) || id, facts([t('State'), badge(one.instanceState.name)], [t('Reason'), one.stateReason?.message], [t('Type'), one.instanceType], [t('Image'), code(one.imageId)], [t('Private address'), code(one.privateIpAddress || '–')], [t('Public address'), code(one.ipAddress || '–')],
        [t('Name inside'), code(one.privateDnsName || '–')], [t('VPC'), h('a', {href: `#/network?vpc=${one.vpcId}`, 'data-key': 'vpc'}, one.vpcId)], [t('Subnet'), code(one.subnetId)], [t('Zone'), one.placement?.availabilityZone], [t('Role'), one.iamInstanceProfile?.arn?.split('/').pop()], [t('Key pair'), one.keyName],
        [t('Security groups'), list(one.groupSet).map((group) => group.groupName).join(', ')], [t('Started'), ago(one.launchTime)],
        [t('From the internet'), h('a', {href: `#/network?vpc=${one.vpcId}&from=internet&to=${id}&port=80`, 'data-key': 'reach'}, t('Can it get there?'))])),
      card(t('Tags'), table([[t('Name'), (row) => row.key], [t('Value'), (row) => h('span', {class: 'wrap'}, row.value)], ['', (row) => button(t('Remove'), () => tag('DeleteTags', {Key: row.key}), {kind: 'small', key: 'untag-' + row.key}), {class: 'num'}]], list(one.tagSet)),
        h('div', {class: 'pad'}, button(t('Add a tag'), async () => {
          const said = await ask(t('Add a tag'), [{name: 'Key', label: t('Name')}, {name: 'Value', label: t('Value')}], t('Add'));
          if (said) await tag('CreateTags', said);
        }, {key: 'tag'})))],
  });
}

function openOutput(room, live, id) {
  return watch(room, live, {
    head: head(id, 'output', live),
    load: async () => {
      const said = await aws('ec2', 'GetConsoleOutput', {InstanceId: id});
      return typeof said.output === 'string' && said.output ? new TextDecoder().decode(Uint8Array.from(atob(said.output), (one) => one.charCodeAt(0))) : '';
    },
    view: (text) => card(t('Console output'), text ? pre(text) : h('p', {class: 'empty'}, t('It has said nothing yet.'))),
    every: 5000,
  });
}

async function openShell(room, live, id) {
  const place = h('div', {});
  const start = async () => {
    const started = await aws('ssm', 'StartSession', {Target: id});
    const session = openTerminal(started, {
      onEnd: (why) => put(place, card(t('Terminal'), h('p', {class: 'pad'}, why || t('The session has ended.')), h('div', {class: 'pad'}, button(t('Open another'), start, {key: 'again', kind: 'main'}))))});
    live.onEnd(() => { session.close(); aws('ssm', 'TerminateSession', {SessionId: started.SessionId}).catch(() => {}); });
    put(place, card(`${t('Terminal')} · ${started.SessionId}`, session.node));
    session.focus();
  };
  put(room, head(id, 'terminal', live), place);
  await start();
}
