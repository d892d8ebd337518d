// What was spent and what goes on to cost, as Cost Explorer says it. Its clock is the bill's, which a region may have run faster than the real one.
import {aws, list} from './aws.js';

const HOUR = 3600e3, DAY = 24 * HOUR;
const HOURS_OF_MONTH = 730;  // as AWS's calculator has it
const BILL_CLOCK = '/aws/service/hanbat/bill-clock';
const day = (ms) => new Date(ms).toISOString().slice(0, 10);
const hour = (ms) => new Date(ms - ms % HOUR).toISOString().replace('.000', '');
const month = (ms, more = 0) => { const at = new Date(ms); return day(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + more, 1)); };

const kept = new Map();
let patience = 60e3;  // what an open page is told again before it is asked anew; a bill that runs faster is asked more often

function once(name, call) {
  const one = kept.get(name);
  if (one && Date.now() - one.at < patience) return one.said;
  if (kept.size > 100) kept.clear();
  const said = call();
  kept.set(name, {at: Date.now(), said});
  return said;
}

/** {now: ms, pace} of the bill; `real` where that is the real clock, as it is to who may not know. */
export async function billClock() {
  const told = await once('clock', async () => {
    const asked = Date.now(), said = await aws('ssm', 'GetParameters', {Names: [BILL_CLOCK]}).catch(() => ({}));
    const value = list(said.Parameters)[0]?.Value;
    return value ? {asked, real: false, ...JSON.parse(value)} : {asked, real: true, now: new Date(asked).toISOString(), pace: 1};
  });
  patience = told.pace > 1 ? 3e3 : 60e3;
  return {now: Date.parse(told.now) + (Date.now() - told.asked) * told.pace, pace: told.pace, real: told.real};
}

const usage = (input, operation = 'GetCostAndUsage') => once(operation + JSON.stringify(input), () => aws('ce', operation, {Metrics: ['UnblendedCost', 'UsageQuantity'], ...input}));
const of = (account) => account ? {Filter: {Dimensions: {Key: 'LINKED_ACCOUNT', Values: [account]}}} : {};
const usd = (metrics) => Number(metrics?.UnblendedCost?.Amount || 0);
const sum = (said) => list(said.ResultsByTime).reduce((all, one) => all + usd(one.Total), 0);

/** USD since the first of this month (of UTC). Throws where costs may not be seen, or there is no Cost Explorer. */
export async function thisMonth(account) {
  const {now} = await billClock();
  return sum(await usage({Granularity: 'MONTHLY', TimePeriod: {Start: month(now), End: day(now + DAY)}, ...of(account)}));
}

/** Account → USD of the last 300 days; empty where costs may not be seen. */
export async function byAccount() {
  const {now} = await billClock();
  const said = await usage({Granularity: 'MONTHLY', TimePeriod: {Start: day(now - 300 * DAY), End: day(now + DAY)}, GroupBy: [{Type: 'DIMENSION', Key: 'LINKED_ACCOUNT'}]}).catch(() => ({}));
  const out = {};
  for (const {Keys: [account], Metrics} of list(said.ResultsByTime).flatMap((one) => list(one.Groups))) out[account] = (out[account] || 0) + usd(Metrics);
  return out;
}

/** USD that what runs now costs until the month ends, and in a month of 730 hours. */
export async function forecast(account) {
  const {now} = await billClock();
  return {rest: await foretold(now, month(now, 1), of(account)), month: await ofMonth(now, of(account))};
}

async function foretold(from, end, filter) {
  const input = {Granularity: 'DAILY', Metric: 'UNBLENDED_COST', TimePeriod: {Start: day(from), End: end}, ...filter};
  return Number((await once('forecast' + JSON.stringify(input), () => aws('ce', 'GetCostForecast', input))).Total?.Amount || 0);
}

/** A day that is far enough away to be a whole one, as a month. */
const ofMonth = async (now, filter) => await foretold(now + DAY, day(now + 2 * DAY), filter) / 24 * HOURS_OF_MONTH;

const values = async (dimension, now, filter = {}) => list((await aws('ce', 'GetDimensionValues', {Dimension: dimension, TimePeriod: {Start: month(now), End: day(now + DAY)}, ...filter})).DimensionValues).map((one) => one.Value);

