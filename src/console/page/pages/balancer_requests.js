// What a load balancer was asked: its access logs, read from the bucket that they go to by whoever is signed in; where they go nowhere, a way to
// have them.
import {aws, list} from '../core/aws.js';
import {placeOf, quantile, recent} from '../core/access_log.js';
import {h} from '../core/dom.js';
import {watch} from '../core/page.js';
import {createBucket, putBucketPolicy} from '../core/s3.js';
import {t} from '../core/words.js';
import {ask, badge, button, card, clock, code, say, table} from '../core/ui.js';

const elb = (operation, input) => aws('elasticloadbalancing', operation, input);
const set = (arn, values) => elb('ModifyLoadBalancerAttributes', {LoadBalancerArn: arn, Attributes: Object.entries(values).map(([name, value]) => ({Key: `access_logs.s3.${name}`, Value: value}))});

/** A bucket that is new lets in what delivers logs, and nobody else: the policy of AWS's guide. */
async function record(balancer) {
  const account = balancer.LoadBalancerArn.split(':')[4];
  const said = await ask(t('Record requests'), [{name: 'bucket', label: t('Bucket'), value: `${balancer.LoadBalancerName.toLowerCase()}-requests-${account}`}, {name: 'prefix', label: t('Folder in it'), value: ''}], t('Record'),
    {about: t('A bucket that is not there is made. One that is there has to let logdelivery.elasticloadbalancing.amazonaws.com put objects into it.')});
  if (!said) return;
  const prefix = said.prefix.replace(/^\/+|\/+$/g, '');
  try {
    await createBucket(said.bucket);
    await putBucketPolicy(said.bucket, {Version: '2012-10-17', Statement: [{Effect: 'Allow', Principal: {Service: 'logdelivery.elasticloadbalancing.amazonaws.com'}, Action: 's3:PutObject',
      Resource: `arn:aws:s3:::${said.bucket}/${prefix && prefix + '/'}AWSLogs/${account}/*`}]});
  } catch (error) {
    if (error.code !== 'BucketAlreadyOwnedByYou') throw error;
  }
  await set(balancer.LoadBalancerArn, {enabled: 'true', bucket: said.bucket, prefix});
  say(t('Requests are recorded from now on.'));
}

const kindOf = (one) => /^[45]/.test(one.status) ? 'Failed' : 'Succeeded';
const ms = (seconds) => seconds === null || seconds < 0 ? '–' : `${Math.round(seconds * 1000)} ms`;

export function open({room, live, head, find}) {
  const word = h('input', {type: 'search', id: 'request-search', placeholder: t('Search'), 'aria-label': t('Search in the requests'), oninput: () => live.wake()});
  const only = h('select', {id: 'request-status', 'aria-label': t('Status'), onchange: () => live.wake()}, ['', '2', '3', '4', '5'].map((one) => h('option', {value: one}, one ? `${one}xx` : t('all'))));
  const filter = h('div', {class: 'bar', hidden: true}, word, only);
  return watch(room, live, {
    head: [head, filter],
    load: async () => {
      const balancer = await find();
      const place = placeOf(list((await elb('DescribeLoadBalancerAttributes', {LoadBalancerArn: balancer.LoadBalancerArn})).Attributes));
      filter.hidden = !place;
      if (!place) return {balancer};
      const {all, ...files} = await recent(balancer.LoadBalancerArn, place);
      const wanted = word.value.toLowerCase();
      const shown = all.filter((one) => one.status.startsWith(only.value) && (!wanted || `${one.method} ${one.host}${one.path} ${one.client} ${one.target} ${one.agent}`.toLowerCase().includes(wanted)));
      return {balancer, place, files, shown};
    },
    view: ({balancer, place, files, shown}) => place ? seen(live, balancer, place, files, shown)
      : card(t('Requests'), h('div', {class: 'pad bar'}, h('p', {}, t('They are not recorded: access logs are off.')), button(t('Record requests'), async () => { await record(balancer); live.wake(); }, {kind: 'main', key: 'record'}))),
    every: ({place}) => place ? 15000 : 5000,
  });
}

function seen(live, balancer, place, files, shown) {
  const took = shown.map((one) => one.took), failed = (first) => shown.filter((one) => one.status.startsWith(first)).length;
  return [h('div', {class: 'figures'}, [[shown.length, t('requests')], [failed('4'), '4xx'], [failed('5'), '5xx', failed('5') ? 'bad' : ''], [ms(quantile(took, 0.5)), t('half are answered in')], [ms(quantile(took, 0.95)), t('95 of 100 are answered in')]]
    .map(([value, name, kind]) => h('div', {class: `figure ${kind || ''}`}, h('strong', {}, value), h('span', {}, name)))),
  h('p', {class: 'about'}, t('Yesterday and today, from {n} files in', {n: files.files}), ' ', code(`s3://${place.bucket}/${place.prefix}`), '. ', files.older ? t('{n} older files were left out.', {n: files.older}) + ' ' : '', t('Logs are delivered every five minutes.')),
  card(null, h('div', {class: 'bar'}, button(t('Record no more'), async () => {
    if (!await ask(t('Record no more requests of {name}?', {name: balancer.LoadBalancerName}), [], t('Record no more'), {kind: 'danger'})) return;
    await set(balancer.LoadBalancerArn, {enabled: 'false'});
    live.wake();
  }, {key: 'no-more'})),
  table([[t('When'), (one) => clock(one.at), {class: 'tight'}], [t('Status'), (one) => badge(kindOf(one), one.status)], [t('Request'), (one) => h('code', {class: 'wrap', title: one.agent}, `${one.method} ${one.host}${one.path}`)],
    [t('Client'), (one) => code(one.client)], [t('Target'), (one) => one.target === '-' ? one.actions : [code(one.target), ' ', one.targetStatus]], [t('In the target'), (one) => ms(one.took), {class: 'num'}], [t('Error'), (one) => one.error || '–']],
  shown, {label: t('Requests'), none: t('No request yet.')}))];
}
