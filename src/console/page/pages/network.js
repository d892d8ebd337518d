// Network: each VPC drawn from what EC2 says of it: subnets by zone, what their route tables lead to, gateways, instances and balancers; below
// the drawing the same as tables.
import {aws, list} from '../core/aws.js';
import {h, put, svg} from '../core/dom.js';
import {packet} from '../core/explain.js';
import {watch} from '../core/page.js';
import {t} from '../core/words.js';
import {badge, button, card, code, empty, nameOf, table, tabs, title} from '../core/ui.js';

const all = async (operation, member, service = 'ec2') => list((await aws(service, operation))[member]);
const optional = (call) => call.catch(() => []);

async function load() {
  const [vpcs, subnets, tables, internet, nats, reservations, groups, acls, balancers, endpoints] = await Promise.all([
    all('DescribeVpcs', 'vpcSet'), all('DescribeSubnets', 'subnetSet'), all('DescribeRouteTables', 'routeTableSet'), all('DescribeInternetGateways', 'internetGatewaySet'), optional(all('DescribeNatGateways', 'natGatewaySet')),
    all('DescribeInstances', 'reservationSet'), all('DescribeSecurityGroups', 'securityGroupInfo'), optional(all('DescribeNetworkAcls', 'networkAclSet')),
    optional(all('DescribeLoadBalancers', 'LoadBalancers', 'elasticloadbalancing')), optional(all('DescribeVpcEndpoints', 'vpcEndpointSet'))]);
  const instances = reservations.flatMap((one) => list(one.instancesSet)).filter((one) => one.instanceState.name !== 'terminated');
  return {vpcs, subnets, tables, internet, nats: nats.filter((one) => one.state !== 'deleted'), instances, groups, acls, balancers, endpoints};
}

/** What a packet may come from or go to, for who does not know the ids. */
const ends = ({instances, balancers}) => ['internet', ...balancers.map((one) => one.LoadBalancerName), ...instances.map((one) => [one.instanceId, nameOf(one.tagSet)])].map((one) => h('option', {value: [one].flat()[0]}, [one].flat()[1] || ''));

/** "Can A reach B": the region walks the path itself. `known` offers what there is; an address of the page may have the question in it. */
function reach(known, query) {
  const field = (id, label, hint, size) => [h('div', {class: 'field'}, h('label', {for: id}, label), h('input', {id, placeholder: hint, size, value: query.get(id) || '', autocomplete: 'off', spellcheck: 'false', list: id === 'port' ? null : known.id}))];
  const answer = h('div', {class: 'room'}), value = (id) => document.getElementById(id).value.trim();
  const go = button(t('Ask'), async () => put(answer, await packet({source: value('from'), destination: value('to'), port: Number(value('port')) || 80}) || empty(t('This region cannot say.'))), {key: 'reach'});
  return h('details', {class: 'card', open: query.has('to')}, h('summary', {class: 'pad'}, t('Can it get there?')), h('div', {class: 'bar pad'}, field('from', t('From'), 'i-…, internet', 24), field('to', t('To'), 'i-…, 10.0.0.5', 24), field('port', t('Port'), '80', 6), go), known, answer);
}

export function open({room, live, query}) {
  const known = h('datalist', {id: 'ends'});
  return watch(room, live, {
    head: [title(t('Network')), reach(known, query)], load, every: 5000,
    view: (state) => {
      put(known, ends(state));
      if (!state.vpcs.length) return empty(t('There is no VPC.'));
      const used = (one) => state.instances.filter((instance) => instance.vpcId === one.vpcId).length;
      const order = [...state.vpcs].sort((a, b) => used(b) - used(a) || (a.isDefault === 'true') - (b.isDefault === 'true'));
      const vpc = order.find((one) => one.vpcId === query.get('vpc')) || order[0];
      return [tabs(order.map((one) => [one.vpcId, nameOf(one.tagSet) || (one.isDefault === 'true' ? t('default VPC') : one.vpcId)]), vpc.vpcId, (id) => `#/network?vpc=${id}`),
        card(`${nameOf(vpc.tagSet) || vpc.vpcId} · ${vpc.cidrBlock}`, h('div', {class: 'map', 'data-scroll': 'map', tabindex: '0', role: 'region', 'aria-label': t('Map of the VPC')}, draw(state, vpc, room.clientWidth - 36))),
        routes(state, vpc), rules(state, vpc)];
    },
  });
}

