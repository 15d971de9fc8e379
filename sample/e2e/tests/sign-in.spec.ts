import { expect, test } from '@playwright/test';
import { backoffice, expectSignedIn, fillIn, investor, irina, issuer, ivan, maria, nikita, olga, portals, signIn } from '../stand';

for (const [portal, user] of [
  [issuer, irina],
  [investor, ivan],
  [backoffice, olga],
] as const) {
  test(`${user.login} signs in to ${portal.name}`, async ({ page }) => {
    await signIn(page, portal, user);
    await expectSignedIn(page, portal, user);
    await page.screenshot({ path: `/reports/screens/${portal.name}.png` });
  });
}

for (const [portal, user] of [
  [issuer, ivan],
  [investor, olga],
  [backoffice, irina],
  [issuer, nikita],
] as const) {
  test(`${user.login} is not let in to ${portal.name}, and may sign in as somebody else`, async ({ page }) => {
    await signIn(page, portal, user);
    await expect(page.getByText(user.name)).toBeVisible();
    await expect(page.locator('body')).toContainText(portal.role);
    expect((await page.reload())!.status()).toBe(403);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await fillIn(page, maria);
    await expectSignedIn(page, portal, maria);
  });
}

test('one sign-in serves all three portals at once, each with a cookie of its own', async ({ page, context }) => {
  await signIn(page, issuer, maria);
  await expectSignedIn(page, issuer, maria);
  for (const portal of [investor, backoffice, issuer]) {
    await page.goto(portal.url);
    await expectSignedIn(page, portal, maria);
  }
  const cookies = (await context.cookies(issuer.url)).filter(({ name }) => name.endsWith('-session'));
  expect(cookies.map(({ name }) => name).sort()).toEqual(portals.map(({ name }) => `${name}-session`).sort());
  for (const cookie of cookies) {
    expect(cookie.httpOnly).toBe(true);
    expect(cookie.sameSite).toBe('Lax');
    expect(cookie.name.length + cookie.value.length).toBeLessThan(4096);
  }
});

test('who signs out is signed out at Keycloak too', async ({ page }) => {
  await signIn(page, issuer, irina);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByLabel('Username')).toBeVisible();
  await page.goto(issuer.url);
  await expect(page.getByLabel('Username')).toBeVisible();
  await fillIn(page, irina);
  await expectSignedIn(page, issuer, irina);
});

test('a wrong password lets nobody in', async ({ page }) => {
  await page.goto(issuer.url);
  await page.getByLabel('Username').fill(irina.login);
  await page.getByRole('textbox', { name: 'Password' }).fill('wrong');
  await page.getByRole('button', { name: 'Sign In' }).click();
  await expect(page.getByText('Invalid username or password')).toBeVisible();
});
