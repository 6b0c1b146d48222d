import type { MisSetting } from '../mis-settings.ts';
import { setWrong } from './company-directory.ts';
import { answerOf } from './vestibule-command.ts';
import type { Walk } from './walk-context.ts';

/** Some of what the demo company's administrator can get wrong, and the doctor's word for it. */
const findings: readonly (readonly [wrong: MisSetting, finding: RegExp])[] = [
  ['redirect-uri', /✗[^]*\(redirect_uri_refused\)/],
  ['client-secret', /✗[^]*\(client_secret_refused\)/],
  ['clock', /✗[^]*\(clock_skew\)/],
];

/** An administrator asks what is wrong at the identity provider, and whether it is mended. */
export async function doctor({ endpoints, report, undoLater }: Walk): Promise<void> {
  report.step('The doctor looks at the identity provider, and says which setting to change');
  const have = (wrong: MisSetting): Promise<void> => setWrong(endpoints, wrong);
  const ask = async (promise: string, expected: RegExp, code: number): Promise<void> => {
    const said = await answerOf(report, 'idp', 'doctor', 'demo');
    report.check(promise, expected, said.out);
    report.check(`it exits ${code}`, code, said.code);
  };
  undoLater(() => have('nothing'));
  await ask('nothing is wrong', /Nothing is wrong/, 0);
  for (const [wrong, finding] of findings) {
    await have(wrong);
    await ask(`${wrong}: said in words, with where it is mended`, finding, 1);
  }
  await have('nothing');
  await ask('all is well again', /Nothing is wrong/, 0);
}
