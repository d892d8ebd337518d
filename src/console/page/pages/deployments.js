// Deployments: the list, and one deployment as a matrix of hosts and lifecycle events with what the scripts said.
import {aws, list, pages} from '../core/aws.js';
import {h, put} from '../core/dom.js';
import {why} from '../core/explain.js';
import {watch} from '../core/page.js';
import {t} from '../core/words.js';
import {ago, ask, badge, button, card, code, empty, facts, mood, pre, say, span, table, title} from '../core/ui.js';

const at = (id) => `#/deployments/${id}`;

export function open({room, live, parts, query}) {
  return parts[0] ? openDeployment(room, live, parts[0], query) : openList(room, live);
}

function openList(room, live) {
  return watch(room, live, {
    head: title(t('Deployments')),
    load: async () => {
      const ids = await pages('codedeploy', 'ListDeployments', {}, 'deployments', {most: 100});
      const groups = [];
      for (let from = 0; from < ids.length; from += 25) groups.push(aws('codedeploy', 'BatchGetDeployments', {deploymentIds: ids.slice(from, from + 25)}));
      return (await Promise.all(groups)).flatMap((one) => list(one.deploymentsInfo));
    },
    view: (all) => card(null, table([[t('Deployment'), (one) => code(one.deploymentId)], [t('State'), (one) => badge(one.status)], [t('Application'), (one) => one.applicationName], [t('Group'), (one) => one.deploymentGroupName],
      [t('Started by'), (one) => one.creator], [t('Started'), (one) => ago(one.createTime)], [t('Took'), (one) => span(one.createTime, one.completeTime || (OVER.has(one.status) ? one.createTime : null)), {class: 'num'}]],
    all, {href: (one) => at(one.deploymentId), none: t('Nothing was deployed yet.')})),
  });
}

const OVER = new Set(['Succeeded', 'Failed', 'Stopped']);

async function loadTargets(id) {
  const ids = await pages('codedeploy', 'ListDeploymentTargets', {deploymentId: id}, 'targetIds', {most: 500});
  const out = [];
  for (let from = 0; from < ids.length; from += 25)
    out.push(...list((await aws('codedeploy', 'BatchGetDeploymentTargets', {deploymentId: id, targetIds: ids.slice(from, from + 25)})).deploymentTargets));
  return out.map((one) => one.instanceTarget || one.ecsTarget || one.lambdaTarget || {});
}

/** Host → what its target groups say of it now, where the deployment's group has traffic control; null where it has none. */
function trafficOf(info) {
  let groups = null;
  return async () => {
    groups ||= (async () => {
      const {deploymentGroupInfo: group} = await aws('codedeploy', 'GetDeploymentGroup', {applicationName: info.applicationName, deploymentGroupName: info.deploymentGroupName});
      const names = list(group.loadBalancerInfo?.targetGroupInfoList).map((one) => one.name);
      return names.length ? list((await aws('elasticloadbalancing', 'DescribeTargetGroups', {Names: names})).TargetGroups) : [];
    })().catch((error) => { groups = null; throw error; });
    const out = {};
    for (const one of await groups) {
      for (const {Target: {Id}, TargetHealth: {State}} of list((await aws('elasticloadbalancing', 'DescribeTargetHealth', {TargetGroupArn: one.TargetGroupArn})).TargetHealthDescriptions))
        (out[Id] ||= []).push([one.TargetGroupName, State]);
    }
    return (await groups).length ? out : null;
  };
}

/** The events of all hosts in the order in which they come. */
function eventsOf(targets) {
  const names = [];
  for (const target of targets) for (const [at, event] of list(target.lifecycleEvents).entries())
    if (!names.includes(event.lifecycleEventName)) names.splice(Math.max(at, 0), 0, event.lifecycleEventName);
  return names;
}

function revision(one) {
  const place = one?.s3Location;
  return place ? `s3://${place.bucket}/${place.key}` : one?.revisionType || '–';
}

