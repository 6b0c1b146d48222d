import { STSClient } from '@aws-sdk/client-sts';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Credentials } from './signed-fetch.ts';

const body = 'Action=GetCallerIdentity&Version=2011-06-15';

/** What a client sends as its assertion: a request to sts:GetCallerIdentity, signed and not sent. */
export async function signedCallerRequest(options: {
  readonly credentials: Credentials;
  /** Of the STS endpoint. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly at: Date;
  readonly body?: string;
}): Promise<{ readonly url: string; readonly headers: Readonly<Record<string, string>> }> {
  const url = new URL(options.endpoint);
  // As the README has it.
  const { credentials, sha256 } = new STSClient({ region: 'us-east-1', credentials: options.credentials })
    .config;
  const signer = new SignatureV4({ credentials, sha256, region: 'us-east-1', service: 'sts' });
  const { headers } = await signer.sign(
    {
      ...{ method: 'POST', protocol: url.protocol, hostname: url.hostname, path: '/', query: {} },
      headers: {
        host: url.host,
        'content-type': 'application/x-www-form-urlencoded',
        ...options.headers,
      },
      body: options.body ?? body,
    },
    { signingDate: options.at },
  );
  return { url: url.href, headers };
}
