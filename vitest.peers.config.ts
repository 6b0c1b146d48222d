import { defineConfig } from 'vitest/config';

/**
 * Where moto is known not to answer as AWS does, by test name: it answers an invalid signature without an exception,
 * takes digests of any length, has no disabled keys and no Ed25519, and leaves AWSCURRENT in place of UpdateSecretVersionStage.
 */
const motoDeviations = [
  'signs what node:crypto verifies, with every algorithm, from a message and from its digest',
  'signs with Ed25519',
  'refuses a digest of the wrong length and an algorithm of another key',
  'signs only while the key is enabled',
  'keeps a pending value apart until its stage is moved',
];

/** `npm run test:peers`: the contract of the AWS stand-ins on moto, and clients that are not JavaScript. */
export default defineConfig({
  test: {
    include: ['test/peers/**/*.test.ts', 'test/contract/aws/**/*.test.ts'],
    testNamePattern: new RegExp(`^(?!.*(?:${motoDeviations.join('|')})).*$`),
    globalSetup: ['test/support/global-setup.ts', 'test/peers/moto.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 90_000,
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
  },
});
