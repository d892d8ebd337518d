// Pipelines: the list, and one pipeline as a graph of stages that is live, with what a person does to it: release, retry, stop, approve,
// hold a transition. What failed is said where it failed, with the way to the build, the deployment or the file.
import {aws, list, pages} from '../core/aws.js';
import {h, svg} from '../core/dom.js';
import {why} from '../core/explain.js';
import {save} from '../core/files.js';
import {getObject} from '../core/s3.js';
import {watch} from '../core/page.js';
import {t} from '../core/words.js';
import {ago, ask, badge, button, card, code, mood, say, span, table, tabs, title} from '../core/ui.js';

const at = (name, rest = '') => `#/pipelines/${encodeURIComponent(name)}${rest}`;

export function open({room, live, parts, query}) {
  const [name, view] = parts;
  if (!name) return openList(room, live);
  return view === 'history' ? openHistory(room, live, name) : view === 'run' ? openRun(room, live, name, parts[2]) : openGraph(room, live, name, query);
}

function openList(room, live) {
  return watch(room, live, {
    head: title(t('Pipelines')),
    load: async () => Promise.all((await pages('codepipeline', 'ListPipelines', {}, 'pipelines')).map(async (one) => {
      const said = await aws('codepipeline', 'ListPipelineExecutions', {pipelineName: one.name, maxResults: 1}).catch(() => ({}));
      return {name: one.name, type: one.pipelineType, run: list(said.pipelineExecutionSummaries)[0] || {}};
    })),
    view: (all) => card(null, table([[t('Name'), (one) => one.name], [t('State'), (one) => badge(one.run.status, one.run.status || t('never ran'))],
      [t('Revision'), (one) => revisions(one.run)], [t('Started by'), (one) => trigger(one.run.trigger)], [t('Changed'), (one) => ago(one.run.lastUpdateTime)]],
    all, {href: (one) => at(one.name), none: t('There is no pipeline yet.')})),
  });
}

const trigger = (one) => one?.triggerType || '–';
const revisions = (run) => list(run.sourceRevisions).map((one) => h('div', {class: 'wrap'}, code(String(one.revisionId || '').slice(0, 8)), ' ', one.revisionSummary || ''));

function head(name, view, live) {
  return title(name, {trail: [[t('Pipelines'), '#/pipelines']], actions: [
    button(t('Release change'), async () => {
      const {pipelineExecutionId} = await aws('codepipeline', 'StartPipelineExecution', {name});
      say(t('Execution {id} has started.', {id: pipelineExecutionId.slice(0, 8)}));
      live.wake();
    }, {kind: 'main', key: 'release'})]});
}

const views = (name, chosen) => tabs([['', t('Graph')], ['history', t('History')]], chosen, (key) => at(name, key && '/' + key));

function openGraph(room, live, name) {
  return watch(room, live, {
    head: [head(name, '', live), views(name, '')],
    load: async () => {
      const [state, {pipeline}] = await Promise.all([aws('codepipeline', 'GetPipelineState', {name}), aws('codepipeline', 'GetPipeline', {name})]);
      const declared = new Map(pipeline.stages.map((stage) => [stage.name, stage.actions]));
      const stages = list(state.stageStates).map((stage) => ({...stage, declared: declared.get(stage.stageName) || []}));
      await Promise.all(stages.flatMap((stage) => list(stage.actionStates).map(async (action) => {
        if (action.latestExecution?.status === 'Failed') action.cause = await causeOf(stage.declared.find((one) => one.name === action.actionName), action.latestExecution.externalExecutionId);
      })));
      return {pipeline: name, stages};
    },
    view: (state) => [h('div', {class: 'stages', 'data-scroll': 'stages'}, state.stages.map((stage, number) => [number ? joint(name, stage, live) : null, stageBox(name, stage, live)])), failed(state)],
    every: (state) => state.stages.some((stage) => stage.latestExecution?.status === 'InProgress') ? 1500 : 3000,
  });
}

/** Why, where one of the stages has failed. */
function failed(state) {
  const stage = state.stages.find((one) => one.latestExecution?.status === 'Failed');
  return stage ? why('pipeline', state.pipeline, JSON.stringify(stage.actionStates)) : null;
}

const causes = new Map();  // by the id of a build or deployment: what has ended does not change

/** What a build or a deployment itself says of why it failed; nothing where the caller may not see it. */
function causeOf(declared, id) {
  const provider = declared?.actionTypeId.provider;
  if (!id || (provider !== 'CodeBuild' && provider !== 'CodeDeploy')) return undefined;
  if (causes.size > 200) causes.clear();
  if (!causes.has(id)) causes.set(id, (provider === 'CodeBuild' ? causeOfBuild(id) : causeOfDeployment(id)).catch(() => undefined));
  return causes.get(id);
}