function openDeployment(room, live, id, query) {
  const chosen = {host: null, event: null};
  const detail = h('div', {class: 'room'});
  const pipeline = query.get('pipeline');
  let last = null, traffic = null;
  const select = (host, event) => { chosen.host = host; chosen.event = event; showDetail(); };
  function showDetail() {
    if (!last) return;
    const failed = last.targets.flatMap((one) => list(one.lifecycleEvents).filter((event) => mood(event.status) === 'bad').map((event) => [one, event]))[0];
    const target = last.targets.find((one) => one.targetId === chosen.host) || failed?.[0];
    const event = list(target?.lifecycleEvents).find((one) => one.lifecycleEventName === chosen.event) || failed?.[1];
    if (!target || !event) return put(detail);
    const said = event.diagnostics || {};
    put(detail, card(`${target.targetId} · ${event.lifecycleEventName}`,
      facts([t('State'), badge(event.status)], [t('Script'), said.scriptName ? code(said.scriptName) : ''], [t('Error'), said.errorCode && said.errorCode !== 'Success' ? code(said.errorCode) : ''], [t('Started'), ago(event.startTime)], [t('Took'), span(event.startTime, event.endTime)]),
      said.message ? h('p', {class: 'pad wrap'}, said.message) : null, said.logTail ? pre(said.logTail) : null));
  }
  const stop = button(t('Stop'), async () => {
    const said = await ask(t('Stop this deployment?'), [], t('Stop'), {kind: 'danger'});
    if (!said) return;
    await aws('codedeploy', 'StopDeployment', {deploymentId: id});
    live.wake();
  }, {kind: 'danger', key: 'stop'});
  const again = button(t('Deploy again'), async () => {
    const one = last.info;
    const {deploymentId} = await aws('codedeploy', 'CreateDeployment', {applicationName: one.applicationName, deploymentGroupName: one.deploymentGroupName, revision: one.revision});
    say(t('Deployment {id} has started.', {id: deploymentId}));
    location.hash = at(deploymentId);
  }, {key: 'again'});
  return watch(room, live, {
    head: title(id, {trail: [[t('Deployments'), '#/deployments'], ...pipeline ? [[pipeline, `#/pipelines/${encodeURIComponent(pipeline)}`]] : []], actions: [stop, again]}),
    load: async () => {
      const [{deploymentInfo: info}, targets] = await Promise.all([aws('codedeploy', 'GetDeployment', {deploymentId: id}), loadTargets(id).catch(() => [])]);
      stop.hidden = OVER.has(info.status);
      if (info.deploymentStyle?.deploymentOption === 'WITH_TRAFFIC_CONTROL') traffic ||= trafficOf(info);
      const health = traffic && await traffic().catch(() => null);
      last = {info, targets, health, now: OVER.has(info.status) ? 0 : Date.now()};  // what runs gets longer
      return last;
    },
    view: ({info, targets, health}) => {
      queueMicrotask(showDetail);
      return [
        info.errorInformation ? h('div', {class: 'trouble', role: 'status'}, h('strong', {}, info.errorInformation.code), h('p', {}, info.errorInformation.message), info.rollbackInfo?.rollbackMessage ? h('p', {}, info.rollbackInfo.rollbackMessage) : null) : null,
        info.status === 'Failed' ? why('deployment', id, info.status) : null,
        card(null, facts([t('State'), badge(info.status)], [t('Application'), info.applicationName], [t('Group'), info.deploymentGroupName], [t('Configuration'), info.deploymentConfigName], 
          [t('Started by'), info.creator], [t('Traffic'), info.deploymentStyle?.deploymentOption === 'WITH_TRAFFIC_CONTROL' ? t('taken off while a host is deployed to') : t('left alone')], [t('Started'), ago(info.createTime)],
          [t('Took'), span(info.createTime, info.completeTime)], [t('Hosts'), Object.entries(info.deploymentOverview || {}).filter(([, n]) => n).map(([name, n]) => `${n} ${name}`).join(', ')], [t('Revision'), code(revision(info.revision)), 'wide'])),
        card(t('Hosts and lifecycle events'), targets.length ? matrix(targets, health, select) : empty(t('No host takes part yet.'))), detail];
    },
    every: ({info}) => OVER.has(info.status) ? 5000 : 1200,
  });
}

/** Events run down where few hosts take part, and across where many do: a person reads one host after another either way. */
function matrix(targets, health, select) {
  const events = eventsOf(targets), down = targets.length <= 5;
  const hostHead = (target) => [h('a', {href: `#/instances/${target.targetId}`, 'data-key': 'host' + target.targetId, class: 'mono'}, target.targetId), ' ', badge(target.status)];
  const cell = (target, name) => {
    const event = list(target.lifecycleEvents).find((one) => one.lifecycleEventName === name);
    return h('td', {}, event ? h('button', {type: 'button', 'data-key': target.targetId + name, title: `${name}: ${event.status}`, onclick: () => select(target.targetId, name)}, badge(event.status, event.startTime ? span(event.startTime, event.endTime) : event.status)) : '–');
  };
  const flow = (target) => h('td', {}, (health[target.targetId] || [[t('no target group'), 'unused']]).map(([group, state]) => h('div', {title: group}, badge(state))));
  const rows = down ? [...health ? [[t('Traffic now'), targets.map(flow)]] : [], ...events.map((name) => [name, targets.map((target) => cell(target, name))])]
    : targets.map((target) => [hostHead(target), [...health ? [flow(target)] : [], ...events.map((name) => cell(target, name))]]);
  return h('div', {class: 'scroll', 'data-scroll': 'matrix', tabindex: '0', role: 'region', 'aria-label': t('Hosts and lifecycle events')}, h('table', {class: 'matrix'},
    h('thead', {}, h('tr', {}, h('th', {scope: 'col'}, down ? t('Lifecycle event') : t('Host')), down ? targets.map((target) => h('th', {scope: 'col'}, hostHead(target))) : [...health ? [t('Traffic now')] : [], ...events].map((name) => h('th', {scope: 'col'}, name)))),
    h('tbody', {}, rows.map(([head, cells]) => h('tr', {}, h('th', {scope: 'row'}, head), cells)))));
}
