const shared = {
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        jsc: {
          target: 'es2024',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: true },
          keepClassNames: true,
        },
        module: { type: 'es6' },
      },
    ],
  },
};
const ring = (displayName, testMatch, more = {}) => ({ ...shared, displayName, testMatch, ...more });

export default {
  projects: [
    ring('unit', [
      '<rootDir>/libs/**/*.spec.ts',
      '<rootDir>/apps/**/*.spec.ts',
      '<rootDir>/deploy/**/*.spec.ts',
      '<rootDir>/test/faults/**/*.spec.ts',
    ]),
    ring('architecture', ['<rootDir>/test/architecture/**/*.spec.ts']),
    ring('medium', ['<rootDir>/test/medium/**/*.medium.spec.ts']),
    ring('cluster', ['<rootDir>/test/cluster/**/*.cluster.spec.ts']),
    ring('e2e', ['<rootDir>/test/e2e/**/*.e2e.spec.ts']),
  ],
  testTimeout: 120_000,
};
