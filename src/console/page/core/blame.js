// Who last changed each line of a file. No call of CodeCommit's says it, so the history is walked here, newest commit first: a line that
// stands in a parent unchanged is the parent's question, what is in no parent is the commit's own. A file that was renamed begins with that, as
// GetDifferences tells a rename as one file that went and one that came.
import {lines as compare, split} from './diff.js';

/** Which lines of `after` stand in `before`: line → line, both from 0. */
function unchanged(before, after) {
  const same = new Map();
  let was = 0, is = 0;
  for (const [kind] of compare(before, after)) {
    if (kind === ' ') same.set(is, was);
    if (kind !== '+') was++;
    if (kind !== '-') is++;
  }
  return same;
}

/** The walk over a file's history. `api` reads it:
 *    commit(id)              {commitId, parents, committer: {date: 'seconds zone'}, …}
 *    change(parent, id)      null when the file is the same in both, else {blobId} of it in the parent, {} where the parent has none
 *    text(blobId)            its text, or null for what is none
 *  `owners[line]` is the commit of each line, null for as long as it is not known. */
export class Blame {
  constructor(api, commit, text) {
    this.api = api;
    this.owners = split(text).map(() => null);
    this.walked = 0;
    this.waiting = new Map();
    this.#ask(commit, text, this.owners.map((_, line) => [line, line]));
  }

  /** How many lines have no commit yet. */
  get open() { return this.owners.filter((one) => one === null).length; }
  get done() { return !this.waiting.size; }

  /** Looks at the newest commit that lines are asked of. Throws what the calls throw; the walk may go on after it. */
  async step() {
    const [id, node] = [...this.waiting].sort(([, a], [, b]) => seconds(b.commit) - seconds(a.commit))[0];
    const parents = [];
    for (const parent of node.commit.parents || []) {
      const [change, commit] = await Promise.all([this.api.change(parent, id), this.api.commit(parent)]);
      if (!change) {  // the same file there: whatever else was merged, its lines are that parent's
        this.waiting.delete(id);
        this.walked++;
        return this.#ask(commit, node.text, node.lines);
      }
      const text = change.blobId ? await this.api.text(change.blobId) : null;
      if (text !== null) parents.push({commit, text});
    }
    this.waiting.delete(id);
    this.walked++;
    let left = node.lines;
    for (const {commit, text} of parents) {
      const same = unchanged(text, node.text);
      this.#ask(commit, text, left.filter(([line]) => same.has(line)).map(([line, last]) => [same.get(line), last]));
      left = left.filter(([line]) => !same.has(line));
    }
    for (const [, last] of left) this.owners[last] = node.commit;
  }

  /** `lines`: where each stands in that commit's text, and where in the newest. */
  #ask(commit, text, lines) {
    if (!lines.length) return;
    const there = this.waiting.get(commit.commitId);
    if (there) there.lines.push(...lines);
    else this.waiting.set(commit.commitId, {commit, text, lines: [...lines]});
  }
}

const seconds = (commit) => Number((commit.committer?.date || '0').split(' ')[0]);
