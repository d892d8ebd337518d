// Code: repositories; a branch's files, one of them to read or to change and commit; its commits and what each changed.
import {aws, list, pages} from '../core/aws.js';
import {hunks, lines} from '../core/diff.js';
import {h, put} from '../core/dom.js';
import {linesOf, textOf} from '../core/files.js';
import {watch} from '../core/page.js';
import {t} from '../core/words.js';
import {ago, ask, badge, button, card, code, empty, pre, say, table, tabs, title} from '../core/ui.js';

export const at = (name, view, values = {}) => {
  const query = new URLSearchParams(Object.entries(values).filter(([, value]) => value)).toString();
  return `#/code/${encodeURIComponent(name)}${view ? '/' + view : ''}${query ? '?' + query : ''}`;
};

export function open(page) {
  const [name, view, id] = page.parts;
  if (!name) return openList(page);
  return {commits: openCommits, commit: openCommit, branches: openBranches, compare: openComparison, edit: openEditor, blame: openBlame}[view]?.(page, name, id) ?? openFiles(page, name);
}

function openList({room, live}) {
  return watch(room, live, {
    head: title(t('Code'), {actions: [button(t('New repository'), async () => {
      const said = await ask(t('New repository'), [{name: 'name', label: t('Name')}, {name: 'about', label: t('Description')}], t('Create'));
      if (!said) return;
      await aws('codecommit', 'CreateRepository', {repositoryName: said.name, repositoryDescription: said.about || undefined});
      location.hash = at(said.name);
    }, {key: 'new'})]}),
    load: async () => {
      const names = (await pages('codecommit', 'ListRepositories', {}, 'repositories')).map((one) => one.repositoryName);
      return names.length ? list((await aws('codecommit', 'BatchGetRepositories', {repositoryNames: names.slice(0, 100)})).repositories) : [];
    },
    view: (all) => card(null, table([[t('Repository'), (one) => one.repositoryName], [t('Description'), (one) => h('span', {class: 'wrap'}, one.repositoryDescription || '–')], [t('Default branch'), (one) => one.defaultBranch || '–'],
      [t('Changed'), (one) => ago(one.lastModifiedDate)], [t('Address'), (one) => h('code', {class: 'wrap'}, one.cloneUrlHttp)]], all, {href: (one) => at(one.repositoryName), none: t('There is no repository yet.')})),
    every: 5000,
  });
}

/** The frame of a repository's pages; resolves to its branch, or null when it holds nothing. */
export async function branchOf(name, query) {
  if (query.get('branch')) return query.get('branch');
  const {repositoryMetadata} = await aws('codecommit', 'GetRepository', {repositoryName: name});
  return repositoryMetadata.defaultBranch || list((await aws('codecommit', 'ListBranches', {repositoryName: name})).branches)[0] || null;
}

export async function head(name, view, branch, extra = []) {
  const branches = list((await aws('codecommit', 'ListBranches', {repositoryName: name})).branches);
  const pick = h('select', {id: 'branch', 'aria-label': t('Branch'), onchange: (event) => { location.hash = at(name, view === 'commits' ? 'commits' : '', {branch: event.target.value}); }},
    (branches.includes(branch) ? branches : [branch, ...branches]).filter(Boolean).map((one) => h('option', {value: one, selected: one === branch}, one)));
  return [title(name, {trail: [[t('Code'), '#/code'], ...extra], actions: branch ? [pick] : []}),
    tabs([['', t('Files')], ['commits', t('Commits')], ['branches', t('Branches')]], view, (key) => at(name, key, {branch}))];
}

export const decode = (content) => textOf(Uint8Array.from(atob(content), (one) => one.charCodeAt(0)));
const encodeText = (text) => {
  let out = '';
  for (const one of new TextEncoder().encode(text)) out += String.fromCharCode(one);
  return btoa(out);
};

