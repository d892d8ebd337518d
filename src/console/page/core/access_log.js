// The access logs of application load balancers, as they lie in a bucket: a line for each request, words between blanks, in quotes where they
// hold blanks themselves; what a client sent is escaped by AWS.
//   https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html
import {getObject, listObjects} from './s3.js';

const NAMES = ['type', 'time', 'elb', 'client', 'target', 'toTarget', 'inTarget', 'toClient', 'status', 'targetStatus', 'received', 'sent', 'request', 'agent', 'cipher', 'protocol', 'group', 'trace', 'domain',
  'certificate', 'rule', 'created', 'actions', 'redirect', 'error'];

/** The requests of a file's text; times in seconds, -1 where none was measured. A line that is none is passed over. */
export function requests(text) {
  const out = [];
  for (const line of text.split('\n')) {
    const words = [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain);
    if (words.length < NAMES.length) continue;
    const one = Object.fromEntries(NAMES.map((name, at) => [name, words[at]]));
    const [method, ...rest] = one.request.split(' ');
    const url = rest.slice(0, -1).join(' ');
    if (Number.isNaN(Date.parse(one.time))) continue;
    out.push({at: Date.parse(one.time), method, path: url.replace(/^\w+:\/\/[^/]*/, '') || url, host: /^\w+:\/\/([^/:]*)/.exec(url)?.[1] || one.domain, client: one.client, target: one.target, took: Number(one.inTarget), status: one.status, targetStatus: one.targetStatus, agent: one.agent,
      actions: one.actions, error: one.error === '-' ? '' : one.error});
  }
  return out;
}

/** Whether the attribute is on, and where the logs go. */
export function placeOf(attributes) {
  const of = (name) => attributes.find((one) => one.Key === `access_logs.s3.${name}`)?.Value || '';
  return of('enabled') === 'true' ? {bucket: of('bucket'), prefix: of('prefix')} : null;
}

const MOST_FILES = 24;
const kept = new Map();  // what a file says; a file does not change

async function read(bucket, key) {
  if (kept.size > 200) kept.clear();
  const place = `${bucket}/${key}`;
  if (!kept.has(place)) {
    const unpacked = (await getObject(bucket, key)).stream().pipeThrough(new DecompressionStream('gzip'));
    kept.set(place, requests(await new Response(unpacked).text()));
  }
  return kept.get(place);
}

/** The requests of yesterday and today of the balancer with that ARN, the newest first, as far as its newest files go: {all, files, older: how many
 *  files were left out}. Days are UTC's. */
export async function recent(arn, {bucket, prefix}) {
  const [, , , region, account, resource] = arn.split(':');
  const name = `_${resource.replace('loadbalancer/', '').replaceAll('/', '.')}_`, keys = [];
  for (const before of [86400e3, 0]) {
    const day = new Date(Date.now() - before).toISOString().slice(0, 10).replaceAll('-', '/');
    const there = await listObjects(bucket, `${prefix && prefix + '/'}AWSLogs/${account}/elasticloadbalancing/${region}/${day}/`);
    keys.push(...there.map((one) => one.key).filter((key) => key.endsWith('.log.gz') && key.includes(name) && !key.includes('/conn_log.')));
  }
  const files = keys.sort((a, b) => stamp(a) < stamp(b) ? -1 : 1).slice(-MOST_FILES);
  const all = (await Promise.all(files.map((key) => read(bucket, key)))).flat().sort((a, b) => b.at - a.at);
  return {all, files: files.length, older: keys.length - files.length};
}

const stamp = (key) => /_(\d{8}T\d{4}Z)_/.exec(key)?.[1] || '';

/** The value that `share` of them do not pass; null of none. */
export function quantile(values, share) {
  const sorted = values.filter((one) => one >= 0).sort((a, b) => a - b);
  return sorted.length ? sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] : null;
}
