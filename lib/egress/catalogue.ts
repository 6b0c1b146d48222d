import type { CatalogueName } from '../config/egress-config.ts';
import type { CatalogueEntry } from './catalogue-entry.ts';
import { atlassian } from './catalogue/atlassian.ts';
import { githubApp } from './catalogue/github-app.ts';
import { github } from './catalogue/github.ts';
import { google } from './catalogue/google.ts';
import { linear } from './catalogue/linear.ts';
import { microsoft } from './catalogue/microsoft.ts';
import { notion } from './catalogue/notion.ts';
import { salesforce } from './catalogue/salesforce.ts';
import { slack } from './catalogue/slack.ts';
import { stripe } from './catalogue/stripe.ts';

/** The third parties that are built in. */
export const catalogue: Readonly<Record<CatalogueName, CatalogueEntry>> = {
  ...{ github, 'github-app': githubApp, slack, google, microsoft },
  ...{ atlassian, notion, linear, salesforce, stripe },
};

export const catalogueNames = Object.keys(catalogue) as readonly CatalogueName[];
