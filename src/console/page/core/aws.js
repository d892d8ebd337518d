// AWS's calls as a customer makes them: Signature Version 4 by the browser's own cryptography, and the protocols json, query and ec2; `s3.js` has
// S3's. Credentials live in this tab alone (sessionStorage) and end by themselves.

const SERVICES = {
  codepipeline: {json: 'CodePipeline_20150709'},
  codebuild: {json: 'CodeBuild_20161006'},
  codedeploy: {json: 'CodeDeploy_20141006'},
  codecommit: {json: 'CodeCommit_20150413'},
  logs: {json: 'Logs_20140328'},
  ssm: {json: 'AmazonSSM'},
  ecr: {json: 'AmazonEC2ContainerRegistry_V20150921'},
  cloudtrail: {json: 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101'},
  ce: {json: 'AWSInsightsIndexService'},
  organizations: {json: 'AWSOrganizationsV20161128'},
  explain: {json: 'HanbatExplain_20261130'},  // the region's own; see core/explain.js
  ec2: {query: '2016-11-15', flat: true},
  elasticloadbalancing: {query: '2015-12-01'},
  iam: {query: '2010-05-08'},
  sts: {query: '2011-06-15'},
};

const KEPT = 'hanbat.session';
const text = new TextEncoder();
let session = null;
let keys = new Map();  // signing keys of a day, region and service

/** An answer that is an error: AWS's code and message, and the HTTP status. */
export class AwsError extends Error {
  constructor(code, message, status) {
    super(message || code);
    this.code = code;
    this.status = status;
  }
}

export function currentSession() {
  if (!session) {
    try { session = JSON.parse(sessionStorage.getItem(KEPT)); } catch { session = null; }
  }
  return session && Date.parse(session.expiration) > Date.now() ? session : null;
}

export function keepSession(next) {
  session = next;
  keys = new Map();
  if (next) sessionStorage.setItem(KEPT, JSON.stringify(next)); else sessionStorage.removeItem(KEPT);
}

export const region = () => currentSession()?.region || 'ap-northeast-2';

const hex = (bytes) => Array.from(new Uint8Array(bytes), (one) => one.toString(16).padStart(2, '0')).join('');
export const sha256 = async (data) => hex(await crypto.subtle.digest('SHA-256', typeof data === 'string' ? text.encode(data) : data));

async function hmac(key, message) {
  const imported = await crypto.subtle.importKey('raw', key, {name: 'HMAC', hash: 'SHA-256'}, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, text.encode(message)));
}

/** RFC 3986, as signatures want it. */
export const encode = (value) => encodeURIComponent(value).replace(/[!'()*]/g, (c) => '%' + c.charCodeAt(0).toString(16).toUpperCase());

async function signingKey(who, date, place, service) {
  const name = [who.sessionId, date, place, service].join('/');
  if (!keys.has(name)) {
    if (keys.size > 64) keys.clear();
    keys.set(name, (async () => {
      let key = text.encode('AWS4' + who.sessionKey);
      for (const part of [date, place, service, 'aws4_request']) key = await hmac(key, part);
      return key;
    })());
  }
  return keys.get(name);
}

/** The headers that sign a request to `path` (percent-encoded) of this page's own origin. */
export async function sign(service, {method = 'POST', path = '/', query = '', headers = {}, body = ''}) {
  const who = currentSession();
  if (!who) throw new AwsError('ExpiredToken', 'Your session has ended. Run "hanbat console" again.', 403);
  const place = service === 'iam' ? 'us-east-1' : who.region;
  const stamp = new Date().toISOString().replace(/[:-]|\.\d{3}/g, '');
  const date = stamp.slice(0, 8);
  const hash = await sha256(body);
  const all = {...headers, 'x-amz-date': stamp, 'x-amz-security-token': who.sessionToken, 'x-amz-content-sha256': hash};
  const signed = Object.entries({...all, host: location.host}).map(([name, value]) => [name.toLowerCase(), value.trim()]).sort(([a], [b]) => a < b ? -1 : 1);
  const names = signed.map(([name]) => name).join(';');
  const canonical = [method, path, query, ...signed.map(([name, value]) => `${name}:${value}`), '', names, hash].join('\n');
  const scope = [date, place, service, 'aws4_request'].join('/');
  const key = await signingKey(who, date, place, service);
  const signature = hex(await hmac(key, ['AWS4-HMAC-SHA256', stamp, scope, await sha256(canonical)].join('\n')));
  return {...all, authorization: `AWS4-HMAC-SHA256 Credential=${who.sessionId}/${scope}, SignedHeaders=${names}, Signature=${signature}`};
}

/** Sends by XMLHttpRequest, as that alone parses XML without a text becoming markup, which this page forbids itself. */
export function send(method, path, headers, body, type) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open(method, path);
    request.timeout = 60000;
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.responseType = type;
    if (type === 'document') request.overrideMimeType('text/xml');
    request.onload = () => done(request);
    request.onerror = () => failed(new AwsError('NoAnswer', 'The region does not answer.', 0));
    request.ontimeout = () => failed(new AwsError('NoAnswer', 'The region took too long to answer.', 0));
    request.send(body);
  });
}

