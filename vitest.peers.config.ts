import { defineConfig } from 'vitest/config';

/** `npm run test:peers`: the contract of the AWS stand-ins on moto, and clients that are not JavaScript. */
export default defineConfig({
  test: {
    include: ['test/peers/**/*.test.ts', 'test/contract/aws/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts', 'test/peers/moto.ts'],
    setupFiles: ['test/peers/moto-deviations.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 90_000,
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
  },
});
