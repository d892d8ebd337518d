// What was spent, as Cost Explorer says it; asked for at most once a minute, as an open page looks often.
import {aws, list} from './aws.js';

const DAY = 86400e3;
const day = (ms) => new Date(ms).toISOString().slice(0, 10);
const kept = new Map();

function asked(name, input) {
  const one = kept.get(name);
  if (one && Date.now() - one.at < 60e3) return one.said;
  const said = aws('ce', 'GetCostAndUsage', {Granularity: 'MONTHLY', Metrics: ['UnblendedCost'], ...input});
  kept.set(name, {at: Date.now(), said});
  return said;
}

const until = () => day(Date.now() + DAY);

/** USD since the first of this month (of UTC). Throws where costs may not be seen, or there is no Cost Explorer. */
export async function thisMonth() {
  const said = await asked('month', {TimePeriod: {Start: day(Date.now()).slice(0, 8) + '01', End: until()}});
  return list(said.ResultsByTime).reduce((sum, one) => sum + Number(one.Total?.UnblendedCost?.Amount || 0), 0);
}

/** Account → USD of the last 300 days; empty where costs may not be seen. */
export async function byAccount() {
  const said = await asked('accounts', {TimePeriod: {Start: day(Date.now() - 300 * DAY), End: until()}, GroupBy: [{Type: 'DIMENSION', Key: 'LINKED_ACCOUNT'}]}).catch(() => ({}));
  const out = {};
  for (const {Keys: [account], Metrics} of list(said.ResultsByTime).flatMap((one) => list(one.Groups))) out[account] = (out[account] || 0) + Number(Metrics.UnblendedCost.Amount);
  return out;
}

/** Days of the last two weeks with what each service cost. */
export const byDay = () => aws('ce', 'GetCostAndUsage', {TimePeriod: {Start: day(Date.now() - 13 * DAY), End: until()}, Granularity: 'DAILY', Metrics: ['UnblendedCost'], GroupBy: [{Type: 'DIMENSION', Key: 'SERVICE'}]});