export function refused(code, message, status) {
  return new AwsError(String(code || 'Error').replace(/^.*#/, '').replace(/:.*$/, ''), message, status);
}

async function callJson(service, target, operation, input) {
  const body = JSON.stringify(input || {});
  const headers = await sign(service, {headers: {'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${target}.${operation}`}, body});
  const answer = await send('POST', '/', headers, body, 'text');
  let said = {};
  try { said = answer.responseText ? JSON.parse(answer.responseText) : {}; } catch { /* an error without JSON */ }
  if (answer.status >= 300) throw refused(said.__type || said.code, said.message || said.Message || said.__type || answer.statusText, answer.status);
  return said;
}

/** {A: [{B: 1}]} as A.member.1.B=1; in EC2's protocol A.1.B=1. */
function flatten(out, prefix, value, flat) {
  if (value === undefined || value === null) return;
  if (Array.isArray(value)) value.forEach((one, at) => flatten(out, flat ? `${prefix}.${at + 1}` : `${prefix}.member.${at + 1}`, one, flat));
  else if (typeof value === 'object') for (const [name, one] of Object.entries(value)) flatten(out, prefix ? `${prefix}.${name}` : name, one, flat);
  else out.push([prefix, String(value)]);
}

/** An element as text, object or list: what has only `member` or `item` in it is a list. */
function ofXml(element) {
  const children = [...element.children];
  if (!children.length) return element.textContent;
  if (children.every((one) => one.localName === 'member' || one.localName === 'item')) return children.map(ofXml);
  const out = {};
  for (const one of children) out[one.localName] = ofXml(one);
  return out;
}

async function callQuery(service, {query, flat}, operation, input) {
  const fields = [];
  flatten(fields, '', {Action: operation, Version: query, ...input}, flat);
  const body = fields.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
  const headers = await sign(service, {headers: {'content-type': 'application/x-www-form-urlencoded; charset=UTF-8'}, body});
  const answer = await send('POST', '/', headers, body, 'document');
  const root = answer.response?.documentElement;
  if (answer.status >= 300 || !root) {
    const say = (name) => root?.getElementsByTagName(name)[0]?.textContent;
    throw refused(say('Code'), say('Message') || answer.statusText, answer.status);
  }
  const said = ofXml(root);
  return typeof said === 'string' ? {} : said[operation + 'Result'] ?? said;
}

/** Calls an operation; resolves to its output, in which lists may be missing where they are empty (see `list`). Throws AwsError. */
export function aws(service, operation, input) {
  const known = SERVICES[service];
  return known.json ? callJson(service, known.json, operation, input) : callQuery(service, known, operation, input);
}

/** A list of an answer: XML leaves out, or makes a text of, one without members. */
export const list = (value) => Array.isArray(value) ? value : [];

/** All pages of a list, at most `most` entries: `token` names the member that carries the token, `into` the parameter. */
export async function pages(service, operation, input, member, {token = 'nextToken', into = token, most = 1000} = {}) {
  const all = [];
  let at;
  do {
    const page = await aws(service, operation, at ? {...input, [into]: at} : input);
    all.push(...list(page[member]));
    at = page[token];
  } while (at && all.length < most);
  return all;
}

/** Makes a one-time token a session. */
export async function redeem(token, place) {
  const answer = await fetch('/_hanbat/console/session', {method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify({SigninToken: token})});
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new AwsError('SignInFailed', said.message || answer.statusText, answer.status);
  if (place) said.region = place;
  keepSession(said);
}