async function openFiles({room, query}, name) {
  const branch = await branchOf(name, query), path = query.get('path') || '', file = query.get('file');
  const top = await head(name, '', branch);
  if (!branch) return put(room, top, card(null, empty(t('The repository is empty. Push to it, or write its first file here:')), h('div', {class: 'pad'}, h('a', {class: 'button', href: at(name, 'edit', {branch: 'main', file: 'README.md', first: '1'})}, t('New file')))));
  const folder = await aws('codecommit', 'GetFolder', {repositoryName: name, commitSpecifier: branch, folderPath: path || '/'});
  const up = path.split('/').slice(0, -1).join('/');
  const here = (one, values) => h('a', {href: at(name, '', {branch, path, ...values}), 'aria-current': values.file && values.file === file ? 'page' : null}, one);
  const tree = card(path || t('Files'), h('div', {class: 'tree'},
    path ? h('a', {href: at(name, '', {branch, path: up})}, '..') : null,
    list(folder.subFolders).map((one) => here(`${one.relativePath}/`, {path: one.absolutePath})),
    list(folder.files).map((one) => here(one.relativePath, {file: one.absolutePath})),
    list(folder.symbolicLinks).map((one) => h('span', {}, `${one.relativePath} →`)), list(folder.subModules).map((one) => h('span', {}, `${one.relativePath} @ ${one.commitId.slice(0, 8)}`))),
  h('div', {class: 'pad'}, h('a', {class: 'button', href: at(name, 'edit', {branch, path, fresh: '1'})}, t('New file'))));
  const readme = list(folder.files).find((one) => /^readme(\.\w+)?$/i.test(one.relativePath))?.absolutePath;
  put(room, top, h('div', {class: 'files'}, tree, await fileCard(name, branch, path, file || readme)));
}

async function fileCard(name, branch, path, file) {
  if (!file) return card(null, empty(t('Choose a file.')));
  const said = await aws('codecommit', 'GetFile', {repositoryName: name, commitSpecifier: branch, filePath: file});
  const text = decode(said.fileContent);
  const actions = h('div', {class: 'bar'}, h('span', {class: 'mono wrap'}, file), h('span', {class: 'soft'}, `${said.fileSize} B`), h('span', {class: 'grow'}),
    text !== null ? [h('a', {class: 'button', id: 'blame', href: at(name, 'blame', {branch, path, file})}, t('Who wrote it')),
      h('a', {class: 'button', id: 'edit', href: at(name, 'edit', {branch, path, file})}, t('Edit'))] : null,
    button(t('Delete'), async () => {
      const asked = await ask(t('Delete {file}?', {file}), [{name: 'message', label: t('Commit message'), value: `Delete ${file}`}], t('Commit'), {kind: 'danger'});
      if (!asked) return;
      const {branch: {commitId}} = await aws('codecommit', 'GetBranch', {repositoryName: name, branchName: branch});
      await aws('codecommit', 'DeleteFile', {repositoryName: name, branchName: branch, filePath: file, parentCommitId: commitId, commitMessage: asked.message});
      location.hash = at(name, '', {branch, path});
    }, {kind: 'danger', key: 'delete'}));
  if (text === null) return card(null, actions, empty(t('This file is no text, or too large to show.')));
  return card(null, actions, linesOf(file, text));
}

const openBlame = async (page, name) => (await import('./code_blame.js')).open(page, name);

