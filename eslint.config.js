import eslint from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

const bareDate = {
  selector: "MemberExpression[object.object.name='z'][object.property.name='iso'][property.name=/^(date|datetime)$/]",
  message: 'day, month and instant of #platform/http/schemas are the shapes of dates: their years are bounded.',
};

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/', '**/*.cjs', '**/*.mjs', '*.js'] },
  eslint.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-explicit-any': 'error',
      // Entities are plain rows: an object literal of their shape is one.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      'max-lines': ['error', { max: 400 }],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Configuration is parsed once, by one schema.' },
      ],
      'no-restricted-syntax': [
        'error',
        bareDate,
        { selector: "CallExpression[callee.name='forwardRef']", message: 'forwardRef is banned: the direction of the house is wrong.' },
        { selector: 'TSEnumDeclaration', message: 'Use a union of literals.' },
        {
          selector: "NewExpression[callee.name='Refusal']",
          message: 'refuse() of the own catalogue makes a refusal: there its code is typed.',
        },
      ],
    },
  },
  { files: ['apps/composition/**', 'apps/cli/**', 'deploy/**', 'test/**'], rules: { 'no-restricted-properties': 'off' } },
  // The shapes themselves, and messages between our own processes.
  {
    files: ['libs/platform/http/schemas.ts', 'libs/platform/http/canaries.ts', 'libs/platform/database/sink-events.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  { files: ['libs/kernel/kernel-refusals.ts', '**/*.spec.ts', 'test/**'], rules: { 'no-restricted-syntax': 'off' } },
  {
    files: ['libs/*/domain/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-globals': ['error', 'process', 'fetch', 'setTimeout', 'setInterval', 'performance'],
      'no-restricted-syntax': [
        'error',
        bareDate,
        {
          selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
          message: 'The domain is handed its instants.',
        },
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'The domain is handed its instants.' },
        {
          selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
          message: 'The domain has no chance in it.',
        },
        {
          selector: "NewExpression[callee.name='Refusal']",
          message: 'refuse() of the own catalogue makes a refusal: there its code is typed.',
        },
      ],
    },
  },
  {
    files: ['**/*.spec.ts', 'test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
    },
  },
  prettier,
);
