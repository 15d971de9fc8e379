import { expect, test, type Browser, type Page } from '@playwright/test';
import { backoffice, gateway, investor, irina, issuer, ivan, olga, portals, rowOf, signIn, type Portal, type User } from '../stand';

const company = 'Severnaya Oil';
const person = 'Pavel Smirnov';

test('an asset is issued, seen, ordered, settled and held', { tag: '@writes' }, async ({ browser }) => {
  const desk = await open(browser, backoffice, olga);
  await register(desk, company, '7701234567');
  await register(desk, person, '770123456789', '1990-05-17');

  const office = await open(browser, issuer, irina);
  await office.getByLabel('Issuer').selectOption(company);
  await office.getByLabel('Ticker').fill('SEVER1');
  await office.getByLabel('Name').fill('Severnaya 2026');
  await office.getByLabel('Units').fill('100');
  await office.getByLabel('Price of a unit').fill('1000.5');
  await office.getByRole('button', { name: 'Issue' }).click();
  await expect(office.getByRole('status')).toHaveText('SEVER1 is issued: 100 units.');
  await expect(rowOf(office, 'SEVER1')).toContainText('100,050.00');

  const home = await open(browser, investor, ivan);
  await show(home, company);
  await expect(rowOf(home, 'SEVER1')).toContainText('100');
  await home.getByLabel('To').selectOption(person);
  await home.getByLabel('Units').fill('40');
  await home.getByRole('button', { name: 'Order' }).click();
  await expect(home.getByRole('status')).toContainText('the back office settles it');

  await desk.goto(`${backoffice.url}transfers`);
  await rowOf(desk, 'SEVER1').getByRole('button', { name: 'Settle' }).click();
  await expect(rowOf(desk, 'SEVER1')).toContainText('settled');

  await show(home, person);
  await expect(rowOf(home, 'SEVER1')).toContainText('40');
  for (const [page, name] of [[desk, 'settled'], [office, 'issued'], [home, 'held']] as const)
    await page.screenshot({ path: `/reports/screens/${name}.png`, fullPage: true });
});

test('health, version and the document of the API are open, the API is not', async ({ page }) => {
  for (const path of ['/health', '/version', '/swagger']) expect((await page.goto(gateway + path))!.status()).toBe(200);
  const refused = (await page.goto(`${gateway}/api/identity/holders`))!;
  expect(refused.status()).toBe(401);
  expect((await refused.json()).message).toContain('there is no token');
});

test('each portal tells how it is set', async ({ page }) => {
  for (const portal of portals) {
    const told = await (await page.goto(`${portal.url}config`))!.json();
    expect(told).toMatchObject({ publicUrl: portal.url.slice(0, -1), client: portal.name, stand: 'dev' });
  }
});

/** A portal in a browser of its own, signed in. */
async function open(browser: Browser, portal: Portal, user: User): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await signIn(page, portal, user);
  await expect(page.locator('header')).toContainText(user.name);
  return page;
}

async function register(desk: Page, name: string, taxId: string, born = ''): Promise<void> {
  await desk.getByLabel('Name').fill(name);
  await desk.getByLabel('Tax number').fill(taxId);
  await desk.getByLabel('Born').fill(born);
  await desk.getByRole('button', { name: 'Register' }).click();
  await rowOf(desk, name).getByRole('button', { name: 'Check' }).click();
  await expect(rowOf(desk, name)).toContainText('passed');
}

async function show(home: Page, holder: string): Promise<void> {
  await home.goto(investor.url);
  await home.getByRole('combobox', { name: 'Holder' }).selectOption(holder);
  await home.getByRole('button', { name: 'Show' }).click();
  await expect(home.getByRole('heading', { name: 'Holdings' })).toBeVisible();
}