async function openEditor({room, query}, name) {
  const branch = await branchOf(name, query) || 'main', path = query.get('path') || '', old = query.get('fresh') || query.get('first') ? null : query.get('file');
  const before = old ? decode((await aws('codecommit', 'GetFile', {repositoryName: name, commitSpecifier: branch, filePath: old})).fileContent) ?? '' : '';
  const parent = await aws('codecommit', 'GetBranch', {repositoryName: name, branchName: branch}).then((one) => one.branch.commitId, () => undefined);
  const newline = before.includes('\r\n');
  const fileName = h('input', {type: 'text', id: 'file-name', value: old || query.get('file') || (path ? path + '/' : ''), autocomplete: 'off', spellcheck: 'false', disabled: Boolean(old)});
  const editor = h('textarea', {class: 'editor', id: 'editor', spellcheck: 'false', autocapitalize: 'off', autocomplete: 'off', wrap: 'off', 'aria-label': t('Text of the file')});
  editor.value = before;
  editor.style.setProperty('height', `${Math.min(640, Math.max(260, before.split('\n').length * 18 + 60))}px`);
  const shown = editor.value;
  const message = h('input', {type: 'text', id: 'commit-message', class: 'grow', autocomplete: 'off', 'aria-label': t('Commit message'), placeholder: old ? `Edit ${old}` : t('Commit message')});
  const diff = h('div', {});
  const text = () => newline ? editor.value.replace(/\n/g, '\r\n') : editor.value;
  // Tab leaves the editor, as it leaves every field.
  editor.addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === 's') { event.preventDefault(); commit.click(); }
  });
  editor.addEventListener('input', () => put(diff, editor.value === shown ? null : card(t('What you change'), diffView(before, text()))));
  const commit = button(t('Commit to {branch}', {branch}), async () => {
    const file = fileName.value.trim();
    const {commitId} = await aws('codecommit', 'PutFile', {repositoryName: name, branchName: branch, filePath: file, fileContent: encodeText(text()), parentCommitId: parent, commitMessage: message.value || `${old ? 'Edit' : 'Add'} ${file}`});
    say(t('Commit {id} is on {branch}.', {id: commitId.slice(0, 8), branch}));
    const followers = await pipelinesOf(name, branch).catch(() => []);
    location.hash = followers.length === 1 ? `#/pipelines/${encodeURIComponent(followers[0])}` : at(name, 'commit/' + commitId, {branch});
  }, {kind: 'main', key: 'commit'});
  put(room, title(old || t('New file'), {trail: [[t('Code'), '#/code'], [name, at(name, '', {branch, path})]]}),
    card(null, h('div', {class: 'bar'}, h('label', {for: 'file-name', class: 'label'}, t('File')), fileName, h('span', {class: 'grow'}), h('span', {class: 'soft'}, t('Ctrl+S commits'))), editor,
      h('div', {class: 'bar pad'}, message, commit)), diff);
  editor.focus();
}

/** Pipelines whose source is that branch: whoever commits wants to see what becomes of it. */
async function pipelinesOf(repository, branch) {
  const names = (await pages('codepipeline', 'ListPipelines', {}, 'pipelines', {most: 50})).map((one) => one.name);
  const all = await Promise.all(names.map((name) => aws('codepipeline', 'GetPipeline', {name})));
  return all.filter(({pipeline}) => pipeline.stages[0].actions.some(({configuration: one}) => one?.RepositoryName === repository && (one.BranchName || 'main') === branch)).map(({pipeline}) => pipeline.name);
}

const diffView = (before, after) => h('div', {class: 'diff', tabindex: '0'}, hunks(lines(before.replace(/\r\n/g, '\n'), after.replace(/\r\n/g, '\n'))).slice(0, 5000).map(([kind, text]) => h('div', {class: {'+': 'add', '-': 'del', '@': 'at'}[kind]}, kind === '@' ? text : `${kind} ${text}`)));

async function openCommits({room, query}, name) {
  const branch = await branchOf(name, query), top = await head(name, 'commits', branch);
  if (!branch) return put(room, top, empty(t('There is no commit yet.')));
  const rows = [];
  const body = h('div', {});
  let next = (await aws('codecommit', 'GetBranch', {repositoryName: name, branchName: branch})).branch.commitId;
  async function more() {
    for (let count = 0; next && count < 30; count++) {
      const {commit} = await aws('codecommit', 'GetCommit', {repositoryName: name, commitId: next});
      rows.push(commit);
      next = list(commit.parents)[0];
    }
    put(body, card(null, table([[t('Commit'), (one) => one.message.split('\n')[0] || '–'], ['', (one) => code(one.commitId.slice(0, 8))], [t('Author'), (one) => one.author.name], [t('When'), (one) => ago(Number(one.author.date.split(' ')[0]))]],
      rows, {href: (one) => at(name, 'commit/' + one.commitId, {branch})})), next ? h('div', {class: 'pad'}, button(t('Older ones'), more, {key: 'more'})) : null);
  }
  put(room, top, body);
  await more();
}

async function openCommit({room, query}, name, id) {
  const branch = query.get('branch');
  const {commit} = await aws('codecommit', 'GetCommit', {repositoryName: name, commitId: id});
  const parent = list(commit.parents)[0];
  put(room, title(commit.message.split('\n')[0] || id.slice(0, 8), {trail: [[t('Code'), '#/code'], [name, at(name, '', {branch})], [t('Commits'), at(name, 'commits', {branch})]], about: `${id} · ${commit.author.name} <${commit.author.email}>`}),
    commit.message.includes('\n') ? pre(commit.message) : null);
  await showChanges(room, name, id, parent);
}