async function causeOfBuild(id) {
  const build = list((await aws('codebuild', 'BatchGetBuilds', {ids: [id]})).builds)[0];
  const phase = list(build?.phases).find((one) => mood(one.phaseStatus) === 'bad');
  return phase && `${phase.phaseType}: ${list(phase.contexts).map((one) => one.message).join(' ')}`;
}

async function causeOfDeployment(deploymentId) {
  const ids = list((await aws('codedeploy', 'ListDeploymentTargets', {deploymentId})).targetIds);
  const targets = ids.length ? list((await aws('codedeploy', 'BatchGetDeploymentTargets', {deploymentId, targetIds: ids.slice(0, 25)})).deploymentTargets) : [];
  for (const {instanceTarget: one} of targets) {
    const event = list(one?.lifecycleEvents).find((each) => mood(each.status) === 'bad');
    if (event) return `${one.targetId} · ${event.lifecycleEventName}: ${[event.diagnostics?.scriptName, event.diagnostics?.message].filter(Boolean).join(': ')}`;
  }
  return undefined;
}

/** The arrow into a stage, with the switch that holds it. */
function joint(name, stage, live) {
  const open = stage.inboundTransitionState?.enabled !== false;
  return h('div', {class: open ? 'link' : 'link off', title: stage.inboundTransitionState?.disabledReason},
    svg('svg', {viewBox: '0 0 36 16', 'aria-hidden': 'true'}, svg('path', {d: 'M0 8h32M26 2l6 6-6 6'})),
    button(open ? t('Hold') : t('Let go'), async () => {
      const input = {pipelineName: name, stageName: stage.stageName, transitionType: 'Inbound'};
      if (!open) await aws('codepipeline', 'EnableStageTransition', input);
      else {
        const said = await ask(t('Hold changes before {stage}', {stage: stage.stageName}), [{name: 'reason', label: t('Reason')}], t('Hold'));
        if (!said) return;
        await aws('codepipeline', 'DisableStageTransition', {...input, reason: said.reason || '-'});
      }
      live.wake();
    }, {kind: 'plain small', key: 'hold-' + stage.stageName, title: open ? t('Let no change into {stage}', {stage: stage.stageName}) : stage.inboundTransitionState.disabledReason}));
}

function stageBox(name, stage, live) {
  const run = stage.latestExecution, status = run?.status;
  return h('section', {class: `stage ${mood(status)}`, 'aria-label': stage.stageName},
    h('header', {}, h('h2', {}, stage.stageName), badge(status, status || t('never ran'))),
    list(stage.actionStates).map((action) => actionBox(name, stage, action, live)),
    stageFoot(name, stage, run, live));
}

function stageFoot(name, stage, run, live) {
  const id = run?.pipelineExecutionId;
  if (!id) return null;
  const buttons = [];
  if (run.status === 'Failed') for (const [mode, label] of [['FAILED_ACTIONS', t('Retry')], ['ALL_ACTIONS', t('Retry all')]])
    buttons.push(button(label, async () => {
      await aws('codepipeline', 'RetryStageExecution', {pipelineName: name, stageName: stage.stageName, pipelineExecutionId: id, retryMode: mode});
      say(t('{stage} is tried again.', {stage: stage.stageName}));
      live.wake();
    }, {key: mode + stage.stageName, kind: mode === 'FAILED_ACTIONS' ? 'main small' : 'small'}));
  if (run.status === 'InProgress') buttons.push(button(t('Stop'), async () => {
    const said = await ask(t('Stop this execution?'), [{name: 'reason', label: t('Reason')}, {name: 'how', label: t('How'), kind: [t('wait for actions'), t('abandon actions')]}], t('Stop'), {kind: 'danger'});
    if (!said) return;
    await aws('codepipeline', 'StopPipelineExecution', {pipelineName: name, pipelineExecutionId: id, abandon: said.how === t('abandon actions'), reason: said.reason || undefined});
    live.wake();
  }, {key: 'stop' + stage.stageName, kind: 'danger small'}));
  return h('footer', {}, h('a', {href: at(name, `/run/${id}`), class: 'mono', 'data-key': 'run' + stage.stageName}, id.slice(0, 8)), h('span', {class: 'grow'}), buttons);
}

