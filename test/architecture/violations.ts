/** One deliberate violation of each rule of the house: files of a small tree of its own in which that rule must be reported. */
export interface Violation {
  readonly rule: string;
  readonly files: Readonly<Record<string, string>>;
}

const a = 'export const a = 1;\n';
const importing = (from: string): string => `import { a } from '${from}';\nexport const b = a;\n`;
const taking = (name: string): string => `import * as thing from '${name}';\nexport const b = thing;\n`;

const upstreamFirst = [
  'identity',
  'authorisations',
  'datasets',
  'seats',
  'runs',
  'desensitisation',
  'exports',
  'terminations',
  'oversight',
];
const nextAfter: Readonly<Record<string, string>> = {
  ...Object.fromEntries(upstreamFirst.slice(0, -1).map((context, index) => [context, upstreamFirst[index + 1] ?? ''])),
  domains: 'datasets',
  coderuns: 'desensitisation',
  oversight: 'audit',
};

export const violations: readonly Violation[] = [
  {
    rule: 'no-circular',
    files: {
      'libs/kernel/x.ts': importing('./y.js').replace('const b', 'const a'),
      'libs/kernel/y.ts': "import { a as z } from './x.js';\nexport const a = z;\n",
    },
  },
  { rule: 'resolvable', files: { 'libs/kernel/x.ts': importing('./nowhere.js') } },
  { rule: 'kernel-has-no-dependency', files: { 'libs/kernel/x.ts': taking('zod') } },
  { rule: 'platform-knows-no-context', files: { 'libs/platform/http/x.ts': importing('../../seats/index.js'), 'libs/seats/index.ts': a } },
  { rule: 'libs-know-no-app', files: { 'libs/seats/x.ts': importing('../../apps/api/app.js'), 'apps/api/app.ts': a } },
  { rule: 'domain-is-pure', files: { 'libs/seats/domain/x.ts': taking('typeorm') } },
  {
    rule: 'domain-keeps-to-its-context',
    files: { 'libs/seats/domain/x.ts': importing('../application/y.js'), 'libs/seats/application/y.ts': a },
  },
  { rule: 'manifests-are-pure', files: { 'libs/seats/manifests/x.ts': taking('node:fs') } },
  { rule: 'doors-only', files: { 'libs/seats/application/x.ts': importing('../../identity/domain/y.js'), 'libs/identity/domain/y.ts': a } },
  {
    rule: 'platform-doors-only',
    files: { 'libs/seats/application/x.ts': importing('../../platform/http/y.js'), 'libs/platform/http/y.ts': a },
  },
  {
    rule: 'ports-enter-each-other-by-doors',
    files: { 'libs/platform/http/x.ts': importing('../queue/y.js'), 'libs/platform/queue/y.ts': a },
  },
  {
    rule: 'apps-enter-by-doors',
    files: { 'apps/api/x.ts': importing('../../libs/seats/application/y.js'), 'libs/seats/application/y.ts': a },
  },
  { rule: 'contract-is-zod-only', files: { 'libs/seats/contract.ts': taking('@nestjs/common') } },
  { rule: 'entity-manager-in-persistence-only', files: { 'libs/seats/application/x.ts': taking('typeorm') } },
  {
    rule: 'http-and-jobs-go-through-application',
    files: { 'libs/seats/http/x.ts': importing('../persistence/y.js'), 'libs/seats/persistence/y.ts': a },
  },
  { rule: 'application-knows-no-http', files: { 'libs/seats/application/x.ts': importing('../http/y.js'), 'libs/seats/http/y.ts': a } },
  {
    rule: 'persistence-is-at-the-bottom',
    files: { 'libs/seats/persistence/x.ts': importing('../application/y.js'), 'libs/seats/application/y.ts': a },
  },
  ...Object.entries(nextAfter).map(([context, downstream]) => ({
    rule: `direction-${context}`,
    files: { [`libs/${context}/application/x.ts`]: importing(`../../${downstream}/index.js`), [`libs/${downstream}/index.ts`]: a },
  })),
  ...['audit', 'metering', 'networklogs'].map((sink) => ({
    rule: `sink-${sink}-imports-no-context`,
    files: { [`libs/${sink}/x.ts`]: importing('../identity/index.js'), 'libs/identity/index.ts': a },
  })),
  { rule: 'sinks-are-imported-by-none', files: { 'libs/exports/x.ts': importing('../metering/index.js'), 'libs/metering/index.ts': a } },
  { rule: 'no-names-that-say-nothing', files: { 'libs/seats/domain/x.ts': importing('./utils.js'), 'libs/seats/domain/utils.ts': a } },
  {
    rule: 'offline-verify-loads-neither-nest-nor-typeorm',
    files: { 'libs/audit/offline.ts': importing('./y.js'), 'libs/audit/y.ts': taking('@nestjs/common').replace('const b', 'const a') },
  },
];