/** What a branch has that another has not: since they parted, where the region can say when that was. */
async function openComparison({room, query}, name) {
  const branch = query.get('branch') || '', other = query.get('with') || '';
  const base = await aws('codecommit', 'GetMergeConflicts', {repositoryName: name, sourceCommitSpecifier: branch, destinationCommitSpecifier: other, mergeOption: 'THREE_WAY_MERGE'}).then((one) => one.baseCommitId, () => null);
  put(room, title(t('{branch} beside {other}', {branch, other}), {trail: [[t('Code'), '#/code'], [name, at(name, '', {branch})], [t('Branches'), at(name, 'branches', {branch})]], about: base ? t('What {branch} changed since {commit}, where they parted.', {branch, commit: base.slice(0, 8)}) : ''}));
  if (!await showChanges(room, name, branch, base || other)) room.append(empty(t('They hold the same.')));
}

/** A card for each file that differs; how many they are. */
async function showChanges(room, name, after, before) {
  const changes = await pages('codecommit', 'GetDifferences', {repositoryName: name, afterCommitSpecifier: after, ...before ? {beforeCommitSpecifier: before} : {}}, 'differences', {token: 'NextToken', most: 200});
  const blob = async (one) => one?.blobId ? decode((await aws('codecommit', 'GetBlob', {repositoryName: name, blobId: one.blobId})).content) : '';
  for (const one of changes.slice(0, 50)) {
    const [was, is] = await Promise.all([blob(one.beforeBlob), blob(one.afterBlob)]);
    const file = (one.afterBlob || one.beforeBlob).path;
    room.append(card(null, h('div', {class: 'bar'}, badge({A: 'Created', D: 'Stopped', M: 'changed'}[one.changeType], {A: t('added'), D: t('deleted'), M: t('changed')}[one.changeType]), h('span', {class: 'mono wrap'}, file)),
      was === null || is === null ? empty(t('This file is no text, or too large to show.')) : diffView(was, is)));
  }
  if (changes.length > 50) room.append(empty(t('{n} more files.', {n: changes.length - 50})));
  return changes.length;
}

function openBranches({room, live, query}, name) {
  let top;
  return head(name, 'branches', query.get('branch')).then((made) => { top = made; return watch(room, live, {
    head: top,
    load: async () => {
      const names = await pages('codecommit', 'ListBranches', {repositoryName: name}, 'branches', {most: 200});
      const {repositoryMetadata: {defaultBranch}} = await aws('codecommit', 'GetRepository', {repositoryName: name});
      return Promise.all(names.map(async (one) => {
        const {branch} = await aws('codecommit', 'GetBranch', {repositoryName: name, branchName: one});
        const {commit} = await aws('codecommit', 'GetCommit', {repositoryName: name, commitId: branch.commitId});
        return {name: one, beside: defaultBranch !== one && defaultBranch, id: branch.commitId, message: commit.message.split('\n')[0], at: Number(commit.author.date.split(' ')[0])};
      }));
    },
    view: (all) => card(null, h('div', {class: 'bar'}, button(t('New branch'), async () => {
      const said = await ask(t('New branch'), [{name: 'name', label: t('Name')}, {name: 'from', label: t('From'), kind: all.map((one) => one.name)}], t('Create'));
      if (!said) return;
      await aws('codecommit', 'CreateBranch', {repositoryName: name, branchName: said.name, commitId: all.find((one) => one.name === said.from).id});
      live.wake();
    }, {key: 'new-branch', disabled: !all.length})),
    table([[t('Branch'), (one) => one.name], [t('Last commit'), (one) => [code(one.id.slice(0, 8)), ' ', one.message]], [t('When'), (one) => ago(one.at)],
      ['', (one) => one.beside ? h('a', {href: at(name, 'compare', {branch: one.name, with: one.beside}), 'data-key': 'compare-' + one.name}, t('What differs from {branch}', {branch: one.beside})) : '']], all, {href: (one) => at(name, '', {branch: one.name})})),
    every: 5000,
  }); });
}
