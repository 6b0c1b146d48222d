import { defineConfig } from 'vitest/config';

// To load what these import costs more than most of their tests: a worker does it once. What keeps them apart
// nevertheless: test/support/leaves-no-trace.ts.
const sharing = ['infrastructure', 'property', 'unit'].map((directory) => `test/${directory}/**/*.test.ts`);

export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Node's own import: it strips types itself, and what it compiled is kept on disk.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    testTimeout: 30_000,
    hookTimeout: 90_000,
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    projects: [
      {
        extends: true,
        test: {
          name: 'sharing',
          include: sharing,
          isolate: false,
          setupFiles: ['test/support/leaves-no-trace.ts'],
        },
      },
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
