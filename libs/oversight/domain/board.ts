/**
 * One number of the board, as what is asked of a published view. `opens` is the route that shows a record by its id; a number that
 * nobody can open is not on the board (ADM-11).
 */
export interface BoardNumber {
  readonly name: string;
  readonly zh: string;
  readonly en: string;
  /** Published view or platform table; where the composition has it not, the number has no source and says so. */
  readonly relation: string;
  /** SQL condition over the relation. */
  readonly where: string;
  /** Column that the number is broken down by. */
  readonly by?: string;
  /** Column with the id that `opens` takes. */
  readonly id: string;
  readonly opens: string;
  /** Column with the time since when the oldest record waits. */
  readonly since?: string;
  /** Column with the agreement by which it is decided whose number it is; without one only platform-wide roles see it. */
  readonly agreement?: string;
}

const today = `(now() AT TIME ZONE 'Asia/Shanghai')::date`;

export const boardNumbers: readonly BoardNumber[] = [
  {
    name: 'authorisations',
    zh: '授权（按状态）',
    en: 'Authorisations by state',
    relation: 'authorisations.v_authorisations',
    where: 'true',
    by: 'state',
    id: 'id',
    opens: '/authorisations/:id',
    agreement: 'id',
  },
  {
    name: 'authorisation-reviews',
    zh: '待评审的授权申请',
    en: 'Applications that wait for review',
    relation: 'authorisations.v_authorisations',
    where: `state IN ('submitted', 'reviewing', 'publicised')`,
    by: 'state',
    id: 'id',
    opens: '/authorisations/:id',
    agreement: 'id',
  },
  {
    name: 'scenarios-stopped',
    zh: '已紧急停止的场景',
    en: 'Scenarios stopped from inside',
    relation: 'authorisations.v_scenarios',
    where: 'stopped AND ended_at IS NULL',
    id: 'id',
    opens: '/scenarios/:id',
    agreement: 'authorisation_id',
  },
  {
    name: 'code-reviews',
    zh: '待审查的代码',
    en: 'Code that waits for review',
    relation: 'coderuns.v_submissions',
    where: `state = 'submitted'`,
    id: 'id',
    opens: '/code-submissions/:id',
    since: 'created_at',
    agreement: 'authorisation_id',
  },
  {
    name: 'export-reviews',
    zh: '待审核与待放行的导出',
    en: 'Exports that wait for review or release',
    relation: 'exports.v_export_requests',
    where: `state IN ('in-review', 'approved')`,
    by: 'state',
    id: 'id',
    opens: '/export-requests/:id',
    since: 'submitted_at',
    agreement: 'authorisation_id',
  },
  {
    name: 'suspensions',
    zh: '未结的暂停',
    en: 'Open suspensions',
    relation: 'authorisations.v_suspensions',
    where: `state IN ('imposed', 'rectifying', 'overdue')`,
    by: 'state',
    id: 'id',
    opens: '/suspensions/:id',
    since: 'imposed_at',
    agreement: 'authorisation_id',
  },
  {
    name: 'deadlines-overdue',
    zh: '已逾期的期限',
    en: 'Deadlines that have passed',
    relation: 'authorisations.v_deadlines',
    where: `due < ${today} AND receipt_number IS NULL`,
    by: 'kind',
    id: 'authorisation_id',
    opens: '/authorisations/:id',
    agreement: 'authorisation_id',
  },
  {
    name: 'rectifications-overdue',
    zh: '逾期未完成的整改',
    en: 'Rectifications past their deadline',
    relation: 'authorisations.v_suspensions',
    where: `state IN ('imposed', 'rectifying', 'overdue') AND due < ${today}`,
    id: 'id',
    opens: '/suspensions/:id',
    agreement: 'authorisation_id',
  },
  {
    name: 'domains',
    zh: '运营域（按状态）',
    en: 'Operation domains by state',
    relation: 'domains.v_operation_domains',
    where: 'true',
    by: 'state',
    id: 'id',
    opens: '/operation-domains/:id',
    agreement: 'authorisation_id',
  },
  {
    name: 'seats',
    zh: '席位（按状态）',
    en: 'Seats by state',
    relation: 'seats.v_seats',
    where: `state NOT IN ('revoked', 'refused')`,
    by: 'state',
    id: 'id',
    opens: '/seats/:id',
    agreement: 'authorisation_id',
  },
  {
    name: 'terminations',
    zh: '未完成的终止',
    en: 'Terminations that are not certified',
    relation: 'terminations.v_terminations',
    where: `state <> 'certified'`,
    by: 'state',
    id: 'id',
    opens: '/terminations/:id',
    agreement: 'authorisation_id',
  },
  {
    name: 'unpriced-use',
    zh: '未定价的用量',
    en: 'Use without a price',
    relation: 'metering.v_unpriced',
    where: 'true',
    by: 'item',
    id: 'id',
    opens: '/charges?unpriced=true',
    since: 'used_at',
    agreement: 'authorisation_id',
  },
  {
    name: 'work-failing',
    zh: '反复失败或等待的任务',
    en: 'Work that keeps failing or waits for what is away',
    relation: 'platform.work',
    where: `state IN ('due', 'leased') AND (attempts >= 5 OR waits_for IS NOT NULL)`,
    by: 'name',
    id: 'id',
    opens: '/work?failing=true',
    since: 'created_at',
  },
  {
    name: 'work-given-up',
    zh: '已放弃的任务',
    en: 'Work that was given up; what it was for has ended',
    relation: 'platform.work',
    where: `state = 'dead'`,
    by: 'name',
    id: 'id',
    opens: '/work?state=dead',
    since: 'finished_at',
  },
  {
    name: 'audit-unsealed',
    zh: '尚未入树的审计记录',
    en: 'Audit entries that are not in the tree yet',
    relation: 'platform.journal',
    where: 'index IS NULL',
    id: 'id',
    opens: '/audit-entries/:id',
    since: 'recorded_at',
  },
];

/** What was counted, of one number. */
export interface Count {
  readonly value: number;
  readonly by: Readonly<Record<string, number>>;
  /** Ids of the newest records, at most 50: what `opens` is called with. */
  readonly ids: readonly string[];
  readonly since: string | null;
}

/**
 * `fresh`: read for this answer. `stale`: the source does not answer now; the last reading with its age. `no-source`: never read, so
 * there is no value; a zero would be a lie.
 */
