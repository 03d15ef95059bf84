/** Every sentence of the house about rooms, doors and direction, as a rule. Each is broken once on purpose in test/architecture. */
const contexts = [
  'identity',
  'authorisations',
  'domains',
  'seats',
  'runs',
  'datasets',
  'desensitisation',
  'coderuns',
  'exports',
  'terminations',
  'audit',
  'networklogs',
  'metering',
  'oversight',
];
const sinks = ['audit', 'metering', 'networklogs'];
/** Upstream first; contexts on one line know nothing of each other. */
const order = [
  ['identity'],
  ['authorisations'],
  ['datasets', 'domains'],
  ['seats'],
  ['runs'],
  ['desensitisation', 'coderuns'],
  ['exports'],
  ['terminations'],
  ['oversight'],
];
const any = (names) => `(${names.join('|')})`;
const room = (name) => `^libs/[^/]+/${name}/`;
/** Libraries that only compute: what goes in decides what comes out. */
const pureLibraries = ['node_modules/(zod|csv-parse|file-type|sm-crypto-v2|@humanwhocodes/momoa)/', '^(node:)?(crypto|stream)$'];
const specs = '\\.spec\\.ts$';

const direction = order.flatMap((here, floor) =>
  here.map((context) => ({
    name: `direction-${context}`,
    comment:
      'design: kernel < platform < identity < authorisations < datasets, domains < seats < runs < desensitisation, coderuns < exports < terminations < oversight',
    severity: 'error',
    from: { path: `^libs/${context}/` },
    to: { path: `^libs/${any([...order.slice(floor + 1).flat(), ...here.filter((other) => other !== context), ...sinks])}/` },
  })),
);

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'kernel-has-no-dependency',
      severity: 'error',
      from: { path: '^libs/kernel/', pathNot: specs },
      to: { pathNot: ['^libs/kernel/', '^(node:)?crypto$'] },
    },
    {
      name: 'platform-knows-no-context',
      severity: 'error',
      from: { path: '^libs/platform/' },
      to: { path: [`^libs/${any(contexts)}/`, '^apps/', '^deploy/'] },
    },
    {
      name: 'libs-know-no-app',
      severity: 'error',
      from: { path: '^libs/', pathNot: specs },
      to: { path: ['^apps/', '^test/', '^deploy/'] },
    },
    {
      name: 'domain-is-pure',
      comment:
        'no Nest, TypeORM, kube, env, clock, file or network in a domain room; other contexts only through their contracts or pure exports',
      severity: 'error',
      from: { path: room('domain'), pathNot: specs },
      to: {
        pathNot: [
          '^libs/kernel/',
          room('domain'),
          '/contract\\.ts$',
          '^libs/[^/]+/index\\.ts$',
          '^libs/platform/http/schemas\\.ts$',
          ...pureLibraries,
        ],
      },
    },
    {
      name: 'domain-keeps-to-its-context',
      severity: 'error',
      from: { path: '^libs/([^/]+)/domain/', pathNot: specs },
      to: {
        path: '^libs/([^/]+)/(domain|application|persistence|http|jobs|reconcile|manifests)/',
        pathNot: ['^libs/$1/(domain)/', '^libs/platform/http/schemas\\.ts$'],
      },
    },
    {
      name: 'manifests-are-pure',
      severity: 'error',
      from: { path: room('manifests'), pathNot: specs },
      to: {
        pathNot: [
          '^libs/kernel/',
          room('manifests'),
          room('domain'),
          '^libs/platform/kube/',
          'node_modules/@kubernetes/client-node/',
          '^libs/[^/]+/index\\.ts$',
        ],
      },
    },
    {
      name: 'doors-only',
      comment: 'another library is entered by index.ts or contract.ts',
      severity: 'error',
      from: { path: '^libs/([^/]+)/', pathNot: '^libs/platform/' },
      to: { path: '^libs/[^/]+/', pathNot: ['^libs/$1/', '^libs/[^/]+/(index|contract|offline)\\.ts$', '^libs/platform/'] },
    },
    {
      name: 'platform-doors-only',
      severity: 'error',
      from: { path: '^(libs/(?!platform/)|apps/|deploy/|test/)', pathNot: specs },
      to: {
        path: '^libs/platform/',
        pathNot: [
          '^libs/platform/[^/]+/index\\.ts$',
          '^libs/platform/database/persistence\\.ts$',
          '^libs/platform/http/schemas\\.ts$',
          '^libs/platform/keys/key-file\\.ts$',
        ],
      },
    },
    {
      name: 'ports-enter-each-other-by-doors',
      severity: 'error',
      from: { path: '^libs/platform/([^/]+)/', pathNot: specs },
      to: {
        path: '^libs/platform/[^/]+/',
        pathNot: ['^libs/platform/$1/', '^libs/platform/[^/]+/index\\.ts$', '^libs/platform/database/persistence\\.ts$'],
      },
    },
    {
      name: 'apps-enter-by-doors',
      severity: 'error',
      from: { path: '^(apps|deploy)/' },
      to: { path: `^libs/${any(contexts)}/`, pathNot: '^libs/[^/]+/(index|contract|offline)\\.ts$' },
    },
    {
      name: 'contract-is-zod-only',
      severity: 'error',
      from: { path: '^libs/[^/]+/contract\\.ts$' },
      to: {
        pathNot: ['node_modules/zod/', '^libs/kernel/', '/contract\\.ts$', '^libs/platform/http/schemas\\.ts$', '^libs/[^/]+/domain/'],
      },
    },
    {
      name: 'entity-manager-in-persistence-only',
      comment: 'DataSource and EntityManager are banned outside platform and persistence',
      severity: 'error',
      from: { path: '^(libs|apps)/', pathNot: ['^libs/platform/', '^libs/[^/]+/persistence/', '^apps/composition/', specs] },
      to: { path: ['node_modules/(typeorm|@nestjs/typeorm|pg)/', '^libs/platform/database/persistence\\.ts$'] },
    },
    {
      name: 'http-and-jobs-go-through-application',
      severity: 'error',
      from: { path: ['^libs/[^/]+/http/', '^libs/[^/]+/jobs/'], pathNot: specs },
      to: { path: room('persistence') },
    },
    {
      name: 'application-knows-no-http',
      severity: 'error',
      from: { path: room('application'), pathNot: specs },
      to: { path: ['^libs/[^/]+/(http|jobs|reconcile)/'], pathNot: '^libs/platform/' },
    },
    {
      name: 'persistence-is-at-the-bottom',
      severity: 'error',
      from: { path: room('persistence'), pathNot: specs },
      to: { path: '^libs/[^/]+/(http|jobs|reconcile|application)/', pathNot: '^libs/platform/' },
    },
    ...direction,
    ...sinks.map((sink) => ({
      name: `sink-${sink}-imports-no-context`,
      severity: 'error',
      from: { path: `^libs/${sink}/`, pathNot: specs },
      to: { path: `^libs/${any(contexts.filter((other) => other !== sink))}/` },
    })),
    {
      name: 'sinks-are-imported-by-none',
      severity: 'error',
      from: { path: '^libs/', pathNot: `^libs/${any(sinks)}/` },
      to: { path: `^libs/${any(sinks)}/` },
    },
    {
      name: 'no-names-that-say-nothing',
      severity: 'error',
      from: {},
      to: { path: '^(libs|apps|deploy|test)/.*/(utils?|helpers?|common|manager|base|misc)(\\.ts|/)' },
    },
    {
      name: 'offline-verify-loads-neither-nest-nor-typeorm',
      severity: 'error',
      from: { path: '^libs/audit/offline\\.ts$' },
      to: { path: 'node_modules/(@nestjs|typeorm)/', reachable: true },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
  },
};
