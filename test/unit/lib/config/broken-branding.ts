import { soundConfig } from './a-config.ts';

const withBranding = (branding: unknown): unknown => ({ ...soundConfig, branding });

/** What is wrong with a look, the config, and the one problem that is told of it. */
export const brokenBranding: readonly (readonly [string, unknown, string])[] = [
  [
    'a colour on which nobody can read white text',
    withBranding({ accent: '#ffcc00' }),
    "branding.accent: '#ffcc00' has a contrast of 1.5 to the white text on it, which many people cannot read; write a darker one, of 4.5 or more",
  ],
  [
    'a colour a little too light',
    withBranding({ accent: '#777777' }),
    "branding.accent: '#777777' has a contrast of 4.4 to the white text on it, which many people cannot read; write a darker one, of 4.5 or more",
  ],
  [
    'a colour by its name',
    withBranding({ accent: 'navy' }),
    "branding.accent: 'navy' is no colour; write it as '#1d4f9e'",
  ],
  [
    'a colour that goes on',
    withBranding({ accent: '#1d4f9e;}body{display:none' }),
    "branding.accent: '#1d4f9e;}body{display:none' is no colour; write it as '#1d4f9e'",
  ],
  [
    'a company without a name',
    withBranding({ name: ' ' }),
    "branding.name: ' ' is not words for people; write 1 to 64 characters on one line",
  ],
  [
    'a logo',
    withBranding({ logo: 'https://example.com/logo.png' }),
    'branding.logo: is no field; use one of name, accent',
  ],
];
