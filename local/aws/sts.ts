import { AwsError, type Service, unknownOperation } from './service.ts';

/** Security Token Service: who am I. It needs no permission. Its protocol is Query: a form in, XML out. */
export const sts: Service = {
  prefix: 'sts',
  throttled: new AwsError('Throttling', 'Rate exceeded'),
  unavailable: new AwsError('InternalFailure', 'The request processing has failed.', 500),
  requirements: (operation) => {
    if (operation !== 'GetCallerIdentity') throw unknownOperation();
    return Promise.resolve([]);
  },
  handle: (_operation, _input, { arn, account }) => {
    const result = `<Arn>${escapeXml(arn)}</Arn><UserId>${account}</UserId><Account>${account}</Account>`;
    const body = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>${result}</GetCallerIdentityResult></GetCallerIdentityResponse>`;
    return Promise.resolve({ status: 200, body });
  },
};

export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