const tableOf = (state, subnet) => state.tables.find((one) => list(one.associationSet).some((link) => link.subnetId === subnet.subnetId)) ||
  state.tables.find((one) => one.vpcId === subnet.vpcId && list(one.associationSet).some((link) => link.main === 'true'));
const wayOut = (table) => list(table?.routeSet).find((one) => one.destinationCidrBlock === '0.0.0.0/0');
const target = (route) => route ? route.gatewayId || route.natGatewayId || route.instanceId || route.networkInterfaceId || '–' : null;

const HEAD = 58, ROW = 42, GAP = 16;

/** The VPC as a drawing: a column per zone, in it the subnets, in each what it holds; above the internet, and a line from each subnet to where
 *  its default route leads. */
function draw(state, vpc, room) {
  const subnets = state.subnets.filter((one) => one.vpcId === vpc.vpcId);
  const zones = [...new Set(subnets.map((one) => one.availabilityZone))].sort();
  if (!zones.length) return empty(t('It has no subnet.'));
  const WIDTH = Math.max(208, Math.min(480, Math.floor((room - GAP) / zones.length) - GAP));
  const most = Math.floor(WIDTH / 6.8);
  const gate = state.internet.find((one) => list(one.attachmentSet).some((link) => link.vpcId === vpc.vpcId));
  const columns = zones.map((zone) => subnets.filter((one) => one.availabilityZone === zone).map((one) => boxOf(state, one)).sort((a, b) => (b.public - a.public) || (a.name < b.name ? -1 : 1)));
  const rows = Math.max(...columns.map((one) => one.length));
  const heights = Array.from({length: rows}, (_, row) => Math.max(...columns.map((column) => column[row] ? HEAD + column[row].inside.length * ROW : 0)));
  const tops = heights.map((_, row) => 128 + heights.slice(0, row).reduce((sum, one) => sum + one + GAP, 0));
  const width = zones.length * (WIDTH + GAP) + GAP, height = (tops.at(-1) ?? 128) + (heights.at(-1) ?? 0) + GAP;
  const shapes = [svg('rect', {class: 'vpc', x: 1, y: 66, width: width - 2, height: height - 67, rx: 10})];
  const middle = width / 2;
  shapes.push(svg('text', {x: middle, y: 20, 'text-anchor': 'middle', class: 'b'}, t('Internet')));
  if (gate) {
    shapes.push(svg('path', {class: 'good', d: `M${middle} 26V50`}),
      node(middle - 100, 50, 200, gate.internetGatewayId, t('Internet gateway')));
  } else shapes.push(svg('text', {x: middle, y: 44, 'text-anchor': 'middle', class: 'soft'}, t('no way to it: the VPC has no internet gateway')));
  columns.forEach((column, at) => {
    const left = GAP + at * (WIDTH + GAP);
    shapes.push(svg('text', {x: left, y: 112, class: 'soft b'}, zones[at]));
    column.forEach((box, row) => {
      const h0 = HEAD + box.inside.length * ROW;
      shapes.push(svg('rect', {class: box.public ? 'public' : 'private', x: left, y: tops[row], width: WIDTH, height: h0, rx: 8}),
        svg('text', {x: left + 12, y: tops[row] + 20, class: 'b'}, clip(box.name, most - 3)),
        svg('text', {x: left + 12, y: tops[row] + 38, class: 'soft'}, clip(`${box.cidr} · → ${box.out}`, most)));
      box.inside.forEach((one, place) => shapes.push(node(left + 8, tops[row] + HEAD - 8 + place * ROW, WIDTH - 16, one.name, one.about, one.href)));
    });
  });
  return svg('svg', {width, height, viewBox: `0 0 ${width} ${height}`, role: 'group', 'aria-label': t('Map of the VPC')}, shapes);
}

