import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import * as v from 'valibot';
import { Refused, UsageError } from './failure.ts';
import type { Surroundings } from './io.ts';
import type { Values } from './options.ts';
import type { Signing } from './signed-request.ts';

/** The deployment a command talks to, and who signs. */
export interface Target {
  /** The admin API's base, without a trailing slash: `https://auth.example.com/admin`. */
  readonly admin: string;
  readonly signing: Signing;
}

const localFile = v.object({
  endpoints: v.object({ admin: v.pipe(v.string(), v.url()) }),
  aws: v.object({ region: v.string(), access_key_id: v.string(), secret_access_key: v.string() }),
});

export function targetOf(values: Values, surroundings: Surroundings): Target {
  if (values.local === true) {
    if (values.endpoint !== undefined) throw new UsageError('--local and --endpoint exclude each other');
    return localTarget(surroundings);
  }
  const endpoint = values.endpoint ?? surroundings.environment['VESTIBULE_ENDPOINT'];
  if (endpoint === undefined || endpoint === '') {
    throw new UsageError(
      'say which deployment: --endpoint https://… (its IssuerUrl), VESTIBULE_ENDPOINT, or --local for the local run',
    );
  }
  return { admin: `${originOf(endpoint)}/admin`, signing: ambientSigning(values, surroundings, endpoint) };
}

function localTarget({ directory }: Surroundings): Target {
  const file = join('.vestibule', 'endpoints.json');
  let content: v.InferOutput<typeof localFile>;
  try {
    content = v.parse(localFile, JSON.parse(readFileSync(join(directory, file), 'utf8')));
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === 'ENOENT'
        ? 'does not exist'
        : 'is not what a local run writes';
    throw new Refused(`${file} ${why}: start the local run in this directory with \`npm start\``);
  }
  const { access_key_id: accessKeyId, secret_access_key: secretAccessKey, region } = content.aws;
  return {
    admin: content.endpoints.admin.replace(/\/$/, ''),
    signing: { region, credentials: () => Promise.resolve({ accessKeyId, secretAccessKey }) },
  };
}

function originOf(endpoint: string): string {
  const url = URL.parse(endpoint);
  const isLoopback = url?.hostname === 'localhost' || url?.hostname === '127.0.0.1';
  if (url === null || !(url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback))) {
    throw new UsageError(`the endpoint ${JSON.stringify(endpoint)} must be the https URL of the issuer`);
  }
  return url.origin;
}

function ambientSigning(values: Values, { environment }: Surroundings, endpoint: string): Signing {
  const fromHost = /\.execute-api\.([a-z0-9-]+)\.amazonaws\.com/.exec(endpoint)?.[1];
  const region = values.region ?? fromHost ?? environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'];
  if (region === undefined || region === '') {
    throw new UsageError('say in which region the deployment is: --region us-east-1, or AWS_REGION');
  }
  return { region, credentials: defaultProvider() };
}
