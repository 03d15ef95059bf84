import type { GateAnswer, Instant, PathCut, PathName } from '#kernel';

/** Paths that this version cuts and probes; what an installation's receipts must have, unless it is configured otherwise. */
export const implementedPaths = [
  'api-tokens',
  'transfers',
  'workspace-pods',
  'cluster-bindings',
  'download-links',
  'queued-jobs',
  'running-jobs',
] as const satisfies readonly PathName[];

/** A row for each replica that was asked with canaries. @param cutAt since when nothing passed there; a lost lease has its own end */
export const gateRows = (path: PathName, answers: readonly GateAnswer[], cutAt: (answer: GateAnswer) => Instant): PathCut[] =>
  answers.map((answer) => ({
    path,
    object: `replica/${answer.replica}`,
    cutAt: answer.closedBy === 'lease-expired' ? answer.at : cutAt(answer),
    closedBy: answer.closedBy,
    probe: {
      how: 'GET /api/v1/canary with the epochs of before the cut, and a control of a scope that was not cut',
      answer: answer.answer,
      refused: answer.refused,
      before: answer.before,
      at: answer.at,
    },
  }));
