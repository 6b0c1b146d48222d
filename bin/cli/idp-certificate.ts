import * as v from 'valibot';
import type { Command } from './command.ts';
import { UsageError } from './failure.ts';

const made = v.object({
  key: v.string(),
  certificate: v.string(),
  'x5t#S256': v.string(),
  not_after: v.string(),
});

/** `vestibule idp certificate …`: for an identity provider that takes a certificate and no key, such as Entra. */
export const idpCertificateCommand: Command = {
  usage: () => 'idp certificate <id> [--key <name>] [--days <1 to 1095>]',
  summary: () =>
    'make a certificate of the key by which an identity provider is to know the deployment, and print it as PEM',
  kinds: ['idp'],
  options: () => ['key', 'days'],
  run: async ({ operands: [id, ...rest], values: { key, days }, admin, surroundings }) => {
    if (id === undefined || id === '') throw new UsageError('name the idp');
    if (rest.length > 0) throw new UsageError(`${JSON.stringify(rest[0])} is one word too many`);
    if (days !== undefined && !/^[1-9]\d{0,3}$/.test(days)) throw new UsageError('--days takes 1 to 1095');
    const wanted = { ...(key !== undefined && { key }), ...(days !== undefined && { days: Number(days) }) };
    const answer = await admin().send('POST', `idps/${encodeURIComponent(id)}/certificates`, wanted);
    const { certificate, not_after: notAfter, key: name, 'x5t#S256': thumbprint } = v.parse(made, answer);
    // Apart from the certificate, so that `> company.pem` writes that alone.
    surroundings.err(
      [
        `key ${name}, until ${notAfter}, x5t#S256 ${thumbprint}`,
        'Upload it at the provider, write its text in identityProviders[].authentication.certificate, and deploy.',
      ].join('\n'),
    );
    return { text: certificate.trimEnd(), json: answer };
  },
};
