// S3 as its customers use it: objects are read, listed, written and deleted, buckets made. A path names the bucket.
import {AwsError, encode, refused, region, send, sign} from './aws.js';

const said = (xml, name) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];

async function call(method, bucket, key, {query = {}, body = '', headers = {}, type = 'blob'} = {}) {
  const path = `/${encode(bucket)}${key === undefined ? '' : '/' + key.split('/').map(encode).join('/')}`;
  const asked = Object.entries(query).filter(([, value]) => value !== undefined).sort(([a], [b]) => a < b ? -1 : 1).map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
  const signed = await sign('s3', {method, path, query: asked, headers, body});
  const place = path + (asked && '?' + asked);
  if (type === 'document') {
    const answer = await send(method, place, signed, body || null, type);
    if (answer.status < 300) return answer.response;
    const root = answer.response?.documentElement, one = (name) => root?.getElementsByTagName(name)[0]?.textContent;
    throw refused(one('Code'), one('Message') || answer.statusText, answer.status);
  }
  // A browser that knows when an object was last changed guesses how long it stays so; no object is to be guessed at, nor kept in a cache on disk.
  const answer = await fetch(place, {method, headers: signed, body: body || undefined, cache: 'no-store', credentials: 'omit'}).catch(() => { throw new AwsError('NoAnswer', 'The region does not answer.', 0); });
  if (answer.ok) return answer.blob();
  const xml = await answer.text();
  throw refused(said(xml, 'Code'), said(xml, 'Message') || answer.statusText, answer.status);
}

const of = (owner) => owner ? {'x-amz-expected-bucket-owner': owner} : {};

/** An object's bytes, of a type that no browser shows as a page; `key` as it is named. Throws AwsError, of what is not there NoSuchKey or, to
 *  who may not list the bucket, AccessDenied; with an `owner`, also where the bucket is somebody else's. */
export async function getObject(bucket, key, owner) {
  return new Blob([await call('GET', bucket, key, {headers: of(owner)})], {type: 'application/octet-stream'});
}

export const getText = async (bucket, key, owner) => (await call('GET', bucket, key, {headers: of(owner)})).text();
export const putObject = (bucket, key, body, type, owner) => call('PUT', bucket, key, {body, headers: {'content-type': type, ...of(owner)}});
export const deleteObject = (bucket, key, owner) => call('DELETE', bucket, key, {headers: of(owner)});

/** All objects of that prefix, by their keys' order: {key, etag, at, size}. */
export async function listObjects(bucket, prefix, owner) {
  const inside = (element, name) => [...element.children].find((one) => one.localName === name)?.textContent;
  const out = [];
  let token;
  do {
    const root = (await call('GET', bucket, undefined, {type: 'document', headers: of(owner), query: {'list-type': '2', prefix, 'continuation-token': token}})).documentElement;
    out.push(...[...root.children].filter((one) => one.localName === 'Contents').map((one) => ({key: inside(one, 'Key'), etag: inside(one, 'ETag'), at: inside(one, 'LastModified'), size: Number(inside(one, 'Size'))})));
    token = inside(root, 'NextContinuationToken');
  } while (token);
  return out;
}

export const createBucket = (bucket) => call('PUT', bucket, undefined, {
  body: region() === 'us-east-1' ? '' : `<CreateBucketConfiguration><LocationConstraint>${region()}</LocationConstraint></CreateBucketConfiguration>`});
export const putBucketPolicy = (bucket, policy) => call('PUT', bucket, undefined, {query: {policy: ''}, body: JSON.stringify(policy), headers: {'content-type': 'application/json'}});
