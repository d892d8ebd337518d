// Overview: what runs, what is ill, what failed last and why, what it has cost.
import {aws, list, pages} from '../core/aws.js';
import {thisMonth} from '../core/costs.js';
import {h} from '../core/dom.js';
import {because, waiting} from '../core/explain.js';
import {watch} from '../core/page.js';
import {t} from '../core/words.js';
import {ago, badge, card, clock, figure, nameOf, table, title, trouble} from '../core/ui.js';

const denied = new Map();  // part → until when it is not asked for again: each refusal stands in the trail, before what the caller looks for there

/** What each part of the page shows, or the error that its calls ended with: a caller may see one and not another. */
async function attempt(name, call) {
  const {until, error} = denied.get(name) || {};
  if (until > Date.now()) return {error};
  return call().catch(({code, message, status}) => {
    if (status === 403) denied.set(name, {until: Date.now() + 60e3, error: {code, message, status}});
    return {error: {code, message, status}};
  });
}

async function pipelines() {
  const names = await pages('codepipeline', 'ListPipelines', {}, 'pipelines', {most: 100});
  return Promise.all(names.slice(0, 40).map(async ({name}) => {
    const runs = (await aws('codepipeline', 'ListPipelineExecutions', {pipelineName: name, maxResults: 1})).pipelineExecutionSummaries;
    const run = list(runs)[0] || {};
    return {name, status: run.status, at: run.lastUpdateTime, why: run.statusSummary};
  }));
}

async function instances() {
  const said = await aws('ec2', 'DescribeInstances');
  return list(said.reservationSet).flatMap((one) => list(one.instancesSet)).filter((one) => one.instanceState.name !== 'terminated')
    .map((one) => ({id: one.instanceId, name: nameOf(one.tagSet), state: one.instanceState.name}));
}

async function targets() {
  const groups = list((await aws('elasticloadbalancing', 'DescribeTargetGroups')).TargetGroups).slice(0, 40);
  const all = await Promise.all(groups.map(async (group) => list((await aws('elasticloadbalancing', 'DescribeTargetHealth', {TargetGroupArn: group.TargetGroupArn})).TargetHealthDescriptions)
    .map((one) => ({group: group.TargetGroupName, arn: group.TargetGroupArn, id: one.Target.Id, state: one.TargetHealth.State, why: one.TargetHealth.Description}))));
  return all.flat();
}

async function builds() {
  const {ids} = await aws('codebuild', 'ListBuilds', {});
  if (!list(ids).length) return [];
  return list((await aws('codebuild', 'BatchGetBuilds', {ids: ids.slice(0, 20)})).builds).map((one) => ({id: one.id, project: one.projectName, number: one.buildNumber, status: one.buildStatus, at: one.startTime, phase: list(one.phases).find((phase) => phase.phaseStatus === 'FAILED')}));
}

async function deployments() {
  const {deployments: ids} = await aws('codedeploy', 'ListDeployments', {});
  if (!list(ids).length) return [];
  return list((await aws('codedeploy', 'BatchGetDeployments', {deploymentIds: ids.slice(0, 20)})).deploymentsInfo)
    .map((one) => ({id: one.deploymentId, app: one.applicationName, group: one.deploymentGroupName, status: one.status, at: one.createTime, why: one.errorInformation?.message}));
}

