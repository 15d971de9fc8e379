import { expect, type Page } from '@playwright/test';

/** The host's name in a browser. */
export const host = process.env.PUBLIC_HOST ?? 'cfa2.test';

/** Where each port of the host leads: NAME:PORT of a service. */
export const published = new Map<string, string>(Object.entries(JSON.parse(process.env.PUBLISHED ?? '{}')));

export const at = (port: number, path = '/') => `http://${host}:${port}${path}`;

export const gateway = at(58081, '');

export interface Portal {
  name: string;
  url: string;
  title: string;
  role: string;
}

export const issuer: Portal = { name: 'portal-issuer', url: at(53001), title: 'OIS CFA: Issuer', role: 'issuer' };
export const investor: Portal = { name: 'portal-investor', url: at(53002), title: 'OIS CFA: Investor', role: 'investor' };
export const backoffice: Portal = { name: 'backoffice', url: at(53003), title: 'OIS CFA: Back office', role: 'operator' };
export const portals = [issuer, investor, backoffice];

/** A user of the dev realm. */
export interface User {
  login: string;
  name: string;
}

export const irina: User = { login: 'irina', name: 'Irina Orlova' };
export const ivan: User = { login: 'ivan', name: 'Ivan Petrov' };
export const olga: User = { login: 'olga', name: 'Olga Sokolova' };
export const maria: User = { login: 'maria', name: 'Maria Lebedeva' };
export const nikita: User = { login: 'nikita', name: 'Nikita Volkov' };

/** Goes to a portal, where nobody is signed in, and through Keycloak's form. */
export async function signIn(page: Page, portal: Portal, user: User): Promise<void> {
  await page.goto(portal.url);
  await fillIn(page, user);
}

export async function fillIn(page: Page, { login }: User): Promise<void> {
  await page.getByLabel('Username').fill(login);
  await page.getByRole('textbox', { name: 'Password' }).fill(`dev-${login}`);
  await page.getByRole('button', { name: 'Sign In' }).click();
}

/** The page is the portal's own, and says who is signed in. */
export async function expectSignedIn(page: Page, portal: Portal, user: User): Promise<void> {
  const header = page.locator('header');
  await expect(header).toContainText(portal.title);
  await expect(header).toContainText(user.name);
  await expect(header).toContainText(portal.role);
  expect(page.url()).toBe(portal.url);
}

/** The cell of a table's row that has this text. */
export const rowOf = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text });
