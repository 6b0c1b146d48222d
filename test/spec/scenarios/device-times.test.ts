import { describe, expect } from 'vitest';
import { createBrowser } from '../../support/browser-player.ts';
import { approve, deviceAt, enter, later, withDevices } from '../support/devices.ts';
import { pageOf, press } from '../support/people.ts';
import { playedOfficeForThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const office = playedOfficeForThisFile(withDevices);
const device = () => deviceAt(office.company);

describe('a device', () => {
  verifies('rfc8628:3.5:expired', 'hears that its code has expired, and nobody can enter it', async () => {
    const { deviceCode, userCode } = await device().begin();
    const browser = createBrowser();
    const asked = await enter(office.company, userCode, browser);
    later(office.company, 601);
    expect((await device().poll(deviceCode)).body['error']).toBe('expired_token');
    expect((await enter(office.company, userCode)).text).toContain('That code does not count');
    // The page that was open is too old as well.
    expect(pageOf(await press(browser, asked, 'allow')).text).toContain('This page is too old');
  });

  verifies('rfc8628:3.5:expired', 'is approved too late where the person took too long', async () => {
    const { deviceCode, userCode } = await device().begin();
    later(office.company, 590);
    const browser = createBrowser();
    const consent = pageOf(await press(browser, await enter(office.company, userCode, browser), 'allow'));
    later(office.company, 20);
    const page = pageOf(await press(browser, consent, 'allow'));
    expect([page.status, page.text]).toEqual([400, expect.stringContaining('This code is over') as string]);
    expect((await device().poll(deviceCode)).body['error']).toBe('expired_token');
  });

  verifies(
    'rfc8628:3.5:slow-down',
    'that asks too often has to wait longer each time, and gets its tokens',
    async () => {
      const { deviceCode, userCode } = await device().begin();
      const said = async (seconds: number) => {
        later(office.company, seconds);
        return (await device().poll(deviceCode)).body['error'];
      };
      expect(await said(0)).toBe('authorization_pending');
      expect(await said(5)).toBe('authorization_pending');
      expect(await said(2)).toBe('slow_down');
      // Ten seconds from now on.
      expect(await said(6)).toBe('slow_down');
      expect(await said(11)).toBe('slow_down');
      expect(await said(20)).toBe('authorization_pending');
      expect(await said(20)).toBe('authorization_pending');
      await approve(office.company, userCode);
      expect((await device().poll(deviceCode)).status).toBe(200);
    },
  );

  verifies(
    'vestibule:device-replayed',
    'whose code is used again later ends what it was issued for',
    async () => {
      const { deviceCode, userCode } = await device().begin();
      await approve(office.company, userCode);
      const tokens = await device().poll(deviceCode);
      later(office.company, 30);
      expect((await device().poll(deviceCode)).body['error']).toBe('invalid_grant');
      const refreshed = await device().client.token({
        ...{ grant_type: 'refresh_token', client_id: 'terminal' },
        refresh_token: String(tokens.body['refresh_token']),
      });
      expect(refreshed.body['error']).toBe('invalid_grant');
    },
  );
});