function boxOf(state, subnet) {
  const out = wayOut(tableOf(state, subnet)), leads = target(out);
  const inside = [];
  for (const one of state.nats.filter((nat) => nat.subnetId === subnet.subnetId)) inside.push({name: nameOf(one.tagSet) || one.natGatewayId, about: `NAT · ${list(one.natGatewayAddressSet)[0]?.publicIp || one.state}`});
  for (const one of state.balancers.filter((balancer) => list(balancer.AvailabilityZones).some((zone) => zone.SubnetId === subnet.subnetId))) inside.push({name: one.LoadBalancerName, about: `${t('Load balancer')} · ${one.Scheme}`, href: `#/balancers/${encodeURIComponent(one.LoadBalancerName)}`});
  for (const one of state.endpoints.filter((endpoint) => list(endpoint.subnetIdSet).includes(subnet.subnetId))) inside.push({name: one.vpcEndpointId, about: one.serviceName});
  for (const one of state.instances.filter((instance) => instance.subnetId === subnet.subnetId)) inside.push({name: nameOf(one.tagSet) || one.instanceId, about: `${one.privateIpAddress || '–'}${one.ipAddress ? ' · ' + one.ipAddress : ''} · ${one.instanceState.name}`, href: `#/instances/${one.instanceId}`});
  return {name: nameOf(subnet.tagSet) || subnet.subnetId, cidr: subnet.cidrBlock, out: leads ? leads.replace(/^(igw|nat|i)-.*$/, '$1') : t('nowhere'), public: Boolean(leads?.startsWith('igw')), inside};
}

const clip = (text, most) => text.length > most ? text.slice(0, most - 1) + '…' : text;

function node(x, y, width, name, about, href) {
  const most = Math.floor((width - 20) / 6.8);
  const shape = svg('g', {class: 'node'}, svg('title', {}, `${name} ${about}`), svg('rect', {x, y, width, height: 36, rx: 6}), svg('text', {x: x + 10, y: y + 15, class: 'b'}, clip(name, most)), svg('text', {x: x + 10, y: y + 29, class: 'soft', 'font-size': 11}, clip(about, Math.floor(most * 1.15))));
  return href ? svg('a', {href, 'data-key': 'node' + href}, shape) : shape;
}

function routes(state, vpc) {
  const rows = state.tables.filter((one) => one.vpcId === vpc.vpcId).flatMap((one) => list(one.routeSet).map((route) => ({table: nameOf(one.tagSet) || one.routeTableId, to: route.destinationCidrBlock || route.destinationPrefixListId || route.destinationIpv6CidrBlock, via: target(route), state: route.state,
    subnets: list(one.associationSet).map((link) => link.main === 'true' ? t('all others') : nameOf(state.subnets.find((subnet) => subnet.subnetId === link.subnetId)?.tagSet) || link.subnetId).join(', ')})));
  return card(t('Routes'), table([[t('Table'), (one) => one.table], [t('Subnets'), (one) => one.subnets || '–'], [t('To'), (one) => code(one.to)], [t('Via'), (one) => code(one.via)], ['', (one) => badge(one.state)]], rows));
}

function rules(state, vpc) {
  const words = (one) => one.ipProtocol === '-1' ? t('all') : `${one.ipProtocol} ${one.fromPort === one.toPort ? one.fromPort : `${one.fromPort}–${one.toPort}`}`;
  const who = (one) => [...list(one.ipRanges).map((range) => range.cidrIp), ...list(one.groups).map((group) => group.groupId), ...list(one.prefixListIds).map((prefix) => prefix.prefixListId)].join(', ');
  const rows = state.groups.filter((one) => one.vpcId === vpc.vpcId).flatMap((one) => [...list(one.ipPermissions).map((rule) => [one, t('in'), rule]), ...list(one.ipPermissionsEgress).map((rule) => [one, t('out'), rule])]);
  return card(t('Security groups'), table([[t('Group'), ([one]) => h('span', {title: one.groupId}, one.groupName)], ['', ([, way]) => way], [t('What'), ([, , rule]) => code(words(rule))], [t('From or to'), ([, , rule]) => code(who(rule))]], rows));
}
