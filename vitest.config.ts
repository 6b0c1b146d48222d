import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // To load what the tests import costs more than most of them: a worker does it once. What keeps their files apart
    // nevertheless is the check that none leaves a trace.
    isolate: false,
    setupFiles: ['test/support/leaves-no-trace.ts'],
    // Node's own import: it strips types itself, and what it compiled is kept on disk.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    include: ['test/**/*.test.ts'],
    exclude: ['test/peers/**', 'node_modules/**'],
    testTimeout: 30_000,
    hookTimeout: 90_000,
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
  },
});
