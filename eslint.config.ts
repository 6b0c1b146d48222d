import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** One home each: runtime/clock.ts, runtime/random.ts, runtime/environment.ts, runtime/log.ts, adapters/upstream. */
const impureGlobals = [
  { object: 'Date', property: 'now', message: 'Take `now` as a value; the clock lives in runtime/clock.ts.' },
  { object: 'Math', property: 'random', message: 'Randomness lives in runtime/random.ts.' },
  { object: 'process', property: 'env', message: 'The environment is read in runtime/environment.ts.' },
];

export default defineConfig(
  { ignores: ['node_modules', 'dist', 'cdk.out', '.vestibule', '**/*.cjs', 'bin/cli.js'] },
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      complexity: ['error', 12],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
        { selector: 'TSEnumDeclaration', message: 'Use a union of literals.' },
      ],
    },
  },
  {
    files: ['lambdas/**/*.ts'],
    rules: {
      'no-restricted-properties': ['error', ...impureGlobals],
      'no-restricted-globals': [
        'error',
        { name: 'fetch', message: 'Outbound HTTP goes through the guarded fetcher in adapters/upstream.' },
        { name: 'console', message: 'Log through runtime/log.ts.' },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
        {
          selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
          message: 'Take `now` as a value.',
        },
      ],
    },
  },
  {
    files: [
      'lambdas/runtime/{clock,random,environment,log}.ts',
      'lambdas/resource-server/**/*.ts',
      'lambdas/agent/**/*.ts',
      // It asks its own issuer alone, from outside.
      'lambdas/functions/canary/checks.ts',
    ],
    rules: {
      'no-restricted-properties': 'off',
      'no-restricted-globals': 'off',
      'no-restricted-syntax': 'off',
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    files: ['eslint.config.ts', 'vitest*.config.ts', 'vestibule.config.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
);
