import type { NoAnswer } from '../../../ports/diagnosis.ts';

/** Why there was no answer, by the code of the system error that a connection ended in. */
export function noAnswerOf(code: string | undefined): NoAnswer {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'name_unknown';
  const isTls = /^(?:CERT_|ERR_TLS|ERR_SSL|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|EPROTO)/;
  return isTls.test(code ?? '') ? 'tls' : 'unreachable';
}
