import { afterAll, afterEach, beforeAll } from 'vitest';
import type { VestibuleConfig } from '../../../lib/index.ts';
import type { Company } from '../../support/company.ts';
import { startOffice } from './people.ts';
import { type PlayedOffice, startPlayedOffice } from './played-office.ts';

/** What a test file has from before its first test until after its last; hooks and tests may use it, not modules. */
export function forThisFile<T extends { readonly stop: () => Promise<void> }>(start: () => Promise<T>): T {
  let started: T | undefined;
  beforeAll(async () => {
    started = await start();
  }, 120_000);
  afterAll(() => started?.stop());
  return new Proxy({} as T, {
    get: (_, name) => {
      if (started === undefined) throw new Error(`${String(name)} is not there before the tests begin`);
      return Reflect.get(started, name) as unknown;
    },
  });
}

/** The example deployment with clients that people use, for all tests of a file; faults end with the test. */
export function officeForThisFile(change?: (config: VestibuleConfig) => VestibuleConfig): Company {
  const company = forThisFile(() => startOffice(change));
  afterEach(() => {
    mend(company);
  });
  return company;
}

/** A played office for all tests of a file; faults, and what the identity provider plays, end with the test. */
export function playedOfficeForThisFile(change?: (config: VestibuleConfig) => VestibuleConfig): PlayedOffice {
  const office = forThisFile(() => startPlayedOffice(change && { change }));
  afterEach(() => {
    office.idp.play();
    mend(office.company);
  });
  return office;
}

/** Lets AWS fail from now on, in the grammar of VESTIBULE_FAULTS. */
export function strike({ run }: Pick<Company, 'run'>, fault: string): void {
  run.cloud.faults.add(fault);
}

/** Ends all faults. */
export function mend({ run }: Pick<Company, 'run'>): void {
  run.cloud.faults.clear();
}
