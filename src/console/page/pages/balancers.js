// Load balancers: their listeners and rules, and the targets behind them with their health. What they were asked is in balancer_requests.js.
import {aws, list} from '../core/aws.js';
import {h} from '../core/dom.js';
import {because} from '../core/explain.js';
import {watch} from '../core/page.js';
import {t} from '../core/words.js';
import {badge, card, code, facts, table, tabs, title} from '../core/ui.js';

const elb = (operation, input) => aws('elasticloadbalancing', operation, input);

export function open({room, live, parts}) {
  if (!parts[0]) return openList(room, live);
  return parts[1] === 'requests' ? openRequests(room, live, parts[0]) : openBalancer(room, live, parts[0]);
}

async function targetsOf(groups) {
  return Promise.all(groups.map(async (group) => ({group, targets: list((await elb('DescribeTargetHealth', {TargetGroupArn: group.TargetGroupArn})).TargetHealthDescriptions)})));
}

const count = (targets) => `${targets.filter((one) => one.TargetHealth.State === 'healthy').length} / ${targets.length}`;

function openList(room, live) {
  return watch(room, live, {
    head: title(t('Load balancers')),
    load: async () => {
      const [balancers, groups] = await Promise.all([elb('DescribeLoadBalancers'), elb('DescribeTargetGroups')]);
      return {balancers: list(balancers.LoadBalancers), groups: await targetsOf(list(groups.TargetGroups).slice(0, 60))};
    },
    view: ({balancers, groups}) => [
      card(null, table([[t('Name'), (one) => one.LoadBalancerName], [t('State'), (one) => badge(one.State?.Code)], [t('Kind'), (one) => `${one.Type} · ${one.Scheme}`], [t('Address'), (one) => h('code', {class: 'wrap'}, one.DNSName)]],
        balancers, {href: (one) => `#/balancers/${encodeURIComponent(one.LoadBalancerName)}`, none: t('There is no load balancer yet.')})),
      card(t('Target groups'), table([[t('Name'), ({group}) => group.TargetGroupName], [t('Healthy'), ({targets}) => count(targets)], [t('Port'), ({group}) => `${group.Protocol} ${group.Port}`], [t('Health check'), ({group}) => code(`${group.HealthCheckProtocol} ${group.HealthCheckPath || ''}`)],
        [t('Targets'), ({targets}) => targets.map((one) => h('div', {}, badge(one.TargetHealth.State), ' ', code(`${one.Target.Id}:${one.Target.Port}`), ' ', h('span', {class: 'soft'}, one.TargetHealth.Description)))]], groups, {none: t('There is no target group yet.')}))],
    every: 2500,
  });
}

const find = async (name) => list((await elb('DescribeLoadBalancers', {Names: [name]})).LoadBalancers)[0];
const head = (name, view) => [title(name, {trail: [[t('Load balancers'), '#/balancers']]}), tabs([['', t('Targets')], ['requests', t('Requests')]], view, (key) => `#/balancers/${encodeURIComponent(name)}${key && '/' + key}`)];

async function openRequests(room, live, name) {
  const {open: openLog} = await import('./balancer_requests.js');
  return openLog({room, live, head: head(name, 'requests'), find: () => find(name)});
}

function openBalancer(room, live, name) {
  return watch(room, live, {
    head: head(name, ''),
    load: async () => {
      const balancer = await find(name);
      const arn = {LoadBalancerArn: balancer.LoadBalancerArn};
      const [listeners, groups] = await Promise.all([elb('DescribeListeners', arn), elb('DescribeTargetGroups', arn)]);
      const rules = await Promise.all(list(listeners.Listeners).map(async (one) => ({listener: one, rules: list((await elb('DescribeRules', {ListenerArn: one.ListenerArn})).Rules)})));
      return {balancer, rules, groups: await targetsOf(list(groups.TargetGroups))};
    },
    view: ({balancer, rules, groups}) => [
      card(null, facts([t('State'), badge(balancer.State?.Code)], [t('Address'), code(balancer.DNSName)], [t('Kind'), `${balancer.Type} · ${balancer.Scheme}`], [t('VPC'), h('a', {href: `#/network?vpc=${balancer.VpcId}`, 'data-key': 'vpc'}, balancer.VpcId)], [t('Zones'), list(balancer.AvailabilityZones).map((one) => one.ZoneName).join(', ')])),
      card(t('Listeners'), table([[t('Listener'), ({listener}) => `${listener.Protocol} ${listener.Port}`], [t('Order'), ({rule}) => rule.Priority], [t('If'), ({rule}) => code(conditions(rule))], [t('Then'), ({rule}) => code(list(rule.Actions).map(action).join(', '))]],
        rules.flatMap(({listener, rules: all}) => all.map((rule) => ({listener, rule}))), {none: t('It listens nowhere.')})),
      groups.map(({group, targets}) => card(`${group.TargetGroupName} · ${count(targets)}`, table([[t('Target'), (one) => code(`${one.Target.Id}:${one.Target.Port}`)], [t('Health'), (one) => badge(one.TargetHealth.State)], [t('Why'), (one) => [one.TargetHealth.Description || one.TargetHealth.Reason || '–', one.TargetHealth.State === 'unhealthy' ? because('target', one.Target.Id, one.TargetHealth.Reason) : null]]],
        targets, {href: (one) => one.Target.Id.startsWith('i-') ? `#/instances/${one.Target.Id}` : '#/balancers', none: t('No target is registered.')})))],
    every: 2000,
  });
}

const conditions = (rule) => rule.IsDefault === 'true' ? t('nothing else fits') : list(rule.Conditions).map((one) => `${one.Field} ${list(one.Values).join(' ') || list(Object.values(one).find((value) => value?.Values)?.Values).join(' ')}`).join(' & ');
const action = (one) => one.Type === 'forward' ? `→ ${one.TargetGroupArn ? one.TargetGroupArn.split('/')[1] : list(one.ForwardConfig?.TargetGroups).map((group) => group.TargetGroupArn.split('/')[1]).join(', ')}` : one.Type;
