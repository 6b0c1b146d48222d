import { canaryReport } from '../spec/support/canary-report.ts';
import type { Part } from './report.ts';

/** Whether a secret of a third party is anywhere, after everything that can happen to it has. */
export const canaries: Part = async (progress) => {
  const { lines, places } = await canaryReport(progress);
  const searched = places.map(({ name, texts }) => `${texts.length} ${name}`).join(', ');
  return [
    ...lines.map(({ provider, vault, planted, borne, handedOut, found }) => ({
      section: 'Canaries: credentials of third parties that stand where nobody may read them',
      what: `${provider}${vault === 'dynamodb' ? '' : `, kept in ${vault}`}: ${planted} planted, ${borne} calls bore one${handedOut === 0 ? '' : `, ${handedOut} handed out`}`,
      ...{ measured: `${found.length} found`, budget: '0', held: found.length === 0 && borne > 0 },
      ...(found.length > 0 && {
        detail: [...new Set(found.map(({ place, form }) => `${form} in ${place}`))].join(', '),
      }),
    })),
    {
      section: 'Canaries: credentials of third parties that stand where nobody may read them',
      ...{ what: 'places searched', measured: String(places.length), detail: searched },
    },
  ];
};
