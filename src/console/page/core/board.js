// The board of a contest, which `hanbat task` writes: a bucket of the account that manages the organization. A competitor reads what lies under the own
// account's number, the judge all of it; the bucket's policy says so, not this page.
import {aws, region} from './aws.js';
import {deleteObject, getText, listObjects, putObject} from './s3.js';

/** Where the board is, whether or not there is one: {bucket, owner, account, judge}. */
export async function findBoard() {
  const [me, organization] = await Promise.all([aws('sts', 'GetCallerIdentity'),
    aws('organizations', 'DescribeOrganization').catch((error) => { if (error.code !== 'AWSOrganizationsNotInUseException') throw error; return {}; })]);
  const owner = organization.Organization?.MasterAccountId || me.Account;
  return {bucket: `hanbat-task-${owner}-${region()}`, owner, account: me.Account, judge: owner === me.Account};
}

export const own = (account) => `competitors/${account}/`;

/** What the caller can see of it: {key, etag, at, size} of each; null where there is no board. */
export async function look(board) {
  try {
    const there = await listObjects(board.bucket, board.judge ? '' : own(board.account), board.owner);
    return there.length ? there : null;
  } catch (error) {
    if (error.code === 'NoSuchBucket') return null;
    throw error;
  }
}

const kept = new Map();  // what an object says, by its place and its state

/** The text of an object that `look` found; it is asked for again only when it is another. */
export async function read(board, one) {
  const place = `${board.bucket}/${one.key} ${one.etag}`;
  if (kept.size > 200) kept.clear();
  if (!kept.has(place)) kept.set(place, getText(board.bucket, one.key, board.owner).catch((error) => { kept.delete(place); throw error; }));
  return kept.get(place);
}

/** The object of that key as JSON; null where there is none. */
export async function readJson(board, there, key) {
  const one = there.find((each) => each.key === key);
  return one ? JSON.parse(await read(board, one)) : null;
}

/** Has the competitor read that sheet, a text; or, with null, none. */
export const publish = (board, account, sheet) => sheet === null ? deleteObject(board.bucket, own(account) + 'sheet.json', board.owner) : putObject(board.bucket, own(account) + 'sheet.json', sheet, 'application/json', board.owner);
