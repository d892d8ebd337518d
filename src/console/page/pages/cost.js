// Cost, where the region has Cost Explorer.
import {list} from '../core/aws.js';
import {byDay} from '../core/costs.js';
import {h, put} from '../core/dom.js';
import {t} from '../core/words.js';
import {card, empty, table, title} from '../core/ui.js';

export async function open({room}) {
  let said;
  try {
    said = await byDay();
  } catch (error) {
    if (error.status !== 501) throw error;
    return put(room, title(t('Cost')), empty(t('This region does not have Cost Explorer.')));
  }
  const days = list(said.ResultsByTime).map((one) => ({day: one.TimePeriod.Start, groups: list(one.Groups).map((group) => [group.Keys[0], Number(group.Metrics.UnblendedCost.Amount)]), unit: list(one.Groups)[0]?.Metrics.UnblendedCost.Unit || 'USD'}));
  const sum = (one) => one.groups.reduce((total, [, amount]) => total + amount, 0);
  const most = Math.max(...days.map(sum), 1e-9), services = new Map();
  for (const one of days) for (const [name, amount] of one.groups) services.set(name, (services.get(name) || 0) + amount);
  put(room, title(t('Cost')), card(t('By day'), h('div', {class: 'pad'}, h('div', {class: 'bars', role: 'img', 'aria-label': t('By day')}, days.map((one) => h('i', {title: `${one.day}: ${sum(one).toFixed(4)} ${one.unit}`, style: {height: `${sum(one) / most * 100}%`}}))))),
    card(t('By service'), table([[t('Service'), ([name]) => name], [days[0]?.unit || 'USD', ([, amount]) => amount.toFixed(4), {class: 'num'}]], [...services].sort((a, b) => b[1] - a[1]))));
}
