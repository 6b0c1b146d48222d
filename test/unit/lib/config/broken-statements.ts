import { peopleConfig } from './broken-people.ts';

const directory = { issuer: 'https://directory.example.com', jwksUri: 'https://directory.example.com/jwks' };

/** A config with one issuer of software statements, changed, and others. */
export function withStatements(change: object, ...others: readonly object[]): unknown {
  const softwareStatements = [{ ...directory, ...change }, ...others];
  return { ...peopleConfig, registration: { softwareStatements } };
}

/** What is wrong with the issuers of software statements, the config, and the one problem that is told of it. */
export const brokenStatements: readonly (readonly [string, unknown, string])[] = [
  [
    'an issuer of software statements with a space',
    withStatements({ issuer: 'the directory' }),
    "registration.softwareStatements[0].issuer: 'the directory' is not an issuer; write the iss of its statements, up to 512 printable characters",
  ],
  [
    'an issuer of software statements whose keys are at plain http',
    withStatements({ jwksUri: 'http://directory.example.com/jwks' }),
    "registration.softwareStatements[0].jwksUri: 'http://directory.example.com/jwks' is not https; serve it over https",
  ],
  [
    'an issuer of software statements twice',
    withStatements({}, directory),
    'registration.softwareStatements: names an issuer twice; once will do',
  ],
  [
    'no issuer of software statements',
    { ...peopleConfig, registration: { softwareStatements: [] } },
    'registration.softwareStatements: names no issuer; leave it out, and statements are ignored',
  ],
  [
    'too many issuers of software statements',
    withStatements({}, ...Array.from({ length: 10 }, (_, at) => ({ ...directory, issuer: `issuer-${at}` }))),
    'registration.softwareStatements: has more than 10 issuers; name those that you rely on',
  ],
];
