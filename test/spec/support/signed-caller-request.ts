import { SignatureV4 } from '@smithy/signature-v4';
import type { Credentials } from './signed-fetch.ts';
import { Sha256 } from './signed-fetch.ts';

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
  const { credentials } = options;
  const signer = new SignatureV4({ credentials, region: 'us-east-1', service: 'sts', sha256: Sha256 });
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
