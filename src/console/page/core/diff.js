// Line by line: what two texts differ in, by Myers' algorithm, with a few lines around each difference.

/** A text's lines; the end of the last is no line of its own. */
export const split = (text) => text === '' ? [] : text.replace(/\n$/, '').split('\n');

/** [kind, text] of each line: ' ', '-', '+'. For texts that differ in more than `most` lines the whole of both. */
export function lines(before, after, most = 4000) {
  const a = split(before), b = split(after);
  let start = 0, enda = a.length, endb = b.length;
  while (start < enda && start < endb && a[start] === b[start]) start++;
  while (enda > start && endb > start && a[enda - 1] === b[endb - 1]) { enda--; endb--; }
  const same = (from, to) => a.slice(from, to).map((one) => [' ', one]);
  return [...same(0, start), ...middle(a.slice(start, enda), b.slice(start, endb), most), ...same(enda, a.length)];
}

function middle(a, b, most) {
  const max = Math.min(a.length + b.length, most), trace = [];
  let furthest = new Map([[1, 0]]);
  for (let d = 0; d <= max; d++) {
    trace.push(new Map(furthest));
    for (let k = -d; k <= d; k += 2) {
      let x = k === -d || (k !== d && (furthest.get(k - 1) ?? -1) < (furthest.get(k + 1) ?? -1)) ? furthest.get(k + 1) ?? 0 : (furthest.get(k - 1) ?? 0) + 1;
      let y = x - k;
      while (x < a.length && y < b.length && a[x] === b[y]) { x++; y++; }
      furthest.set(k, x);
      if (x >= a.length && y >= b.length) return back(a, b, trace, d);
    }
    if (d * d > 4e6) break;
  }
  return [...a.map((one) => ['-', one]), ...b.map((one) => ['+', one])];
}

function back(a, b, trace, depth) {
  const out = [];
  let x = a.length, y = b.length;
  for (let d = depth; d > 0; d--) {
    const at = trace[d], k = x - y;
    const down = k === -d || (k !== d && (at.get(k - 1) ?? -1) < (at.get(k + 1) ?? -1));
    const fromK = down ? k + 1 : k - 1, fromX = at.get(fromK) ?? 0, fromY = fromX - fromK;
    while (x > fromX && y > fromY && x > 0 && y > 0 && !(down ? x === fromX && y === fromY + 1 : x === fromX + 1 && y === fromY)) { out.push([' ', a[--x]]); y--; }
    if (down) out.push(['+', b[--y]]); else out.push(['-', a[--x]]);
  }
  while (x > 0) out.push([' ', a[--x]]);
  return out.reverse();
}

/** The differences with `around` lines beside each; what is left out is one ['@', '…']. */
export function hunks(all, around = 3) {
  const near = new Set();
  all.forEach(([kind], at) => { if (kind !== ' ') for (let one = at - around; one <= at + around; one++) near.add(one); });
  const out = [];
  let skipped = false;
  all.forEach((line, at) => {
    if (near.has(at)) { out.push(line); skipped = false; } else if (!skipped) { out.push(['@', '…']); skipped = true; }
  });
  return out;
}