function failures(all) {
  const out = [];
  for (const one of list(all.pipelines)) if (one.status === 'Failed') out.push({kind: t('Pipeline'), ask: ['pipeline', one.name], name: one.name, href: `#/pipelines/${encodeURIComponent(one.name)}`, at: one.at, why: one.why || ''});
  for (const one of list(all.builds)) if (['FAILED', 'FAULT', 'TIMED_OUT'].includes(one.status)) out.push({kind: t('Build'), ask: ['build', one.id], name: `${one.project} #${one.number}`, href: `#/builds/${encodeURIComponent(one.id)}`, at: one.at, why: one.phase ? `${one.phase.phaseType}: ${list(one.phase.contexts)[0]?.message || ''}` : ''});
  for (const one of list(all.deployments)) if (one.status === 'Failed') out.push({kind: t('Deployment'), ask: ['deployment', one.id], name: `${one.app} / ${one.group}`, href: `#/deployments/${one.id}`, at: one.at, why: one.why || ''});
  for (const one of list(all.targets)) if (one.state === 'unhealthy') out.push({kind: t('Target'), ask: ['target', one.id], name: `${one.id} (${one.group})`, href: '#/balancers', at: null, why: one.why || ''});
  return out.sort((a, b) => (b.at || 9e12) - (a.at || 9e12)).slice(0, 12);
}

function figures(all) {
  const of = (part, href, name, count, kind) => all[part].error ? null : figure(count, t(name), href, kind);
  const ill = list(all.targets).filter((one) => one.state === 'unhealthy').length;
  return h('div', {class: 'figures'},
    of('instances', '#/instances', 'instances running', list(all.instances).filter((one) => one.state === 'running').length),
    of('pipelines', '#/pipelines', 'pipelines', list(all.pipelines).length),
    of('builds', '#/builds', 'builds in progress', list(all.builds).filter((one) => one.status === 'IN_PROGRESS').length),
    of('deployments', '#/deployments', 'deployments in progress', list(all.deployments).filter((one) => ['InProgress', 'Created', 'Queued'].includes(one.status)).length),
    of('targets', '#/balancers', 'targets healthy', `${list(all.targets).filter((one) => one.state === 'healthy').length} / ${list(all.targets).length}`, ill ? 'bad' : ''),
    of('cost', '#/cost', 'USD this month', all.cost.sum?.toFixed(2)));
}

export function open({room, live}) {
  return watch(room, live, {
    head: title(t('Overview')),
    every: 4000,
    load: async () => {
      const calls = {pipelines, instances, targets, builds, deployments, waiting, cost: async () => ({sum: await thisMonth()})};
      return Object.fromEntries(await Promise.all(Object.entries(calls).map(async ([name, call]) => [name, await attempt(name, call)])));
    },
    view: (all) => {
      const refused = Object.entries(all).find(([name, one]) => one.error && name !== 'cost')?.[1].error;
      return [figures(all),
        refused ? trouble(refused) : null,
        card(t('What failed'), table([[t('What'), (one) => one.name], [t('Kind'), (one) => one.kind, {class: 'tight'}], [t('Why'), (one) => [h('span', {class: 'wrap'}, one.why), because(...one.ask, `${one.at} ${one.why}`)]], [t('When'), (one) => one.at ? ago(one.at) : t('now'), {class: 'tight'}]],
          failures(all), {href: (one) => one.href, none: t('Nothing has failed.')})),
        list(all.waiting).length ? card(t('What waits'), table([[t('What'), (one) => h('span', {class: 'wrap'}, one.subject)], [t('Why'), (one) => h('span', {class: 'wrap'}, one.sentence)], [t('Since'), (one) => ago(one.since), {class: 'tight'}], [t('At most until'), (one) => clock(one.until), {class: 'tight'}]], all.waiting)) : null,
        h('div', {class: 'two'},
          card(t('Pipelines'), table([[t('Name'), (one) => one.name], [t('State'), (one) => badge(one.status, one.status || t('never ran'))], [t('Changed'), (one) => ago(one.at)]], list(all.pipelines), {href: (one) => `#/pipelines/${encodeURIComponent(one.name)}`, none: t('There is no pipeline yet.')})),
          card(t('Instances'), table([[t('Name'), (one) => one.name || one.id], [t('Id'), (one) => one.id, {class: 'mono'}], [t('State'), (one) => badge(one.state)]], list(all.instances), {href: (one) => `#/instances/${one.id}`, none: t('No instance runs.')})))];
    },
  });
}
