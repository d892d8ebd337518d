// A file with who last changed each line, and in which commit. The history is walked by a customer's calls, so it takes as long as it is deep:
// lines appear as they are found, a part of the history at a time, and what was not looked at is said.
import {aws, list} from '../core/aws.js';
import {Blame} from '../core/blame.js';
import {h, put} from '../core/dom.js';
import {split} from '../core/diff.js';
import {highlighter} from '../core/highlight.js';
import {t} from '../core/words.js';
import {button, card, complain, empty, longList} from '../core/ui.js';
import {at, branchOf, decode, head} from './code.js';

const AT_ONCE = 100;  // commits; then the reader says whether to go on

/** What of the history Blame asks for, each thing once. */
function historyOf(repositoryName, path) {
  const kept = new Map();
  const once = (key, ask) => {
    if (!kept.has(key)) kept.set(key, ask().catch((error) => { kept.delete(key); throw error; }));
    return kept.get(key);
  };
  return {
    commit: (commitId) => once(commitId, async () => (await aws('codecommit', 'GetCommit', {repositoryName, commitId})).commit),
    async change(parent, id) {
      const {differences} = await aws('codecommit', 'GetDifferences', {repositoryName, beforeCommitSpecifier: parent, afterCommitSpecifier: id, afterPath: path});
      const one = list(differences).find(({afterBlob}) => afterBlob?.path === path);
      return one ? {blobId: one.beforeBlob?.blobId} : null;
    },
    text: (blobId) => once(blobId, async () => decode((await aws('codecommit', 'GetBlob', {repositoryName, blobId})).content)),
  };
}

export async function open({room, live, query}, name) {
  const branch = await branchOf(name, query), path = query.get('path') || '', file = query.get('file') || '';
  const top = await head(name, '', branch), history = historyOf(name, file);
  const said = await aws('codecommit', 'GetFile', {repositoryName: name, commitSpecifier: branch, filePath: file});
  const text = decode(said.fileContent), colour = highlighter(file), back = at(name, '', {branch, path, file});
  const bar = h('div', {class: 'bar'});
  if (text === null) return put(room, top, card(null, bar, empty(t('This file is no text, or too large to show.'))));
  const blame = new Blame(history, await history.commit(said.commitId), text), rows = split(text);
  const begins = (row) => row === 0 || row % 20 === 0 || blame.owners[row] !== blame.owners[row - 1];
  const code = longList(rows, 24, (line, row) => h('div', {class: 'row'}, h('span', {class: 'by'}, who(row)), h('span', {class: 'n'}, row + 1), h('span', {}, colour(line))), {label: file});
  code.classList.add('tall');
  function who(row) {
    const commit = blame.owners[row];
    if (!commit || !begins(row)) return commit ? '' : '…';
    const day = new Date(Number(commit.author.date.split(' ')[0]) * 1000);
    return h('a', {href: at(name, 'commit/' + commit.commitId, {branch}), title: `${commit.message.split('\n')[0]} · ${day.toLocaleString()}`}, h('code', {}, commit.commitId.slice(0, 8)), ` ${commit.author.name}`);
  }
  let walking = false;
  const go = button(t('Go on'), () => walk(), {key: 'go-on'});
  function tell() {
    put(bar, h('a', {class: 'mono wrap', href: back}, file), h('span', {class: 'grow'}),
      h('span', {class: 'soft', role: 'status', id: 'blame-state'}, blame.done ? t('All {n} lines, after {commits} commits.', {n: rows.length, commits: blame.walked})
        : t('{open} of {n} lines are older than the {commits} commits that were looked at.', {open: blame.open, n: rows.length, commits: blame.walked})),
      blame.done || walking ? null : go);
    code.extend(rows);
  }
  async function walk() {
    walking = true;
    try {
      for (let count = 0; !blame.done && !live.ended && count < AT_ONCE; count++) {
        await blame.step();
        if (count % 10 === 0) tell();
      }
    } catch (error) {
      complain(error);
    } finally {
      walking = false;
      if (!live.ended) tell();
    }
  }
  put(room, top, card(null, bar, code));
  tell();
  walk();
}