function actionBox(name, stage, action, live) {
  const run = action.latestExecution || {}, declared = stage.declared.find((one) => one.name === action.actionName);
  const provider = declared?.actionTypeId.provider, failed = run.status === 'Failed';
  const way = wayTo(declared, run, failed, name);
  return h('div', {class: 'action'},
    h('header', {}, h('div', {}, h('h3', {}, action.actionName), h('span', {class: 'soft'}, provider)), badge(run.status, run.status || t('never ran'))),
    action.currentRevision ? h('p', {}, code(action.currentRevision.revisionId.slice(0, 8)), ' ', run.summary) : run.summary ? h('p', {}, run.summary) : null,
    run.errorDetails ? h('p', {class: 'why'}, action.cause || run.errorDetails.message) : null,
    run.lastStatusChange ? h('p', {class: 'soft'}, ago(run.lastStatusChange)) : null,
    way || run.token ? h('div', {class: 'bar'}, way, run.token && run.status === 'InProgress' ? approval(name, stage, action, run, live) : null) : null);
}

/** Where a person looks next: AWS's own link of the action leads to its console, so the page makes its own of the execution's id. */
function wayTo(declared, run, failed, name) {
  const id = run.externalExecutionId, provider = declared?.actionTypeId.provider;
  const link = (href, label) => h('a', {href, class: failed ? 'button' : '', 'data-key': href + declared.name}, label);
  if (provider === 'CodeBuild' && id) return link(`#/builds/${encodeURIComponent(id)}?pipeline=${encodeURIComponent(name)}`, failed ? t('See why') : t('Build'));
  if (provider === 'CodeDeploy' && id) return link(`#/deployments/${id}?pipeline=${encodeURIComponent(name)}`, failed ? t('See why') : t('Deployment'));
  if (provider === 'CodeCommit') return link(`#/code/${encodeURIComponent(declared.configuration.RepositoryName)}?branch=${encodeURIComponent(declared.configuration.BranchName || 'main')}`, t('Code'));
  return null;
}

function approval(name, stage, action, run, live) {
  const answer = (status, label) => button(label, async () => {
    const said = await ask(`${label}: ${action.actionName}`, [{name: 'summary', label: t('Comment'), kind: 'area'}], label, {kind: status === 'Approved' ? 'main' : 'danger'});
    if (!said) return;
    await aws('codepipeline', 'PutApprovalResult', {pipelineName: name, stageName: stage.stageName, actionName: action.actionName, token: run.token, result: {status, summary: said.summary || '-'}});
    live.wake();
  }, {key: status + action.actionName, kind: status === 'Approved' ? 'main small' : 'danger small'});
  return [answer('Approved', t('Approve')), answer('Rejected', t('Reject'))];
}

function openHistory(room, live, name) {
  return watch(room, live, {
    head: [head(name, 'history', live), views(name, 'history')],
    load: () => pages('codepipeline', 'ListPipelineExecutions', {pipelineName: name}, 'pipelineExecutionSummaries', {most: 300}),
    view: (runs) => card(null, table([[t('Execution'), (one) => code(one.pipelineExecutionId.slice(0, 8))], [t('State'), (one) => badge(one.status)], [t('Revision'), revisions],
      [t('Started by'), (one) => trigger(one.trigger)], [t('Started'), (one) => ago(one.startTime)], [t('Took'), (one) => span(one.startTime, one.status === 'InProgress' ? null : one.lastUpdateTime), {class: 'num'}]],
    runs, {href: (one) => at(name, `/run/${one.pipelineExecutionId}`)})),
  });
}

function openRun(room, live, name, id) {
  const artifact = (one) => button(one.name, async () => {
    save(await getObject(one.s3location.bucket, one.s3location.key), `${one.name}.zip`);
  }, {kind: 'small', key: one.name + one.s3location?.key, title: one.s3location ? `s3://${one.s3location.bucket}/${one.s3location.key}` : ''});
  return watch(room, live, {
    head: title(id.slice(0, 8), {trail: [[t('Pipelines'), '#/pipelines'], [name, at(name)], [t('History'), at(name, '/history')]]}),
    load: () => pages('codepipeline', 'ListActionExecutions', {pipelineName: name, filter: {pipelineExecutionId: id}}, 'actionExecutionDetails', {most: 300}),
    view: (actions) => card(t('Actions'), table([[t('Action'), (one) => `${one.stageName} / ${one.actionName}`], [t('State'), (one) => badge(one.status)],
      [t('Said'), (one) => h('span', {class: 'wrap'}, one.output?.executionResult?.externalExecutionSummary || one.output?.executionResult?.errorDetails?.message || '–')],
      [t('Takes'), (one) => list(one.input?.inputArtifacts).map(artifact)], [t('Makes'), (one) => list(one.output?.outputArtifacts).map(artifact)],
      [t('Started'), (one) => ago(one.startTime)], [t('Took'), (one) => span(one.startTime, one.status === 'InProgress' ? null : one.lastUpdateTime), {class: 'num'}]], [...actions].sort((a, b) => a.startTime - b.startTime))),
  });
}
