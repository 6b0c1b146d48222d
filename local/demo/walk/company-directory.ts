import type { MisSetting } from '../mis-settings.ts';
import type { Endpoints } from './endpoints.ts';
import { Surprise } from './report.ts';

/** What the administrator of the demo company does when somebody leaves it, or comes back. */
export async function setEmployed({ idp }: Endpoints, user: string, isEmployed: boolean): Promise<void> {
  const response = await fetch(`${idp}/directory/${user}`, {
    method: 'POST',
    body: new URLSearchParams({ employed: isEmployed ? 'yes' : 'no' }),
  });
  if (!response.ok) throw new Surprise(`the demo company does not know ${user}: ${await response.text()}`);
}

/** What that administrator gets wrong, or mends: `nothing` is wrong. */
export async function setWrong({ idp }: Endpoints, wrong: MisSetting): Promise<void> {
  const body = new URLSearchParams({ wrong });
  const { ok } = await fetch(`${idp}/settings`, { method: 'POST', body });
  if (!ok) throw new Surprise(`the demo company cannot have "${wrong}" wrong`);
}
