/** What the state of a thing means to whoever acts on it. */
export interface Standing {
  /** The command that reads it, by its id; without one it is read where it was ordered. */
  readonly read?: string;
  /** States in which the platform works by itself. */
  readonly busy?: readonly string[];
  /** States in which that work ended otherwise than it should. */
  readonly failed?: readonly string[];
  /** By state: the command that obviously comes next, often another person's. `ID` stands for the thing's own id. */
  readonly next?: Readonly<Record<string, string>>;
}

const run = { busy: ['queued', 'running', 'checking'], failed: ['failed', 'cancelled'] };

/** By the name of the view that an act answers with; each state and command here is one that the API has, or a test fails. */
export const standings: Readonly<Record<string, Standing>> = {
  AuthorisationView: {
    next: {
      draft: 'authorisation submit ID',
      submitted: 'review open ID',
      reviewing: 'authorisation vote ID',
      publicised: 'authorisation sign ID',
      returned: 'authorisation submit ID',
      signed: 'authorisation activate ID',
    },
  },
  PartnerView: { next: { reviewing: 'partner vote ID' } },
  ScenarioView: { next: { draft: 'scenario submit ID', submitted: 'scenario vote ID' } },
  ProposalView: { next: { proposed: 'role-proposal confirm ID' } },
  StageBodyView: { next: { proposed: 'stage-body confirm ID' } },
  SeatView: { next: { requested: 'seat grant ID' } },
  CopyView: {
    read: 'dataset-copy read',
    busy: ['received', 'importing'],
    failed: ['failed'],
    next: { received: 'dataset-copy read ID --wait', ready: 'desensitisation-plan propose ID' },
  },
  DesensitisationPlanView: {
    read: 'desensitisation-plan read',
    busy: ['proposing'],
    failed: ['failed'],
    next: {
      proposing: 'desensitisation-plan read ID --wait',
      draft: 'desensitisation-plan approve ID',
      approved: 'desensitisation-run order',
    },
  },
  LossPreviewView: { busy: ['measuring'], failed: ['failed'] },
  DesensitisationRunView: { ...run, read: 'desensitisation-run read', next: { queued: 'desensitisation-run read ID --wait' } },
  CodeSubmissionView: { next: { submitted: 'code-submission review ID', reviewed: 'code-run order' } },
  CodeRunView: { ...run, read: 'code-run read', next: { queued: 'code-run read ID --wait' } },
  ExportRequestView: {
    read: 'export-request read',
    busy: ['quarantined', 'checking'],
    failed: ['blocked'],
    next: { draft: 'export-request submit ID', quarantined: 'export-request read ID --wait', approved: 'export-request release ID' },
  },
  DomainView: {
    read: 'domain read',
    busy: ['requested', 'provisioning'],
    failed: ['degraded'],
    next: { requested: 'domain read ID --wait' },
  },
  RevocationView: { read: 'revocation read', busy: ['cutting'], next: { cutting: 'revocation read ID --wait' } },
  TerminationView: {
    read: 'termination read',
    busy: ['destroying', 'verifying'],
    failed: ['pending'],
    next: { opened: 'termination confirm ID', destroying: 'termination read ID --wait' },
  },
};

/** A read may answer with more than the acts do. */
const aliases: Readonly<Record<string, string>> = { TerminationDetail: 'TerminationView', SeatDetail: 'SeatView' };

export const standingOf = (view: string | undefined): Standing | undefined =>
  view === undefined ? undefined : standings[aliases[view] ?? view];

/** The state and the id of an answer, where it has them. */
export function stateIn(answer: unknown): { readonly state: string; readonly id: string | undefined } | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  const { state, id } = answer as { readonly state?: unknown; readonly id?: unknown };
  return typeof state === 'string' ? { state, id: typeof id === 'string' ? id : undefined } : undefined;
}

/** The command that comes next after an act, ready to be typed; nothing where none is obvious. */
export function nextStep(view: string | undefined, answer: unknown): string | undefined {
  const found = stateIn(answer);
  const command = found === undefined ? undefined : standingOf(view)?.next?.[found.state];
  if (command === undefined) return undefined;
  return `opdomain ${command.replace(/\bID\b/, found?.id ?? '<id>')}`;
}
