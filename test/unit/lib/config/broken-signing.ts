import { soundConfig } from './a-config.ts';

/** Ways to sign, and to rotate keys, that are none: what breaks the config, the config, and the one problem that is told of it. */
export const brokenSigning: readonly (readonly [string, unknown, string])[] = [
  [
    'a key that rotates every day',
    { ...soundConfig, keyRotationDays: 1 },
    'keyRotationDays: 1 is out of range; write a whole number of days from 7 to 365',
  ],
  [
    'a key that rotates now and then',
    { ...soundConfig, keyRotationDays: 'monthly' },
    "keyRotationDays: 'monthly' is not a number of days; write 7 to 365",
  ],
  [
    'an unknown way to sign',
    { ...soundConfig, signing: 'envelop' },
    "signing: 'envelop' is none of kms, envelope",
  ],
  ['a way to sign that is no text', { ...soundConfig, signing: 5 }, 'signing: 5 is none of kms, envelope'],
  [
    'an algorithm without a mode',
    { ...soundConfig, signing: { algorithm: 'ES256' } },
    'signing.mode: is missing; write it',
  ],
  [
    'an unknown algorithm',
    { ...soundConfig, signing: { mode: 'envelope', algorithm: 'HS256' } },
    "signing.algorithm: 'HS256' is none of RS256, ES256",
  ],
  [
    'an algorithm that KMS is not asked for',
    { ...soundConfig, signing: { mode: 'kms', algorithm: 'ES256' } },
    "signing.algorithm: 'ES256' costs five times as much in mode 'kms'; write mode: 'envelope', or algorithm: 'RS256'",
  ],
  [
    'an unknown field of signing',
    { ...soundConfig, signing: { mode: 'envelope', algorithms: ['ES256'] } },
    "signing.algorithms: is no field; did you mean 'algorithm'?",
  ],
];