/** What runs now: [{name, usd}] of a month of 730 hours, by service, the dearest first. */
export async function running(account) {
  const {now} = await billClock();
  const all = await Promise.all((await values('SERVICE', now, of(account))).map(async (name) => {
    const one = {Dimensions: {Key: 'SERVICE', Values: [name]}};
    return {name, usd: await ofMonth(now, {Filter: account ? {And: [one, of(account).Filter]} : one})};
  }));
  return all.filter((one) => one.usd > 0).sort((a, b) => b.usd - a.usd);
}

/** The keys of tags that resources had this month; accounts that had costs. */
export async function tagKeys() {
  const {now} = await billClock();
  return list((await aws('ce', 'GetTags', {TimePeriod: {Start: month(now), End: day(now + DAY)}})).Tags);
}
export async function accounts() {
  const {now} = await billClock();
  return values('LINKED_ACCOUNT', now);
}

/** Stretches of time by their names: [granularity, from, until]. */
const PERIODS = {
  month: (now) => ['DAILY', month(now), day(now + DAY)],
  last: (now) => ['DAILY', month(now, -1), month(now)],
  days: (now) => ['DAILY', day(now - 13 * DAY), day(now + DAY)],
  hours: (now) => ['HOURLY', hour(now - 23 * HOUR), hour(now + HOUR)],
};
export const PERIOD_NAMES = Object.keys(PERIODS);

const DIMENSIONS = {service: 'SERVICE', resource: 'RESOURCE_ID', account: 'LINKED_ACCOUNT'};

/** {parts: [{from, usd}], rows: [{name, usd, lines: [{type, amount, unit, usd}]}]} of that period: costs by time, and by what they are. `by` is service,
 *  resource, account or tag (of `key`). */
export async function costs({by, period, account, key}) {
  const {now} = await billClock(), [Granularity, Start, End] = PERIODS[period](now);
  const first = by === 'tag' ? {Type: 'TAG', Key: key} : {Type: 'DIMENSION', Key: DIMENSIONS[by]};
  const said = await usage({Granularity, TimePeriod: {Start, End}, GroupBy: [first, {Type: 'DIMENSION', Key: 'USAGE_TYPE'}], ...of(account),
    ...by === 'resource' && !account ? {Filter: {Dimensions: {Key: 'RECORD_TYPE', Values: ['Usage']}}} : {}}, by === 'resource' ? 'GetCostAndUsageWithResources' : undefined);
  const rows = new Map();
  const parts = list(said.ResultsByTime).map((part) => {
    let all = 0;
    for (const {Keys: [long, type], Metrics} of list(part.Groups)) {
      const name = by === 'tag' ? long.slice(long.indexOf('$') + 1) : long;
      if (!rows.has(name)) rows.set(name, {name, usd: 0, lines: new Map()});
      const row = rows.get(name), line = row.lines.get(type) || {type, amount: 0, usd: 0, unit: Metrics.UsageQuantity.Unit};
      line.amount += Number(Metrics.UsageQuantity.Amount);
      line.usd += usd(Metrics);
      row.usd += usd(Metrics);
      row.lines.set(type, line);
      all += usd(Metrics);
    }
    return {from: part.TimePeriod.Start, usd: all};
  });
  const dearest = (a, b) => b.usd - a.usd;
  return {parts, rows: [...rows.values()].map((row) => ({...row, lines: [...row.lines.values()].sort(dearest)})).sort(dearest)};
}

/** Used, and without a price. The first gigabytes to the internet are free, where a region has prices, of which the type's prefix tells. */
export const isUnpriced = (line) => line.usd === 0 && line.amount > 0 && !line.type.endsWith('-DataTransfer-Out-Bytes');

/** USD that the account may spend; null where nobody has bounded it, or the caller may not know. */
export const limitOf = (account) => once('limit' + account, async () => {
  const said = await aws('organizations', 'ListTagsForResource', {ResourceId: account}).catch(() => ({}));
  const found = list(said.Tags).find((one) => one.Key === 'hanbat:cost-limit');
  return found ? Number(found.Value) : null;
});
