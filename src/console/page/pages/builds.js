// Builds: of a project or of all; one build with its phases on a time line, why it failed, and its log as it comes.
import {aws, list} from '../core/aws.js';
import {h, paint, put} from '../core/dom.js';
import {why} from '../core/explain.js';
import {follow, logView} from '../core/log.js';
import {watch} from '../core/page.js';
import {t} from '../core/words.js';
import {ago, badge, button, card, code, empty, facts, moment, mood, say, span, table, title, trouble} from '../core/ui.js';

const at = (id) => `#/builds/${encodeURIComponent(id)}`;
const OVER = (build) => build.buildStatus !== 'IN_PROGRESS';

export function open({room, live, parts, query}) {
  return parts[0] ? openBuild(room, live, parts[0], query) : openList(room, live, query.get('project'));
}

async function load(project) {
  const ids = list((await (project ? aws('codebuild', 'ListBuildsForProject', {projectName: project}) : aws('codebuild', 'ListBuilds', {}))).ids);
  return ids.length ? list((await aws('codebuild', 'BatchGetBuilds', {ids: ids.slice(0, 100)})).builds) : [];
}

function openList(room, live, project) {
  const start = (name) => button(t('Start build'), async () => {
    const {build} = await aws('codebuild', 'StartBuild', {projectName: name});
    location.hash = at(build.id);
  }, {kind: 'small', key: 'start-' + name});
  return watch(room, live, {
    head: title(project || t('Builds'), {trail: project ? [[t('Builds'), '#/builds']] : []}),
    load: async () => ({builds: await load(project), projects: project ? [project] : list((await aws('codebuild', 'ListProjects', {})).projects)}),
    view: ({builds, projects}) => [
      card(t('Projects'), table([[t('Project'), (name) => name], ['', (name) => start(name), {class: 'num'}]], projects, {href: (name) => `#/builds?project=${encodeURIComponent(name)}`, none: t('There is no project yet.')})),
      card(t('Builds'), table([[t('Build'), (one) => `${one.projectName} #${one.buildNumber}`], [t('State'), (one) => badge(one.buildStatus)], [t('Phase'), (one) => one.currentPhase],
        [t('Started by'), (one) => h('span', {class: 'wrap'}, one.initiator)], [t('Started'), (one) => ago(one.startTime)], [t('Took'), (one) => span(one.startTime, one.endTime), {class: 'num'}]],
      builds, {href: (one) => at(one.id), none: t('Nothing was built yet.')}))],
  });
}

function timeLine(build) {
  const phases = list(build.phases).filter((one) => one.phaseType !== 'COMPLETED');
  const began = moment(build.startTime), ended = moment(build.endTime) || new Date();
  const part = (from, to) => Math.max(0, to - from) / Math.max(1, ended - began) * 100;
  return h('div', {class: 'phases'}, phases.map((phase) => {
    const from = moment(phase.startTime), to = moment(phase.endTime) || ended, status = phase.phaseStatus || 'IN_PROGRESS', why = list(phase.contexts).map((one) => one.message).filter(Boolean).join(' ');
    return h('div', {class: `phase ${mood(status)}`},
      h('span', {}, phase.phaseType),
      h('span', {class: 'track', role: 'img', 'aria-label': status}, h('i', {style: {left: `${Math.min(99, part(began, from))}%`, width: `${part(from, to)}%`}})),
      h('span', {class: 'num'}, span(phase.startTime, phase.endTime)),
      why && mood(status) === 'bad' ? h('p', {}, why) : null);
  }));
}

/** What failed first, and the two ways from there: to the source that it was built of, and back to the pipeline. */
function verdict(build, pipeline) {
  const failed = list(build.phases).find((one) => mood(one.phaseStatus) === 'bad');
  if (!failed) return null;
  const source = build.source || {}, repository = source.type === 'CODECOMMIT' ? source.location.split('/').pop() : null;
  return h('div', {class: 'trouble', role: 'status'}, h('strong', {}, t('{phase} failed.', {phase: failed.phaseType})), h('p', {}, list(failed.contexts).map((one) => one.message).join(' ')),
    h('div', {class: 'bar'}, repository ? h('a', {class: 'button', href: `#/code/${encodeURIComponent(repository)}`}, t('Open the code')) : null,
      pipeline ? h('a', {class: 'button', href: `#/pipelines/${encodeURIComponent(pipeline)}`}, t('Back to the pipeline')) : null));
}

async function openBuild(room, live, id, query) {
  const find = async () => list((await aws('codebuild', 'BatchGetBuilds', {ids: [id]})).builds)[0];
  let build = await find();
  if (!build) return put(room, title(id), empty(t('There is no such build.')));
  const pipeline = query.get('pipeline') || (build.initiator || '').match(/^codepipeline\/(.+)/)?.[1];
  const repositories = pipeline ? await sourceOf(pipeline).catch(() => []) : [];
  const note = h('div', {}), top = h('div', {class: 'room'});
  const view = logView({line: Number(query.get('line')) || 0, href: (line) => `${at(id)}?line=${line}`});
  const log = card(t('Log'), view.node);
  const stop = button(t('Stop'), async () => { await aws('codebuild', 'StopBuild', {id}); live.wake(); }, {kind: 'danger', key: 'stop'});
  put(room, title(`${build.projectName} #${build.buildNumber}`, {trail: [[t('Builds'), '#/builds'], [build.projectName, `#/builds?project=${encodeURIComponent(build.projectName)}`]], actions: [
    stop,
    button(t('Build again'), async () => { const {build: next} = await aws('codebuild', 'RetryBuild', {id}); say(t('Build #{n} has started.', {n: next.buildNumber})); location.hash = at(next.id); }, {key: 'again'})]}), note, top, log);
  live.loop(async () => {
    build = await find();
    stop.hidden = OVER(build);
    paint(note, null, () => null);
    paint(top, [build, OVER(build) ? 0 : Date.now()], () => [
      verdict(build, pipeline),
      repositories.length && mood(build.buildStatus) === 'bad' ? h('div', {class: 'bar'}, repositories.map(([name, branch]) => h('a', {class: 'button', 'data-key': 'mend-' + name, href: `#/code/${encodeURIComponent(name)}?branch=${encodeURIComponent(branch)}`}, t('Mend it in {name}', {name})))) : null,
      mood(build.buildStatus) === 'bad' ? why('build', id, build.buildStatus) : null,
      card(null, facts([t('State'), badge(build.buildStatus)], [t('Source'), code(build.resolvedSourceVersion?.slice(0, 12) || build.sourceVersion || build.source?.type)], [t('Started by'), build.initiator],
        [t('Started'), ago(build.startTime)], [t('Took'), span(build.startTime, build.endTime)], [t('Image'), build.environment?.image])),
      card(t('Phases'), timeLine(build))]);
    return OVER(build) ? false : 1500;
  }, {failed: (error) => paint(note, [error.code, error.message], () => trouble(error))});
  await live.loop(async () => {
    if (build.logs?.groupName && build.logs.streamName) {
      follow(live, view, build.logs.groupName, build.logs.streamName, () => OVER(build));
      return false;
    }
    return OVER(build) ? false : 1000;
  }, {every: 1000});
}

/** Repositories and branches that a pipeline takes its source from. */
async function sourceOf(name) {
  const {pipeline} = await aws('codepipeline', 'GetPipeline', {name});
  return pipeline.stages.flatMap((stage) => stage.actions).filter((one) => one.actionTypeId.provider === 'CodeCommit').map((one) => [one.configuration.RepositoryName, one.configuration.BranchName || 'main']);
}
