import { defineConfig } from 'vitest/config';

// These start no server, and to load what they import costs more than most of their tests: a worker does it once.
const sharing = ['infrastructure', 'unit/http', 'unit/lib', 'unit/oauth'].map(
  (directory) => `test/${directory}/**/*.test.ts`,
);

export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 90_000,
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    projects: [
      { extends: true, test: { name: 'sharing', include: sharing, isolate: false } },
      {
        extends: true,
        test: {
          name: 'isolated',
          include: ['test/**/*.test.ts'],
          exclude: [...sharing, 'test/peers/**', 'node_modules/**'],
        },
      },
    ],
  },
});
